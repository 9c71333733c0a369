// Memory that gives out, loaded before the program's libraries (LD_PRELOAD): compiled by test_memory.py.
// Calls of operator new are counted from main on: the one of number FAULT_AT fails and, with FAULT_STAYS, all
// behind it that want more than FAULT_STAYS bytes. FAULT_COUNT names a file that gets their number at the
// end.
#include <dlfcn.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

using Main = int (*)(int, char**, char**);

Main real_main;
std::atomic<bool> has_begun{false};
std::atomic<long> calls{0};

long number_of(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atol(text) : 0;
}

bool fails(std::size_t bytes) {
  static const long at = number_of("FAULT_AT"), stays = number_of("FAULT_STAYS");
  if (!has_begun) return false;
  const long call = ++calls;
  return at > 0 && (call == at || (stays > 0 && call > at && bytes > static_cast<std::size_t>(stays)));
}

void* taken(std::size_t bytes, std::size_t alignment) {
  if (fails(bytes)) throw std::bad_alloc();
  void* memory = alignment == 0 ? std::malloc(bytes > 0 ? bytes : 1)
                                : std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

struct Count {
  ~Count() {
    const char* name = std::getenv("FAULT_COUNT");
    std::FILE* file = name != nullptr ? std::fopen(name, "w") : nullptr;
    if (file == nullptr) return;
    std::fprintf(file, "%ld", calls.load());
    std::fclose(file);
  }
} count;

int begin(int count, char** words, char** environment) {
  has_begun = true;
  return real_main(count, words, environment);
}

}  // namespace

extern "C" int __libc_start_main(Main main, int count, char** words, void (*init)(), void (*fini)(),
                                 void (*unload)(), void* stack) {
  real_main = main;
  using Start = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  return reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"))(begin, count, words, init, fini,
                                                                        unload, stack);
}

void* operator new(std::size_t bytes) {
  return taken(bytes, 0);
}
void* operator new[](std::size_t bytes) {
  return taken(bytes, 0);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return taken(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return taken(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
