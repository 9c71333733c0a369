#include "spectradiff/diffusion/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_bundle.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

template <typename Action>
void expect_model_error(Action action, const std::string& says) {
  try {
    action();
    ADD_FAILURE() << "accepted; expected an error with: " << says;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::model) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(says));
  }
}

TEST(Manifest, GivesWhatTheBundleStates) {
  const TestBundle bundle;
  const Manifest manifest = read_manifest(bundle.path());
  EXPECT_EQ(manifest.name, "made-up");
  EXPECT_EQ(manifest.title, "Made up");
  EXPECT_EQ(manifest.licence, "CC0");
  EXPECT_EQ(manifest.notes, "Never trained.");
  EXPECT_EQ(manifest.exporter.at("torch"), "2.13.0");
  EXPECT_EQ(manifest.sha256, sha256_file(bundle.path() / "model.json"));
  EXPECT_EQ(manifest.networks.at("denoiser").file, "denoiser.pt");
  EXPECT_EQ(manifest.tokenizer.merges, "merges.txt");
  EXPECT_EQ(manifest.tokenizer.bos_token_id, 612);
  ASSERT_EQ(manifest.tokenizer.added_tokens.size(), 1u);
  EXPECT_TRUE(manifest.tokenizer.added_tokens[0].normalized);
  EXPECT_EQ(manifest.latent.scaling_factor, 0.18215);
  EXPECT_TRUE(manifest.latent.gaussian_posterior);
  EXPECT_EQ(manifest.scheduler.at("class"), "PNDMScheduler");
  EXPECT_THAT(manifest.verified_sizes, testing::ElementsAre(Size{256, 256}, Size{200, 136}));
  EXPECT_EQ(manifest.look.at("steps"), 20);
  verify_files(manifest);
}

TEST(Manifest, OfADiffusersFolderOrNoFolderSaysWhatWasFound) {
  const TestFolder folder;
  folder.write("model_index.json", "{}");
  folder.write("notes.txt", "");
  expect_model_error([&] { read_manifest(folder.path()); }, "found: model_index.json, notes.txt");
  expect_model_error([&] { read_manifest(folder.path()); }, "scripts/export_model.py");
  expect_model_error([&] { read_manifest(folder.path() / "none"); }, "does not exist");
}

TEST(Manifest, WithAnythingWrongIsRefusedByTheKeysName) {
  struct Slip {
    const char* pointer;
    Json value;
    const char* says;
  };
  const std::vector<Slip> slips = {
      {"/schema", 2, "schema 2"},
      {"/name", "../up", "name"},
      {"/family", "sd9", "family = 'sd9'"},
      {"/family", "sdxl", "tokenizer_2"},
      {"/zeroes_empty_negative", 1, "zeroes_empty_negative"},
      {"/networks/denoiser/file", "../denoiser.pt", "file = '../denoiser.pt'"},
      {"/networks/denoiser/file", "/etc/passwd", "plain file name"},
      {"/networks/denoiser/file", "..", "plain file name"},
      {"/networks/denoiser/format", "pickle", "format = 'pickle'"},
      {"/networks/denoiser/sha256", "ABC", "sha256"},
      {"/networks/denoiser/bytes", 1.5, "bytes"},
      {"/networks/denoiser/bytes", -1, "bytes = -1"},
      {"/networks/denoiser/dtype", "int8", "dtype = 'int8'"},
      {"/networks/extra", Json::object(), "'extra' is unknown"},
      {"/tokenizer/max_length", 2, "max_length = 2"},
      {"/tokenizer/pad_token_id", "0", "pad_token_id"},
      {"/tokenizer/added_tokens", Json::object(), "added_tokens"},
      {"/tokenizer/added_tokens/0/content", "", "content is empty"},
      {"/latent/channels", 16, "channels = 16"},
      {"/latent/scaling_factor", 0, "scaling_factor"},
      {"/latent/posterior", "beta", "posterior = 'beta'"},
      {"/scheduler", "ddim", "scheduler is not an object"},
      {"/scheduler/class", 3, "class"},
      {"/verified/sizes", Json::array({256}), "sizes holds 256"},
      {"/look", Json::array(), "look"},
  };
  for (const Slip& slip : slips) {
    const TestBundle bundle([&](Json& facts) { facts[Json::json_pointer(slip.pointer)] = slip.value; });
    expect_model_error([&] { read_manifest(bundle.path()); }, slip.says);
  }
}

Json port(const char* name, const Json& shape) {
  return {{"name", name}, {"dtype", "network"}, {"shape", shape}};
}

// What the exporter says of an SD 1.x model's networks.
void state_ports(Json& facts) {
  const Json small = {"batch", 4, "height/8", "width/8"}, picture = {"batch", 3, "height", "width"};
  const Json text = port("text", {"batch", 77, 768});
  const auto state = [&](const char* network, const Json& inputs, const Json& outputs) {
    facts["networks"][network]["inputs"] = inputs;
    facts["networks"][network]["outputs"] = outputs;
  };
  state("text_encoder", Json::array({port("input_ids", {"batch", 77})}), Json::array({text}));
  state("vae_encoder", Json::array({port("image", picture)}),
        Json::array({port("moments", {"batch", 8, "height/8", "width/8"})}));
  state("denoiser", Json::array({port("sample", small), port("timestep", Json::array({"batch"})), text}),
        Json::array({port("prediction", small)}));
  state("vae_decoder", Json::array({port("latents", small)}), Json::array({port("image", picture)}));
}

TEST(Manifest, WhoseNetworksAreNotTheFamilysIsRefusedByTheirInputsAndOutputs) {
  EXPECT_EQ(read_manifest(TestBundle(state_ports).path()).networks.at("denoiser").inputs,
            "sample [batch, 4, height/8, width/8], timestep [batch], text [batch, 77, 768]");
  struct Slip {
    const char* pointer;
    Json value;
    const char* says;
  };
  const std::vector<Slip> slips = {
      {"/family", "lcm", "guidance [batch]"},
      {"/networks/denoiser/inputs/0/shape/1", 9, "denoiser takes sample [batch, 9, height/8, width/8]"},
      {"/networks/denoiser/inputs/2/shape/2", 1024, "text [batch, 77, 768]"},
      {"/networks/vae_decoder/outputs/0/shape/1", 4, "vae_decoder gives image [batch, 4"},
      {"/networks/text_encoder/outputs/0/shape", Json::array({"batch", 77}), "text [batch, 77, width]"},
      {"/latent/posterior", "none", "vae_encoder gives moments"},
      {"/latent/downscale", 4, "height/4"},
      {"/networks/control", network_facts("denoiser.pt", "x"), "control"},
      {"/networks/denoiser/inputs", "sample", "no list of ports"},
      {"/networks/denoiser/inputs/0", 3, "inputs[0]"},
  };
  for (const Slip& slip : slips) {
    const TestBundle bundle([&](Json& facts) {
      state_ports(facts);
      facts[Json::json_pointer(slip.pointer)] = slip.value;
      if (facts["networks"].contains("control"))
        facts["networks"]["control"]["inputs"] = Json::array({port("sample", {"batch"})});
    });
    expect_model_error([&] { read_manifest(bundle.path()); }, slip.says);
  }
}

// A bundle with compiled code beside its networks.
void state_compiled(Json& facts) {
  const std::string package = make_zip({{"net/data/aotinductor/model/net.wrapper.so", "code"}});
  for (auto& [name, network] : facts["networks"].items()) {
    network["compiled"] = network_facts("net.pt2", package);
    network["compiled"]["shapes"] = {{2, 4, 8, 8}, {2}};
  }
  facts["compiled"] = {{"torch", "2.13.0"}, {"device", "cpu"}, {"dtype", "float32"}, {"cpu_flags", {"avx2"}},
                       {"size", {64, 64}},  {"batch_size", 1}, {"guided", true}};
}

TEST(Manifest, MayNameCompiledCodeAndWhatItIsFor) {
  EXPECT_FALSE(read_manifest(TestBundle().path()).compiled);
  const TestBundle bundle(state_compiled);
  const Manifest manifest = read_manifest(bundle.path());
  ASSERT_TRUE(manifest.compiled);
  EXPECT_EQ(manifest.compiled->size, (Size{64, 64}));
  EXPECT_THAT(manifest.compiled->cpu_flags, testing::ElementsAre("avx2"));
  EXPECT_THAT(manifest.compiled->networks.at("denoiser").shapes,
              testing::ElementsAre(testing::ElementsAre(2, 4, 8, 8), testing::ElementsAre(2)));
  expect_model_error([&] { verify_files(manifest); }, "compiled denoiser, net.pt2, is missing");
  const std::string package = make_zip({{"net/data/aotinductor/model/net.wrapper.so", "code"}});
  bundle.folder().write("net.pt2", package);
  verify_files(manifest);
  std::string changed = package;
  changed[changed.find("code")] ^= 1;
  bundle.folder().write("net.pt2", changed);
  expect_model_error([&] { verify_files(manifest); }, "net.pt2 is not the file");
  const std::string other = make_zip({{"net/data/aotinductoX/model/net.wrapper.so", "code"}});
  bundle.folder().write("net.pt2", other);
  expect_model_error([&] { verify_files(manifest); }, "no compiled code");
  for (const char* pointer : {"/networks/denoiser/compiled", "/compiled/batch_size", "/compiled/torch"}) {
    const TestBundle wrong([&](Json& facts) {
      state_compiled(facts);
      facts[Json::json_pointer(pointer)] = nullptr;
    });
    expect_model_error([&] { read_manifest(wrong.path()); }, "compiled");
  }
}

TEST(Manifest, OfSdxlNamesTwoTokenizersWhoseFilesAreBothChecked) {
  const TestBundle bundle([](Json& facts) {
    facts["family"] = "sdxl";
    facts["tokenizer_2"] = facts["tokenizer"];
    facts["tokenizer_2"]["pad_token_id"] = 0;
    facts["tokenizer_2"]["files"]["vocab"]["file"] = "second_vocab.json";
  });
  const Manifest manifest = read_manifest(bundle.path());
  EXPECT_TRUE(manifest.embeds_size());
  EXPECT_FALSE(manifest.embeds_guidance());
  ASSERT_TRUE(manifest.second_tokenizer);
  EXPECT_EQ(manifest.second_tokenizer->pad_token_id, 0);
  EXPECT_TRUE(manifest.text_widths.empty());
  expect_model_error([&] { verify_files(manifest); }, "second_vocab.json");
}

TEST(Manifest, OfSdxlMayStateTheWidthsOfItsTextEncoders) {
  const auto state = [](const Json& widths) {
    return [widths](Json& facts) {
      facts["family"] = "sdxl";
      facts["tokenizer_2"] = facts["tokenizer"];
      facts["text_widths"] = widths;
      facts["networks"]["text_encoder"]["outputs"] = Json::array({port("text", {"batch", 78, 2048})});
    };
  };
  EXPECT_THAT(read_manifest(TestBundle(state({768, 1280})).path()).text_widths,
              testing::ElementsAre(768, 1280));
  for (const Json& wrong : {Json(768), Json({768}), Json({768, 0}), Json({768.5, 1280})})
    expect_model_error([&] { read_manifest(TestBundle(state(wrong)).path()); }, "text_widths");
  expect_model_error([&] { read_manifest(TestBundle(state({768, 1024})).path()); }, "text [batch, 78, 1792]");
}

TEST(Manifest, MayHaveAControlNetworkAndSayWhatWasDoneToItsWeights) {
  EXPECT_FALSE(read_manifest(TestBundle().path()).takes_control());
  const TestBundle bundle([](Json& facts) {
    facts["networks"]["control"] = facts["networks"]["denoiser"];
    facts["loras"] = {{{"file", "ink.safetensors"}, {"sha256", std::string(64, 'a')}, {"weight", 0.5}}};
    facts["vae"] = "taesd";
    facts["controlnet"] = "canny";
    facts["latent"]["force_upcast"] = true;
  });
  const Manifest manifest = read_manifest(bundle.path());
  EXPECT_TRUE(manifest.takes_control());
  EXPECT_EQ(manifest.loras.at(0).at("weight"), 0.5);
  EXPECT_EQ(manifest.vae, "taesd");
  EXPECT_EQ(manifest.controlnet, "canny");
  EXPECT_TRUE(manifest.latent.force_upcast);
  verify_files(manifest);
  const TestBundle wrong([](Json& facts) { facts["loras"] = {{{"file", "ink.safetensors"}}}; });
  expect_model_error([&] { read_manifest(wrong.path()); }, "loras[0]");
}

TEST(Manifest, WithoutAKeyIsRefused) {
  for (const char* key :
       {"schema", "name", "family", "networks", "tokenizer", "latent", "scheduler", "verified"}) {
    const TestBundle bundle([&](Json& facts) { facts.erase(key); });
    expect_model_error([&] { read_manifest(bundle.path()); }, key);
  }
  const TestBundle three([](Json& facts) { facts["networks"].erase("vae_decoder"); });
  expect_model_error([&] { read_manifest(three.path()); }, "'vae_decoder' is missing");
}

TEST(BundleFiles, ThatAreMissingChangedOrCutShortAreRefusedByName) {
  const TestBundle bundle;
  const Manifest manifest = read_manifest(bundle.path());
  const std::string whole = read_file(bundle.path() / "denoiser.pt", 1 << 20, ErrorKind::internal);

  bundle.folder().write("denoiser.pt", whole.substr(0, whole.size() - 1));
  expect_model_error([&] { verify_files(manifest); }, "denoiser.pt has");
  std::string changed = whole;
  changed[40] ^= 1;
  bundle.folder().write("denoiser.pt", changed);
  expect_model_error([&] { verify_files(manifest); }, "denoiser.pt");
  std::filesystem::remove(bundle.path() / "denoiser.pt");
  expect_model_error([&] { verify_files(manifest); }, "denoiser.pt, is missing (found: ");
  bundle.folder().write("denoiser.pt", whole);
  verify_files(manifest);

  bundle.folder().write("vocab.json", "{}");
  expect_model_error([&] { verify_files(manifest); }, "vocab.json is not the file");
}

TEST(BundleFiles, WhoseVocabularyAndMergesDoNotBelongTogetherAreRefused) {
  const auto expect_refused = [](const std::function<void(Json&, std::string&)>& change,
                                 const std::string& says) {
    const TestBundle bundle;
    const auto read = [&](const char* file) {
      return read_file(bundle.path() / file, 1 << 20, ErrorKind::internal);
    };
    Json vocab = Json::parse(read("vocab.json"));
    std::string merges = read("merges.txt");
    change(vocab, merges);
    Manifest manifest = read_manifest(bundle.path());
    bundle.folder().write("vocab.json", vocab.dump());
    bundle.folder().write("merges.txt", merges);
    manifest.tokenizer.vocab_sha256 = sha256_file(bundle.path() / "vocab.json");
    manifest.tokenizer.merges_sha256 = sha256_file(bundle.path() / "merges.txt");
    expect_model_error([&] { verify_files(manifest); }, says);
  };
  expect_refused([](Json&, std::string& merges) { merges.resize(merges.rfind('\n', merges.size() - 2) + 1); },
                 "merges.txt has 99 merges, from which 1 of the 614 tokens");
  expect_refused([](Json&, std::string& merges) { merges.clear(); }, "has 0 merges");
  expect_refused([](Json&, std::string& merges) { merges += merges.substr(merges.find('\n') + 1); },
                 "merges.txt line 102: the pair");
  expect_refused([](Json& vocab, std::string&) { vocab["extra"] = 614; }, "'extra' first");
  expect_refused([](Json& vocab, std::string&) { vocab["extra"] = 700; }, "the id of 'extra' is 700");
  expect_refused([](Json& vocab, std::string&) { vocab.erase("!"); }, "there are 613 tokens");
  expect_refused([](Json& vocab, std::string&) { vocab["!"] = 1; }, "have the id 1");
}

// A bundle whose denoiser is `bytes`, correctly hashed: what the archive check alone must find.
void expect_archive_refused(const std::string& bytes, const std::string& says) {
  const TestBundle bundle(
      [&](Json& facts) { facts["networks"]["denoiser"] = network_facts("denoiser.pt", bytes); });
  bundle.folder().write("denoiser.pt", bytes);
  expect_model_error([&] { verify_files(read_manifest(bundle.path())); }, says);
}

void expect_archive_accepted(const std::string& bytes) {
  const TestBundle bundle(
      [&](Json& facts) { facts["networks"]["denoiser"] = network_facts("denoiser.pt", bytes); });
  bundle.folder().write("denoiser.pt", bytes);
  verify_files(read_manifest(bundle.path()));
}

TEST(NetworkArchives, ThatAreNoTorchScriptAreRefusedForWhatTheyAre) {
  expect_archive_refused("\x89PNG\r\n\x1a\nand so on", "a PNG picture");
  expect_archive_refused("\x80\x02.", "a Python pickle");
  expect_archive_refused("<!DOCTYPE html>", "a failed download?");
  expect_archive_refused("version https://git-lfs", "Git LFS");
  expect_archive_refused("x", "no zip archive");
  expect_archive_refused(make_zip({{"net/data.pkl", "w"}, {"net/data/0", "w"}}), "torch.save");
  expect_archive_refused(make_zip({{"word/document.xml", "w"}}), "some other zip archive");
}

TEST(NetworkArchives, WithADamagedDirectoryAreRefused) {
  const std::string whole = make_zip(torchscript_entries());
  expect_archive_refused(whole.substr(0, whole.size() - 30), "cut short");
  expect_archive_refused(whole.substr(5), "does not end where");
  const size_t directory = whole.find("PK\x01\x02");
  std::string wrong = whole;
  wrong[directory] = 'X';
  expect_archive_refused(wrong, "entry 0 of its directory");
  wrong = whole;
  wrong[wrong.size() - 12] = 99;
  expect_archive_refused(wrong, "entry 3 of its directory");
  wrong = whole;
  wrong[wrong.size() - 12] = 1;
  expect_archive_refused(wrong, "more than its 1 entries");
  wrong = whole;
  wrong[wrong.size() - 12] = 0;
  expect_archive_refused(wrong, "states 0 entries");
  wrong = whole;
  wrong[directory + 44] = 127;
  expect_archive_refused(wrong, "points beyond");
  wrong = whole;
  wrong[directory + 28] = 127;
  expect_archive_refused(wrong, "entry 1 of its directory");
}

TEST(NetworkArchives, WithLyingEntriesAreRefused) {
  const auto with = [](ZipEntry entry) {
    std::vector<ZipEntry> entries = torchscript_entries();
    entries.push_back(std::move(entry));
    return make_zip(entries);
  };
  for (const char* name : {"/etc/passwd", "net/../../up", "../up", "net\\up", "C:up", ".."}) {
    expect_archive_refused(with({name, "x"}), "unsafe name");
  }
  expect_archive_refused(with({"net/\xff", "x"}), "unsafe name");
  expect_archive_refused(with({"net/data/0", "x"}), "twice");
  expect_archive_refused(with({"elsewhere/x", "x"}), "outside its folder");
  expect_archive_refused(with({.name = "net/x", .data = "x", .local_name = "net/y"}), "contradicts");
  expect_archive_refused(with({.name = "net/x", .data = "x", .stated_size = 2}), "two sizes");
  expect_archive_refused(with({.name = "net/x", .data = "x", .flags = 1}), "encrypted");
  expect_archive_refused(with({.name = "net/x", .data = "x", .method = 12}), "method 12");
  expect_archive_refused(with({.name = "net/x", .data = "x", .stated_size = 1 << 20, .method = 8}),
                         "impossible");
  expect_archive_refused(with({.name = "net/x", .data = "x", .stated_size = 0x50000000, .method = 8}),
                         "more than is sane");
  // An entry whose data is the archive's own directory.
  std::string overlapping = make_zip(torchscript_entries());
  const size_t last = overlapping.rfind("PK\x01\x02");
  overlapping.replace(last + 20, 8, little_endian(100, 4) + little_endian(100, 4));
  expect_archive_refused(overlapping, "overlaps");
}

TEST(NetworkArchives, WithContentsThatFitNoChecksumAreRefused) {
  std::vector<ZipEntry> entries = torchscript_entries();
  entries.push_back({"net/data/1", std::string(3'000'001, 'w')});
  expect_archive_accepted(make_zip(entries));
  for (size_t wrong = 0; wrong < entries.size(); ++wrong) {
    std::vector<ZipEntry> lying = entries;
    lying[wrong].data.back() ^= 1;
    expect_archive_refused(make_zip(lying), entries[wrong].name + "' has the checksum");
  }
}

TEST(NetworkArchives, HoldWhatIsPackedToItsChecksumToo) {
  const std::string code = "def forward(): pass # packed";
  // One block of RFC 1951 that stores its bytes as they are.
  const std::string packed = '\x01' + little_endian(code.size(), 2) + little_endian(~code.size(), 2) + code;
  std::vector<ZipEntry> entries = torchscript_entries();
  entries.push_back({.name = "net/code/more.py",
                     .data = packed,
                     .stated_size = static_cast<uint32_t>(code.size()),
                     .method = 8,
                     .checksum = checksum_of(code)});
  expect_archive_accepted(make_zip(entries));
  const auto refused_with = [&](auto change, const std::string& words) {
    std::vector<ZipEntry> lying = entries;
    change(lying.back());
    expect_archive_refused(make_zip(lying), "'net/code/more.py' " + words);
  };
  refused_with([](ZipEntry& entry) { entry.data.back() ^= 1; }, "has the checksum");
  refused_with([](ZipEntry& entry) { entry.data[2] ^= 1; }, "cannot be unpacked");
  refused_with([](ZipEntry& entry) { entry.data += "more"; }, "cannot be unpacked");
  refused_with([](ZipEntry& entry) { entry.stated_size -= 1; }, "has 28 bytes");
}

TEST(ModelSearch, FindsByNameAndFolderAndTheFirstPlaceWins) {
  const TestFolder first, second;
  for (const TestFolder* place : {&first, &second}) {
    std::filesystem::create_directory(place->path() / "night");
    place->write("night/model.json", "{}");
  }
  std::filesystem::create_directory(second.path() / "day");
  second.write("day/model.json", "{}");
  std::filesystem::create_directory(second.path() / "no-model");
  const std::vector<std::filesystem::path> places = {first.path(), first.path() / "absent", second.path()};
  EXPECT_EQ(find_model("night", places), first.path() / "night");
  EXPECT_EQ(find_model("day", places), second.path() / "day");
  EXPECT_EQ(find_model((second.path() / "night").string(), places), second.path() / "night");
  EXPECT_THAT(list_models(places), testing::ElementsAre(first.path() / "night", second.path() / "day"));
  expect_model_error([&] { find_model("nigth", places); }, "did you mean 'night'");
  expect_model_error([&] { find_model("nigth", places); }, second.path().string());
  expect_model_error([&] { find_model("", places); }, "empty");
}

TEST(Trust, ComesFromTheUsersOwnListOnly) {
  const TestFolder data;
  const Environment home("XDG_DATA_HOME", (data.path() / "new").string());
  const TestBundle bundle, other([](Json& facts) { facts["title"] = "Other"; });
  const Manifest manifest = read_manifest(bundle.path());
  EXPECT_EQ(trust_of(manifest), "");
  trust(manifest);
  trust(manifest);
  EXPECT_EQ(trust_of(manifest), "trusted by the user");
  EXPECT_EQ(trust_of(read_manifest(other.path())), "");
  EXPECT_EQ(user_trust_list(), data.path() / "new" / "spectradiff" / "trusted-models");
  EXPECT_EQ(read_file(user_trust_list(), 1 << 20, ErrorKind::internal), manifest.sha256 + " made-up\n");
}

TEST(Trust, IsLostWhenTheManifestChanges) {
  const TestFolder data;
  const Environment home("XDG_DATA_HOME", data.path().string());
  const TestBundle bundle;
  trust(read_manifest(bundle.path()));
  Json facts = bundle.facts;
  facts["look"]["steps"] = 21;
  bundle.folder().write("model.json", facts.dump(2));
  EXPECT_EQ(trust_of(read_manifest(bundle.path())), "");
}

TEST(Trust, SaysWhyItsListCannotBeWritten) {
  const TestFolder data;
  data.write("spectradiff", "a file where a folder should be");
  const Environment home("XDG_DATA_HOME", data.path().string());
  const TestBundle bundle;
  try {
    trust(read_manifest(bundle.path()));
    ADD_FAILURE() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::output);
    EXPECT_THAT(error.what(), HasSubstr("trusted-models"));
  }
}

}  // namespace
}  // namespace spectradiff
