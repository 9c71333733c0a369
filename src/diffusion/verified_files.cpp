#include "verified_files.h"

#include <fmt/format.h>

#include <set>
#include <system_error>
#include <vector>

#include "archive_check.h"
#include "byte_pair.h"
#include "model_folder.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

void require_file(const Manifest& manifest, const std::string& file, std::string_view role) {
  std::error_code failed;
  if (!fs::is_regular_file(manifest.folder / file, failed)) {
    throw_error(ErrorKind::model, "{}: the file of the {}, {}, is missing ({})", manifest.folder.string(),
                role, file, contents_of(manifest.folder));
  }
}

void check_size(const ModelFile& file, int64_t expected) {
  if (file.bytes() != static_cast<uint64_t>(expected)) {
    throw_error(ErrorKind::model, "{} has {} bytes, model.json says {}; copy or export the model again",
                file.path().string(), file.bytes(), expected);
  }
}

void check_hash(const ModelFile& file, const std::string& expected) {
  if (const std::string found = file.sha256(); found != expected) {
    throw_error(ErrorKind::model,
                "{} is not the file that model.json describes: SHA-256 {}, expected {}; it is damaged or was "
                "changed, export or copy the model again",
                file.path().string(), found, expected);
  }
}

template <typename Facts, typename CheckArchive>
void open_network(const Manifest& manifest, const Facts& facts, CheckArchive check_archive,
                  std::map<std::string, ModelFile>& opened) {
  ModelFile file(manifest.folder / facts.file);
  check_size(file, facts.bytes);
  check_archive(file);
  check_hash(file, facts.sha256);
  check_archive_contents(file);
  opened.try_emplace(facts.file, std::move(file));
}

void check_tokenizer(const fs::path& folder, const TokenizerFiles& files) {
  std::set<int32_t> named = {files.bos_token_id, files.eos_token_id, files.pad_token_id, files.unk_token_id};
  for (const AddedToken& token : files.added_tokens) named.insert(token.id);
  check_vocabulary(vocabulary_files(folder, files), named);
}

}  // namespace

std::map<std::string, ModelFile> open_verified(const Manifest& manifest) {
  std::vector<TokenizerFiles> tokenizers;
  if (manifest.diffuses()) tokenizers.push_back(manifest.tokenizer);
  if (manifest.second_tokenizer) tokenizers.push_back(*manifest.second_tokenizer);
  for (const auto& [name, network] : manifest.networks) require_file(manifest, network.file, name);
  for (const TokenizerFiles& tokenizer : tokenizers) {
    require_file(manifest, tokenizer.vocab, "tokenizer's vocabulary");
    require_file(manifest, tokenizer.merges, "tokenizer's merges");
  }
  const std::map<std::string, CompiledNetwork> none;
  const auto& compiled = manifest.compiled ? manifest.compiled->networks : none;
  for (const auto& [name, network] : compiled) require_file(manifest, network.file, "compiled " + name);

  std::map<std::string, ModelFile> opened;
  for (const auto& [name, network] : manifest.networks)
    open_network(manifest, network, check_torchscript_archive, opened);
  for (const auto& [name, network] : compiled)
    open_network(manifest, network, check_compiled_archive, opened);
  for (const TokenizerFiles& tokenizer : tokenizers) check_tokenizer(manifest.folder, tokenizer);
  return opened;
}

void verify_files(const Manifest& manifest) {
  open_verified(manifest);
}

}  // namespace spectradiff
