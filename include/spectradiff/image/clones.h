// One loop compiled for several instruction sets, the best chosen when the program starts.
#pragma once

// For integer loops only: every clone must give the same bytes. Not under sanitizers, which start after that
// choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SPECTRADIFF_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define SPECTRADIFF_CLONES
#endif
