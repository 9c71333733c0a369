// Strict JSON: what a user's slip would silently change is an error that names the place.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/error.h"

namespace spectradiff {

// Keys keep the order they were written in; looking one up is linear, so iterate over big objects.
using Json = nlohmann::ordered_json;

// RFC 8259 and no more: no comments, trailing commas or NaN; a UTF-8 byte order mark is skipped; duplicate
// keys, invalid UTF-8, more than 64 levels and more than 16 MiB are refused. Messages begin with `source` (a
// file name), line and column (in characters, from 1). Error{kind}.
Json parse_json(std::string_view text, std::string_view source, ErrorKind kind = ErrorKind::usage);
Json read_json(const std::filesystem::path& path, ErrorKind kind = ErrorKind::usage);

// As JSON text; indent < 0 is one line. Strings that are not UTF-8 (file names need not be) get U+FFFD for
// what is wrong with them.
std::string json_text(const Json& value, int indent = -1);

// An object whose members are taken out one by one with their exact types, so that what nobody asked for can
// be refused. `where` is the path for messages, as "model.json: latent". Outlived by `object`. Errors are of
// the kind given.
class JsonReader {
 public:
  JsonReader(const Json& object, std::string where, ErrorKind kind);

  bool has(const std::string& key) const;
  std::string text(const std::string& key);
  int64_t integer(const std::string& key);  // 15.7 and true are errors
  double real(const std::string& key);      // an integer is fine
  bool boolean(const std::string& key);
  const Json& any(const std::string& key);
  JsonReader object(const std::string& key);
  std::vector<std::string> texts(const std::string& key);

  // The same, with a value for an absent key.
  std::string text_or(const std::string& key, std::string absent);
  int64_t integer_or(const std::string& key, int64_t absent);
  double real_or(const std::string& key, double absent);
  bool boolean_or(const std::string& key, bool absent);

  // Error naming the first member that no call above asked for, with the nearest known name.
  void refuse_unknown() const;

  const std::string& where() const { return where_; }

 private:
  const Json& member(const std::string& key);
  [[noreturn]] void fail(const std::string& key, std::string_view expected) const;

  const Json& object_;
  std::string where_;
  bool nested_ = false;  // made by object(): a key follows `where_` after a dot
  ErrorKind kind_;
  mutable std::vector<std::string> asked_;  // known keys, by every question
};

}  // namespace spectradiff
