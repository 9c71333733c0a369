#include "spectradiff/base/json.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <unordered_set>
#include <utility>

#include "json_fault.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr size_t kMaxDepth = 64;

// Reads a string for nlohmann's lexer and lets the handler see how far it has come: its events carry no
// position.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

struct Source {
  std::string_view text;
  std::string_view name;
  ErrorKind kind;

  // `place` is a byte of `text`.
  [[noreturn]] void fail(size_t place, std::string_view message) const {
    size_t line = 1;
    size_t column = 1;
    for (const char c : text.substr(0, place)) {
      if (c == '\n') {
        ++line;
        column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) {
        ++column;
      }
    }
    throw_error(kind, "{}:{}:{}: {}", name, line, column, shortened(message, 200));
  }
};

// Builds the value and refuses on the way what nlohmann's own builder would accept.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(const Source& source) : source_(source), read_(source.text.data()) {}

  Json build() {
    const char* end = source_.text.data() + source_.text.size();
    Json::sax_parse(CountingIterator(read_, &read_), CountingIterator(end, &read_), this);
    return std::move(root_);
  }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (!open_.back().keys.insert(name).second) {
      source_.fail(place() - 1, fmt::format("the key '{}' is there twice", name));
    }
    key_ = std::move(name);
    return true;
  }

  bool parse_error(size_t characters_read, const std::string&,
                   const nlohmann::detail::exception& e) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 3: what we want"
    std::string_view message = e.what();
    if (const size_t at = message.find("] "); at != message.npos) message.remove_prefix(at + 2);
    if (message.starts_with("parse error")) {
      if (const size_t at = message.find(": "); at != message.npos) message.remove_prefix(at + 2);
    }
    const size_t place = std::min(std::max<size_t>(characters_read, 1) - 1, source_.text.size());
    source_.fail(place, plain_fault(message, source_.text, place));
  }

 private:
  struct Open {
    Json* value;
    std::unordered_set<std::string>
        keys;  // the ordered object itself would be searched from its start for each key
  };

  size_t place() const { return static_cast<size_t>(read_ - source_.text.data()); }

  Json* add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back().value;
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    auto& members = parent.get_ref<Json::object_t&>();
    members.emplace_back(std::move(key_), std::move(value));
    return &members.back().second;
  }

  template <typename Value>
  bool put(Value&& value) {
    add(Json(std::forward<Value>(value)));
    return true;
  }

  bool open(Json empty) {
    if (open_.size() == kMaxDepth) {
      source_.fail(place() - 1, fmt::format("brackets are nested more than {} deep", kMaxDepth));
    }
    open_.push_back({add(std::move(empty)), {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const Source& source_;
  const char* read_;
  Json root_;
  std::vector<Open> open_;  // a parent does not grow while its child is open, so the pointers hold
  std::string key_;
};

std::string described(const Json& value) {
  constexpr size_t kLongest = 60;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  const std::string text = json_text(value);
  return text.size() <= kLongest ? text : "a long " + std::string(value.type_name());
}

}  // namespace

Json parse_json(std::string_view text, std::string_view source, ErrorKind kind) {
  if (text.size() > kMaxTextBytes) {
    throw_error(kind, "{} has {} bytes of JSON; at most {} are allowed", source, text.size(), kMaxTextBytes);
  }
  text = without_byte_order_mark(text);
  const Source input{text, source, kind};
  // nlohmann's lexer would skip another one.
  if (text.starts_with(kByteOrderMark)) input.fail(0, "a second byte order mark");
  size_t valid = 0;
  while (const size_t length = utf8_character_length(text.substr(valid))) valid += length;
  if (valid < text.size()) input.fail(valid, "this is not UTF-8; save the file as UTF-8");
  return StrictBuilder(input).build();
}

Json read_json(const std::filesystem::path& path, ErrorKind kind) {
  return parse_json(read_file(path, kMaxTextBytes, kind), path.native(), kind);
}

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

JsonReader::JsonReader(const Json& object, std::string where, ErrorKind kind)
    : object_(object), where_(std::move(where)), kind_(kind) {
  if (!object.is_object())
    throw_error(kind, "{}: an object {{…}} is expected, not {}", where_, described(object));
}

bool JsonReader::has(const std::string& key) const {
  asked_.push_back(key);
  return object_.contains(key);
}

const Json& JsonReader::member(const std::string& key) {
  asked_.push_back(key);
  const auto found = object_.find(key);
  if (found == object_.end()) throw_error(kind_, "{}: the key '{}' is missing", where_, key);
  return *found;
}

void JsonReader::fail(const std::string& key, std::string_view expected) const {
  throw_error(kind_, "{}{}{} = {} is not {}", where_, nested_ ? "." : ": ", key, described(object_.at(key)),
              expected);
}

std::string JsonReader::text(const std::string& key) {
  const Json& value = member(key);
  if (!value.is_string()) fail(key, "a text in quotes");
  return value.get<std::string>();
}

int64_t JsonReader::integer(const std::string& key) {
  const Json& value = member(key);
  if (!value.is_number_integer()) fail(key, "an integer");
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max())) {
    fail(key, "an integer of 64 bits");
  }
  return value.get<int64_t>();
}

double JsonReader::real(const std::string& key) {
  const Json& value = member(key);
  if (!value.is_number()) fail(key, "a number");
  return value.get<double>();
}

bool JsonReader::boolean(const std::string& key) {
  const Json& value = member(key);
  if (!value.is_boolean()) fail(key, "true or false");
  return value.get<bool>();
}

const Json& JsonReader::any(const std::string& key) {
  return member(key);
}

JsonReader JsonReader::object(const std::string& key) {
  const Json& value = member(key);
  if (!value.is_object()) fail(key, "an object {…}");
  JsonReader reader(value, where_ + (nested_ ? "." : ": ") + key, kind_);
  reader.nested_ = true;
  return reader;
}

std::vector<std::string> JsonReader::texts(const std::string& key) {
  const Json& value = member(key);
  std::vector<std::string> texts;
  if (!value.is_array()) fail(key, "an array of texts");
  for (const Json& item : value) {
    if (!item.is_string()) fail(key, "an array of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string JsonReader::text_or(const std::string& key, std::string absent) {
  asked_.push_back(key);
  return has(key) ? text(key) : std::move(absent);
}

int64_t JsonReader::integer_or(const std::string& key, int64_t absent) {
  asked_.push_back(key);
  return has(key) ? integer(key) : absent;
}

double JsonReader::real_or(const std::string& key, double absent) {
  asked_.push_back(key);
  return has(key) ? real(key) : absent;
}

bool JsonReader::boolean_or(const std::string& key, bool absent) {
  asked_.push_back(key);
  return has(key) ? boolean(key) : absent;
}

void JsonReader::refuse_unknown() const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    throw_error(kind_, "{}: unknown key '{}'{}", where_, key, suggestion(key, asked_));
  }
}

}  // namespace spectradiff
