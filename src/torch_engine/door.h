// Where libtorch's exceptions become Error.
#pragma once

#include <string>
#include <string_view>

#include "torch_headers.h"

namespace spectradiff {

// The one line of an exception's text that says what is wrong: the interpreter puts a traceback of the
// model's source before it.
std::string telling_line(std::string_view message);

// Throws the exception being handled as an Error of the kind its cause has; an Error passes as it is. `what`
// begins the message: "denoiser.pt (bundle tiny)".
[[noreturn]] void rethrow_as_error(const std::string& what);

// Runs `call` as every use of libtorch has to run here: without gradients, and through the interpreter alone.
// The profiling executor would rewrite the graph after the first calls: slow ones, and other results in the
// last bits from then on.
template <typename Call>
auto through_the_door(const std::string& what, Call&& call) {
  try {
    const c10::InferenceMode inference;
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    // OpenMP counts threads per calling thread, and the one that renders need not be the one that loaded.
    at::internal::lazy_init_num_threads();
    return call();
  } catch (...) {
    rethrow_as_error(what);
  }
}

}  // namespace spectradiff
