// A song becomes a music video: minimal SONG VIDEO [MODEL]; painted, and diffused by a trusted model if one
// is named.
#include <cstdio>

#include "spectradiff/session/session.h"

using namespace spectradiff;

struct Teller : RenderObserver {
  void warn(std::string_view message) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  }
};

int main(int argc, char** argv) try {
  if (argc < 3) throw Error(ErrorKind::usage, "usage: minimal SONG VIDEO [MODEL]");
  // The settings of the program's flags, by their keys.
  Json settings = {{"output", argv[2]},
                   {"blur", "6 - 5 * onset"},
                   {"strength", "0.3 + 0.4 * rms"},
                   {"prompts",
                    {{{"at", "0"}, {"prompt", "iceland vista, cinematic"}},
                     {{"at", "end"}, {"prompt", "a city at night"}}}}};
  if (argc > 3) settings["model"] = argv[3];
  const SessionRequest request{argc > 3 ? Task::render : Task::paint, argv[1], {{"minimal", settings}}};

  SharedResources shared;  // models and what was heard, for session after session
  Teller teller;
  const std::atomic<int> stop{0};
  const Outcome outcome = Session::open(request, shared, teller).run(stop);
  std::printf("%s: %lld frames\n", argv[2], static_cast<long long>(outcome.frames));
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return exit_code(error.kind());
}
