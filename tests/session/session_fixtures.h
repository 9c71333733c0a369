// What a session needs, made up: a song, a model of arithmetic networks, an observer that writes everything
// down.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/session.h"
#include "temporary_folder.h"

namespace spectradiff {

// A second of two tones at 8 kHz.
void write_song(const std::filesystem::path& file);

// A bundle whose networks the test engine replaces; the engine is used as long as this lives.
class FakeBundle {
 public:
  explicit FakeBundle(Json look = Json::object());
  ~FakeBundle();
  FakeBundle(const FakeBundle&) = delete;
  FakeBundle& operator=(const FakeBundle&) = delete;
  std::string path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct WritingObserver : RenderObserver {
  std::vector<std::string> warnings, infos, events;
  Json done;  // fields of the last "done"
  void warn(std::string_view message) override { warnings.emplace_back(message); }
  void info(std::string_view message) override { infos.emplace_back(message); }
  void event(std::string_view name, const Json& fields) override {
    if (events.empty() || events.back() != name) events.emplace_back(name);
    if (name == "done") done = fields;
  }
};

}  // namespace spectradiff
