#include "targets.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "archive_check.h"
#include "small_bundle.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"
#include "spectradiff/config/import_file.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/diffusion/prompt_text.h"
#include "spectradiff/diffusion/tokenizer.h"
#include "spectradiff/store/frame_store.h"
#include "spectradiff/store/store_reader.h"
#include "spectradiff/timeline/expression.h"
#include "spectradiff/timeline/given_series.h"
#include "spectradiff/timeline/notes.h"
#include "spectradiff/timeline/prompt_schedule.h"
#include "spectradiff/timeline/scenes.h"
#include "temporary_folder.h"
#include "zip.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

const fs::path& scratch() {
  static const TemporaryFolder folder;
  return folder.path();
}

fs::path written(const std::string& name, const std::string& bytes) {
  fs::path file = scratch() / name;
  put(file, bytes);
  return file;
}

void read_json_text(const std::string& bytes) {
  const Json value = parse_json(bytes, "x.json");
  require(parse_json(json_text(value), "again") == value, "JSON that is written is not what was read");
}

void read_expression(const std::string& bytes) {
  const std::vector<std::string> signals = {"kick"};
  const Expression expression(bytes, signals);
  for (const double value : {0.0, 1.0, -1.0, 1e300, std::nan("")})
    expression.evaluate(std::vector<double>(expression.inputs().size(), value));
}

void read_scenes(const std::string& bytes) {
  const std::vector<Scene> scenes = parse_scenes(bytes, "x");
  const Json told = scenes_to_json(scenes);
  require(scenes_to_json(scenes_from_json(told, "again")) == told, "scenes that are written are others");
}

// Two files in one: behind a line of its own come the merges.
void read_vocabulary(const std::string& bytes) {
  constexpr std::string_view kBetween = "--- merges ---\n";
  const size_t end = std::min(bytes.find(kBetween), bytes.size());
  const size_t begin = std::min(end + kBetween.size(), bytes.size());
  written("vocab.json", bytes.substr(0, end));
  written("merges.txt", bytes.substr(begin));
  TokenizerFiles files;
  files.vocab = "vocab.json";
  files.merges = "merges.txt";
  files.eos_token_id = files.pad_token_id = files.unk_token_id = 1;
  std::vector<Tokenizer> tokenizers;
  tokenizers.emplace_back(scratch(), files);
  for (const LongPrompts reading : {LongPrompts::cut, LongPrompts::chunk}) {
    PromptReading how;
    how.long_prompts = reading;
    how.weighting = PromptWeighting::a1111;
    read_prompt(tokenizers, "a sea, (hills:1.3), [no people] \xe2\x82\xac", how);
  }
}

void read_weighted_prompt(const std::string& bytes) {
  static const std::vector<Tokenizer> tokenizers = [] {
    const fs::path folder = scratch() / "tokenizer";
    fs::create_directory(folder);
    put(folder / "vocab.json", R"({"<|startoftext|>": 0, "<|endoftext|>": 1, "s": 2, "e": 3})");
    put(folder / "merges.txt", "#version: 0.2\n");
    TokenizerFiles files;
    files.vocab = "vocab.json";
    files.merges = "merges.txt";
    files.eos_token_id = files.pad_token_id = files.unk_token_id = 1;
    std::vector<Tokenizer> one;
    one.emplace_back(folder, files);
    return one;
  }();
  PromptReading how;
  how.weighting = PromptWeighting::a1111;
  how.long_prompts = LongPrompts::chunk;
  for (const auto& chunk : read_prompt(tokenizers, bytes, how).chunks) (void)chunk;
}

void read_manifest_text(const std::string& bytes) {
  written("model.json", bytes);
  read_manifest(scratch());
}

void read_archive(const std::string& bytes) {
  const ModelFile file(written("net.pt", bytes));
  for (const auto check : {check_torchscript_archive, check_compiled_archive, check_archive_contents}) {
    try {
      check(file);
    } catch (const Error&) {
      // An answer; the others are asked too.
    }
  }
}

void read_sound(const std::string& bytes) {
  AudioLimits limits;
  limits.max_duration_s = 60;
  AudioSource source = AudioSource::open(written("x.wav", bytes), limits);
  std::vector<float> block(static_cast<size_t>(4096 * source.info().channels));
  int64_t frames = 0;
  while (const int64_t got = source.read(block.data(), 4096)) {
    frames += got;
    require(frames <= source.info().samples, "more samples than there are");
    for (int64_t i = 0; i < got * source.info().channels; ++i)
      require(std::isfinite(block[static_cast<size_t>(i)]), "a sample that is no number");
  }
  require(frames == source.info().samples, "fewer samples than are said");
}

Canvas small_picture(int seed) {
  Canvas picture({16, 8});
  for (size_t i = 0; i < picture.bytes().size(); ++i)
    picture.bytes()[i] = static_cast<uint8_t>(i * static_cast<size_t>(seed * 37 + 11));
  return picture;
}

constexpr int kStored = 5;

std::string a_store() {
  const fs::path file = scratch() / "seed.spectradiff";
  std::vector<std::string> notes;
  {
    FrameStore store(file, notes);
    for (int i = 0; i < kStored; ++i) store.put("key" + std::to_string(i), i, small_picture(i));
    store.set_about("song", "song.wav");
  }
  return read_file(file, 1 << 20, ErrorKind::output);
}

// Whatever was done to a store, what it gives is what was put. A fuzzer that watches comparisons forges the
// checksum after a while: libFuzzer's -use_cmp=0.
void read_store(const std::string& bytes) {
  const auto hold = [](const auto& store) {
    for (int i = 0; i < kStored; ++i) {
      const std::string key = "key" + std::to_string(i);
      if (store.holds(key))
        require(store.picture(key).bytes() == small_picture(i).bytes(), "another picture");
    }
  };
  const fs::path file = written("x.spectradiff", bytes);
  fs::remove(file.string() + "-journal");
  try {
    hold(StoreReader(file));
  } catch (const Error&) {
    // An answer; whoever goes on opens it to write.
  }
  std::vector<std::string> notes;
  FrameStore store(file, notes);
  hold(store);
  store.put("new", 9, small_picture(9));
  store.flush();
  require(store.picture("new").bytes() == small_picture(9).bytes(), "what was put is another one");
}

std::string a_wav() {
  const std::string layout = little_endian(1, 2) + little_endian(2, 2) + little_endian(8000, 4) +
                             little_endian(32000, 4) + little_endian(4, 2) + little_endian(16, 2);
  std::string samples;
  for (int i = 0; i < 400; ++i) samples += little_endian(static_cast<uint64_t>(i * 149 % 65536), 2);
  const std::string body = "WAVEfmt " + little_endian(layout.size(), 4) + layout + "LIST" +
                           little_endian(16, 4) + "INFOINAM" + little_endian(4, 4) + "name" + "data" +
                           little_endian(samples.size(), 4) + samples;
  return "RIFF" + little_endian(body.size(), 4) + body;
}

std::string a_float_wav() {
  std::string wav = a_wav();
  wav[20] = 3;   // IEEE
  wav[34] = 32;  // bits
  wav[32] = 8;
  return wav;
}

// A tempo, then a note with running status.
std::string a_midi() {
  const std::string track("\x00\xFF\x51\x03\x07\xA1\x20\x00\x90\x3C\x64\x60\x3C\x00\x00\xFF\x2F\x00", 18);
  return std::string("MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\x12", 22) + track;
}

void read_midi(const std::string& bytes) {
  for (const MidiNote& note : parse_midi(bytes, "x.mid")) {
    require(note.begin_s >= 0 && note.end_s >= note.begin_s, "a note that ends before it begins");
    require(note.velocity > 0 && note.velocity <= 1, "a note without velocity");
  }
}

std::string a_manifest() {
  for (const char* name : {"text_encoder", "vae_encoder", "denoiser", "vae_decoder"})
    written(std::string(name) + ".pt", make_zip(torchscript_entries()));
  write_small_bundle(scratch());
  return read_file(scratch() / "model.json", 1 << 20, ErrorKind::model);
}

}  // namespace

std::vector<FuzzTarget> fuzz_targets() {
  return {
      {"json", read_json_text, {}},
      {"expressions", read_expression, {}},
      {"prompts", [](const std::string& bytes) { parse_prompts(bytes, "x.txt"); }, {}},
      {"weighted", read_weighted_prompt, {"a (sea:1.2), [hills], \\(x\\) ((y))", "(((((((((("}},
      {"scenes", read_scenes, {}},
      {"imports", [](const std::string& bytes) { resolve({parse_import(bytes, "x.txt")}); }, {}, 4},
      {"midi", read_midi, {a_midi()}},
      {"labels", [](const std::string& bytes) { parse_labels(bytes, "x.txt"); }, {}},
      {"notes", [](const std::string& bytes) { parse_notes(bytes, "x"); }, {}},
      {"vocabulary", read_vocabulary, {}, 10},
      {"manifest", read_manifest_text, {a_manifest()}, 4},
      {"plan", [](const std::string& bytes) { parse_plan(bytes, "x.jsonl"); }, {}, 2},
      {"settings",
       [](const std::string& bytes) { resolve({parse_layer(bytes, "x.json", LayerKind::config)}); },
       {},
       4},
      {"archive", read_archive, {make_zip(torchscript_entries())}, 4},
      {"sound", read_sound, {a_wav(), a_float_wav()}, 10},
      {"store", read_store, {a_store()}, 100},
  };
}

}  // namespace spectradiff
