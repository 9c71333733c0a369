#include "spectradiff/base/json.h"

#include <gmock/gmock.h>

#include <fstream>

#include "expect_error.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

using ::testing::ElementsAre;

std::string repeated(std::string_view text, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(ParseJson, ReadsEveryKindOfValueAndKeepsTheOrder) {
  const Json json =
      parse_json(R"( {"z": 1, "a": [true, null, -2, 1.5e1, "\u00e9\ud83d\ude00"], "m": {}} )", "x");
  EXPECT_EQ(json.dump(), "{\"z\":1,\"a\":[true,null,-2,15.0,\"é😀\"],\"m\":{}}");
}

TEST(ParseJson, SkipsOneByteOrderMark) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF[1]", "x").dump(), "[1]");
  EXPECT_ERROR(parse_json("\xEF\xBB\xBF\xEF\xBB\xBF[1]", "x"), ErrorKind::usage, "x:1:1");
}

TEST(ParseJson, NamesTheSecondOfTwoEqualKeysAndItsPlace) {
  EXPECT_ERROR(parse_json("{\"fps\": 15,\n \"size\": 1,\n  \"fps\": 30}", "neon.json"), ErrorKind::usage,
               "neon.json:3:7: the key 'fps' is there twice");
  EXPECT_ERROR(parse_json(R"({"a": {"b": 1, "\u0062": 2}})", "x"), ErrorKind::usage,
               "the key 'b' is there twice");
  EXPECT_EQ(parse_json(R"({"a": {"a": 1}, "b": {"a": 1}})", "x").size(), 2U);
}

TEST(ParseJson, RefusesWhatIsNotJsonAndSaysWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "x:1:1"},           {"  \n ", "x:2:"},       {"{\"a\": 1,}", "x:1:9"}, {"[1,]", "x:1:4"},
      {"// c\n1", "x:1:"},     {"/* c */ 1", "x:1:"},   {"[NaN]", "x:1:"},        {"[Infinity]", "x:1:"},
      {"[-]", "x:1:"},         {"[01]", "x:1:3"},       {"[+1]", "x:1:2"},        {"[.5]", "x:1:2"},
      {"[0x10]", "x:1:3"},     {"{a: 1}", "x:1:"},      {"{'a': 1}", "x:1:"},     {"[1] 2", "x:1:5"},
      {"[\"\t\"]", "x:1:"},    {"[\"\\x\"]", "x:1:"},   {"[1", "x:1:"},           {"{\"a\"", "x:1:"},
      {"\"abc", "x:1:"},       {"[\"\\ud800\"]", "x:"}, {"[1]\n[2]", "x:2:1"},    {"tru", "x:1:"},
      {"[1e400]", "overflow"}, {"{\"a\" 1}", "x:1:"},   {"[1;2]", "x:1:3"},       {"\f1", "x:1:1"}};
  for (const auto& [text, place] : cases) {
    SCOPED_TRACE(text);
    EXPECT_ERROR(parse_json(text, "x"), ErrorKind::usage, place);
  }
}

TEST(ParseJson, SaysInPlainWordsWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"a": 1,})", "the comma before this '}' is one too many"},
      {"[1, ]", "the comma before this ']' is one too many"},
      {"[.5]", "'.5' is no value; texts stand in double quotes, numbers begin with a digit or -"},
      {"{'a': 1}", "a name in double quotes is expected here, not 'a'"},
      {"{a: 1}", "a name in double quotes is expected here, not 'a'"},
      {R"({"a" 1})", "':' is expected here, not a number"},
      {R"({"a": 1 "b": 2})", "a comma or '}' is expected here, not a text in double quotes"},
      {"[1", "a comma or ']' is expected here, not the end of the text"},
      {"", "a value is expected here, not the end of the text"},
      {"[1] 2", "nothing may follow the value, but a number does"},
      {"{} x", "nothing may follow the value, but 'x' does"},
      {"// c\n1", "JSON has no comments"},
      {"[1.]", "invalid number; digit after '.' is expected"},
      {R"(["\q"])", "this is no escape; a backslash itself is written \\"},
      {"[\"a\nb\"]", "a line break or another control character in a text is written \\n"},
      {"[\"a", "the closing double quote of this text is missing"}};
  for (const auto& [text, words] : cases) {
    SCOPED_TRACE(text);
    EXPECT_ERROR(parse_json(text, "x"), ErrorKind::usage, words);
  }
}

TEST(ParseJson, CountsColumnsInCharacters) {
  EXPECT_ERROR(parse_json("{\"é😀\": 1 1}", "x"), ErrorKind::usage, "x:1:10");
}

TEST(ParseJson, RefusesInvalidUtf8) {
  for (const char* text : {"[\"\xff\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]", "[\"\xe2\x82\"]"}) {
    EXPECT_ERROR(parse_json(text, "x"), ErrorKind::usage, "x:1:3: this is not UTF-8");
  }
}

TEST(ParseJson, AllowsSixtyFourLevelsAndNoMore) {
  EXPECT_NO_THROW(parse_json(repeated("[", 64) + repeated("]", 64), "x"));
  EXPECT_ERROR(parse_json(repeated("[", 65) + repeated("]", 65), "x"), ErrorKind::usage,
               "x:1:65: brackets are nested more than 64 deep");
  EXPECT_ERROR(parse_json(repeated("{\"a\":", 65), "x"), ErrorKind::usage, "more than 64 deep");
}

TEST(ParseJson, RefusesAHundredThousandLevelsWithoutASegfault) {
  EXPECT_ERROR(parse_json(repeated("[", 100000), "x"), ErrorKind::usage, "more than 64 deep");
  EXPECT_ERROR(parse_json(repeated("{\"a\":", 100000), "x"), ErrorKind::usage, "more than 64 deep");
}

TEST(ParseJson, RefusesMoreThanSixteenMebibytes) {
  EXPECT_ERROR(parse_json(std::string((16 << 20) + 1, ' '), "x"), ErrorKind::usage, "16777216");
}

TEST(ParseJson, ReadsAnObjectOfManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 200000; ++i) text += fmt::format("\"k{}\":{},", i, i);
  text += "\"last\":0}";
  EXPECT_EQ(parse_json(text, "x").size(), 200001U);
}

TEST(ParseJson, ThrowsTheKindThatTheCallerNames) {
  EXPECT_ERROR(parse_json("[", "model.json", ErrorKind::model), ErrorKind::model, "model.json:1:");
}

TEST(ReadJson, NamesTheFile) {
  const TemporaryFolder folder;
  std::ofstream(folder / "p.json") << "{\"a\":}";
  EXPECT_ERROR(read_json(folder / "p.json"), ErrorKind::usage, (folder / "p.json").string() + ":1:6: ");
  EXPECT_ERROR(read_json(folder / "none.json"), ErrorKind::usage, "none.json");
}

TEST(JsonText, ReplacesWhatIsNotUtf8) {
  const Json json = {{"file", "\xffsong.wav"}, {"frames", 3}};
  EXPECT_EQ(json_text(json), "{\"file\":\"\uFFFDsong.wav\",\"frames\":3}");
  EXPECT_EQ(json_text(Json::array({1}), 2), "[\n  1\n]");
}

TEST(JsonReader, GivesMembersOfTheirExactTypes) {
  const Json json = parse_json(
      R"({"t": "x", "i": -3, "r": 2, "b": true, "l": ["a", "b"], "o": {"k": 1}, "any": null})", "m");
  JsonReader reader(json, "m", ErrorKind::usage);
  EXPECT_EQ(reader.text("t"), "x");
  EXPECT_EQ(reader.integer("i"), -3);
  EXPECT_EQ(reader.real("r"), 2.0);
  EXPECT_TRUE(reader.boolean("b"));
  EXPECT_THAT(reader.texts("l"), ElementsAre("a", "b"));
  EXPECT_EQ(reader.object("o").integer("k"), 1);
  EXPECT_TRUE(reader.any("any").is_null());
  EXPECT_EQ(reader.text_or("none", "absent"), "absent");
  EXPECT_EQ(reader.integer_or("none", 7), 7);
  EXPECT_EQ(reader.real_or("none", 0.5), 0.5);
  EXPECT_FALSE(reader.boolean_or("none", false));
  EXPECT_NO_THROW(reader.refuse_unknown());
}

TEST(JsonReader, RefusesWhatALooseReaderWouldBend) {
  const Json json = parse_json(
      R"({"f": 15.7, "t": true, "s": "15", "big": 5000000000, "huge": 18446744073709551615, "z": 15.0, "l": [1], "n": null})",
      "m");
  JsonReader reader(json, "m.json", ErrorKind::model);
  EXPECT_ERROR(reader.integer("f"), ErrorKind::model, "m.json: f = 15.7 is not an integer");
  EXPECT_ERROR(reader.integer("t"), ErrorKind::model, "t = true");
  EXPECT_ERROR(reader.integer("s"), ErrorKind::model, "s = \"15\"");
  EXPECT_ERROR(reader.integer("huge"), ErrorKind::model, "64 bits");
  EXPECT_ERROR(reader.integer("z"), ErrorKind::model, "z = 15.0");
  EXPECT_ERROR(reader.real("t"), ErrorKind::model, "not a number");
  EXPECT_ERROR(reader.real("n"), ErrorKind::model, "n = null");
  EXPECT_ERROR(reader.boolean("f"), ErrorKind::model, "true or false");
  EXPECT_ERROR(reader.text("f"), ErrorKind::model, "text");
  EXPECT_ERROR(reader.texts("l"), ErrorKind::model, "array of texts");
  EXPECT_ERROR(reader.object("l"), ErrorKind::model, "l = an array");
  EXPECT_ERROR(reader.text("none"), ErrorKind::model, "the key 'none' is missing");
  EXPECT_EQ(reader.integer("big"), 5000000000);
}

TEST(JsonReader, NamesThePathOfANestedMember) {
  const Json json = parse_json(R"({"latent": {"scale": {"x": "a"}}})", "m");
  JsonReader reader(json, "model.json", ErrorKind::model);
  JsonReader latent = reader.object("latent");
  EXPECT_EQ(latent.where(), "model.json: latent");
  JsonReader scale = latent.object("scale");
  EXPECT_ERROR(scale.real("x"), ErrorKind::model, "model.json: latent.scale.x = \"a\"");
  EXPECT_ERROR(scale.real("y"), ErrorKind::model, "model.json: latent.scale: the key 'y'");
}

TEST(JsonReader, RefusesAnUnknownKeyWithTheNearestKnownOne) {
  const Json json = parse_json(R"({"fps": 1, "bin_spacign": "log"})", "p");
  JsonReader reader(json, "p.json", ErrorKind::usage);
  reader.integer("fps");
  reader.text_or("bin_spacing", "log");
  EXPECT_ERROR(reader.refuse_unknown(), ErrorKind::usage,
               "unknown key 'bin_spacign' (did you mean 'bin_spacing'?)");
}

TEST(JsonReader, TakesObjectsOnly) {
  EXPECT_ERROR(JsonReader(parse_json("[]", "p"), "p.json", ErrorKind::usage), ErrorKind::usage,
               "p.json: an object");
}

}  // namespace
}  // namespace spectradiff
