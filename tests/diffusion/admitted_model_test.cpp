#include "spectradiff/diffusion/admitted_model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <type_traits>

#include "expect_error.h"
#include "fake_model.h"
#include "spectradiff/diffusion/tokenizer.h"
#include "test_bundle.h"

namespace spectradiff {
namespace {

static_assert(!std::is_default_constructible_v<AdmittedModel>);
static_assert(!std::is_constructible_v<AdmittedModel, Manifest>);

TEST(AdmittedModel, IsOneThatTheUserTrustsOrAllows) {
  const TestFolder data;
  const Environment home("XDG_DATA_HOME", data.path().string());
  const FakeModel model;
  EXPECT_ERROR(admit_model(model.manifest()), ErrorKind::model, "is on no trust list");
  EXPECT_EQ(admit_model(model.manifest(), {.allow_unpinned = true}).trust(), "");
  trust(model.manifest());
  EXPECT_EQ(admit_model(model.manifest()).trust(), "trusted by the user");
}

TEST(AdmittedModel, HasTheFilesThatItsManifestStates) {
  const FakeModel model;
  std::ofstream(model.folder() / "denoiser.pt", std::ios::app) << "more";
  EXPECT_ERROR(model.admitted(), ErrorKind::model, "denoiser.pt has");
}

TEST(AdmittedModel, IsTheOneInTheFolderAndNotWhatItsManifestWasMadeTo) {
  const FakeModel model;
  Manifest changed = model.manifest();
  changed.networks["denoiser"].file = "other.pt";
  EXPECT_EQ(admit_model(changed, {.allow_unpinned = true}).manifest().networks.at("denoiser").file,
            "denoiser.pt");
  write_small_bundle(model.folder(), [](Json& facts) { facts["title"] = "Another"; });
  EXPECT_ERROR(model.admitted(), ErrorKind::model, "model.json was changed after it was read");
}

// What is loaded of an admitted model's denoiser, after `change` to it and during which `disturb` runs.
std::string loaded_after(const std::function<void(const std::filesystem::path&)>& change,
                         const std::function<void(const std::filesystem::path&)>& disturb = {}) {
  const FakeModel model;
  const AdmittedModel admitted = model.admitted();
  const NetworkFile& network = admitted.manifest().networks.at("denoiser");
  const std::filesystem::path path = model.folder() / network.file;
  // Later than the admission by more than a tick of any file system's clock.
  const auto later = std::filesystem::file_time_type::clock::now() + std::chrono::seconds(2);
  change(path);
  if (std::filesystem::exists(path)) std::filesystem::last_write_time(path, later);
  const ModelFile& file = admitted.file(network.file);
  return file.loading(network.sha256, [&] {
    if (disturb) disturb(path);
    std::string bytes(file.bytes(), '\0');
    file.read(0, bytes);
    return sha256_hex(bytes) == network.sha256 ? "as admitted" : "something else";
  });
}

void write_into(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file << "evil";
}

TEST(AdmittedModel, ReadsTheFileThatWasCheckedWhateverHasItsNameNow) {
  EXPECT_EQ(loaded_after([](const auto&) {}), "as admitted");
  EXPECT_EQ(loaded_after([](const auto& path) { std::filesystem::remove(path); }), "as admitted");
  EXPECT_EQ(loaded_after([](const auto& path) {
              std::filesystem::rename(path, path.string() + ".old");
              std::ofstream(path) << "another";
            }),
            "as admitted");
}

TEST(AdmittedModel, NoticesAFileThatIsWrittenInto) {
  EXPECT_ERROR(loaded_after(write_into), ErrorKind::model, "denoiser.pt was changed after it was checked");
  EXPECT_ERROR(loaded_after([](const auto& path) { std::ofstream(path, std::ios::app) << "more"; }),
               ErrorKind::model, "was changed after");
  EXPECT_ERROR(loaded_after([](const auto&) {}, [](const auto& path) { write_into(path); }), ErrorKind::model,
               "denoiser.pt was changed while it was loaded");
}

TEST(AdmittedModel, HasATokenizerThatNoticesOtherFiles) {
  const FakeModel model;
  const AdmittedModel admitted = model.admitted();
  const auto tokenizer = [&] { return Tokenizer(model.folder(), admitted.manifest().tokenizer); };
  EXPECT_NO_THROW(tokenizer());
  write_file(model.folder() / "vocab.json", std::string_view(R"({"<|startoftext|>": 1, "<|endoftext|>": 0})"),
             true);
  EXPECT_ERROR(tokenizer(), ErrorKind::model, "vocab.json is not the file that model.json describes");
}

}  // namespace
}  // namespace spectradiff
