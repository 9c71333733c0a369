#include "archive_check.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content_checksum.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

// Layout and field names: APPNOTE.TXT 6.3, "ZIP File Format Specification".
namespace spectradiff {
namespace {

constexpr uint64_t kEndSize = 22, kLocator64Size = 20, kEnd64Size = 56, kDirectorySize = 46, kLocalSize = 30;
constexpr uint64_t kMaxEntries = 100'000;
constexpr uint64_t kMaxDirectoryBytes = 64 << 20;
// Only code and its debugging tables are compressed; weights are stored as they are.
constexpr uint64_t kMaxDeflatedBytes = uint64_t{256} << 20;
constexpr uint32_t kFull32 = 0xFFFFFFFF;

struct Entry {
  std::string name;
  uint16_t flags = 0, method = 0;
  uint32_t checksum = 0;
  uint64_t packed = 0, unpacked = 0, header = 0, data = 0;
};

uint64_t little_endian(std::string_view bytes, size_t at, int width) {
  uint64_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8 | static_cast<uint8_t>(bytes.at(at + static_cast<size_t>(i)));
  return value;
}
uint16_t u16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(little_endian(bytes, at, 2));
}
uint32_t u32(std::string_view bytes, size_t at) {
  return static_cast<uint32_t>(little_endian(bytes, at, 4));
}
uint64_t u64(std::string_view bytes, size_t at) {
  return little_endian(bytes, at, 8);
}

class Archive {
 public:
  Archive(const ModelFile& file, const char* kind) : file_(file), kind_(kind), size_(file.bytes()) {}

  void check() {
    locate_directory();
    read_directory();
    check_names();
    check_headers();
    check_root();
  }

  void check_contents() const {
    for (const Entry& entry : entries_) {
      ContentChecksum content(entry.method == 8);
      std::vector<char> block;
      for (uint64_t done = 0; done < entry.packed; done += block.size()) {
        block.resize(std::min(ContentChecksum::kBlockBytes, entry.packed - done));
        file_.read(entry.data + done, block);
        if (!content.add(block)) refuse("'{}' cannot be unpacked: it was changed", entry.name);
      }
      if (content.size() != entry.unpacked) {
        refuse("'{}' has {} bytes, the archive says {}: it was changed", entry.name, content.size(),
               entry.unpacked);
      }
      if (const uint32_t checksum = content.crc32(); checksum != entry.checksum) {
        refuse(
            "'{}' has the checksum {:08x}, the archive says {:08x}: it was changed; export or copy the model "
            "again",
            entry.name, checksum, entry.checksum);
      }
    }
  }

  void check_program() const {
    const bool data = holds("data.pkl");
    if (data && holds("code/")) return;
    refuse("it holds no traced program ({}); export it with scripts/export_model.py",
           data ? "it was written by torch.save" : "it is some other zip archive");
  }

  void check_compiled() const {
    if (!holds("data/aotinductor/"))
      refuse("it holds no compiled code; export it with scripts/export_model.py --format aoti");
  }

 private:
  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw_error(ErrorKind::model, "{} is not a usable {}: {}; it was not loaded", file_.path().string(),
                kind_, fmt::format(format, std::forward<Args>(args)...));
  }

  std::string read(uint64_t at, uint64_t count) {
    if (at > size_ || count > size_ - at) refuse("its zip structure points beyond its {} bytes", size_);
    std::string bytes(count, '\0');
    file_.read(at, bytes);
    return bytes;
  }

  std::string_view likeness() {
    const std::string start = read(0, std::min<uint64_t>(size_, 8));
    if (start.starts_with("\x89PNG")) return "a PNG picture";
    if (start.starts_with("PK\x03\x04")) return "a zip archive that was cut short";
    if (start.starts_with("\x80\x02") || start.starts_with("\x80\x04")) return "a Python pickle";
    if (start.starts_with("<!") || start.starts_with("<h")) return "an HTML page: a failed download?";
    if (start.starts_with("version ")) return "a Git LFS pointer: the file itself was not fetched";
    return "no zip archive";
  }

  void locate_directory() {
    if (size_ == 0) refuse("it is empty");
    const uint64_t tail_size = std::min<uint64_t>(size_, kEndSize + 0xFFFF);
    const uint64_t tail_at = size_ - tail_size;
    const std::string tail = read(tail_at, tail_size);
    size_t at = tail.rfind(std::string_view("PK\x05\x06", 4));
    while (at != tail.npos &&
           (tail.size() - at < kEndSize || at + kEndSize + u16(tail, at + 20) != tail.size())) {
      at = at == 0 ? tail.npos : tail.rfind(std::string_view("PK\x05\x06", 4), at - 1);
    }
    if (at == tail.npos) refuse("it looks like {}", likeness());
    const uint64_t end_at = tail_at + at;
    count_ = u16(tail, at + 10);
    directory_size_ = u32(tail, at + 12);
    directory_at_ = u32(tail, at + 16);
    directory_end_ = end_at;
    locate_directory64(end_at);
    if (count_ == 0 || count_ > kMaxEntries)
      refuse("it states {} entries, 1 to {} are sane", count_, kMaxEntries);
    if (directory_size_ > kMaxDirectoryBytes) refuse("its directory states {} bytes", directory_size_);
    if (directory_at_ > directory_end_ || directory_size_ != directory_end_ - directory_at_) {
      refuse("its directory ({} bytes at {}) does not end where the end record starts ({})", directory_size_,
             directory_at_, directory_end_);
    }
  }

  // torch writes the zip64 records whether they are needed or not, and its reader believes them before the
  // others.
  void locate_directory64(uint64_t end_at) {
    if (end_at < kLocator64Size) return;
    const std::string locator = read(end_at - kLocator64Size, kLocator64Size);
    if (!locator.starts_with("PK\x06\x07")) return;
    const uint64_t record_at = u64(locator, 8);
    const std::string record = read(record_at, kEnd64Size);
    if (!record.starts_with("PK\x06\x06") || record_at + kEnd64Size != end_at - kLocator64Size) {
      refuse("its zip64 end record is damaged");
    }
    count_ = u64(record, 32);
    directory_size_ = u64(record, 40);
    directory_at_ = u64(record, 48);
    directory_end_ = record_at;
  }

  void read_directory() {
    const std::string bytes = read(directory_at_, directory_size_);
    uint64_t at = 0;
    for (uint64_t i = 0; i < count_; ++i) {
      if (bytes.size() - at < kDirectorySize || bytes.compare(at, 4, "PK\x01\x02") != 0) {
        refuse("entry {} of its directory is damaged", i);
      }
      Entry entry;
      entry.flags = u16(bytes, at + 8);
      entry.method = u16(bytes, at + 10);
      entry.checksum = u32(bytes, at + 16);
      entry.packed = u32(bytes, at + 20);
      entry.unpacked = u32(bytes, at + 24);
      entry.header = u32(bytes, at + 42);
      const uint64_t name = u16(bytes, at + 28), extra = u16(bytes, at + 30), comment = u16(bytes, at + 32);
      if (name + extra + comment > bytes.size() - at - kDirectorySize)
        refuse("entry {} of its directory is damaged", i);
      entry.name = bytes.substr(at + kDirectorySize, name);
      read_zip64(std::string_view(bytes).substr(at + kDirectorySize + name, extra), entry);
      at += kDirectorySize + name + extra + comment;
      entries_.push_back(std::move(entry));
    }
    if (at != bytes.size()) refuse("its directory holds more than its {} entries", count_);
  }

  void read_zip64(std::string_view extra, Entry& entry) const {
    for (size_t at = 0; extra.size() - at >= 4;) {
      const uint16_t id = u16(extra, at), length = u16(extra, at + 2);
      if (length > extra.size() - at - 4) refuse("the extra field of '{}' is damaged", entry.name);
      if (id == 1) {
        const std::string_view field = extra.substr(at + 4, length);
        size_t next = 0;
        for (uint64_t* value : {&entry.unpacked, &entry.packed, &entry.header}) {
          if (*value != kFull32) continue;
          if (field.size() - next < 8) refuse("the zip64 field of '{}' is damaged", entry.name);
          *value = u64(field, next);
          next += 8;
        }
      }
      at += 4u + length;
    }
  }

  void check_names() const {
    std::vector<std::string_view> names;
    for (const Entry& entry : entries_) {
      const std::string& name = entry.name;
      const bool climbs =
          name == ".." || name.starts_with("../") || name.ends_with("/..") || name.find("/../") != name.npos;
      if (name.empty() || name.front() == '/' || climbs ||
          name.find_first_of(std::string_view("\\:\0", 3)) != name.npos || !is_valid_utf8(name)) {
        refuse("it holds an entry with the unsafe name '{}'", is_valid_utf8(name) ? name : "(not UTF-8)");
      }
      names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
      refuse("it holds '{}' twice", *twice);
    }
  }

  void check_headers() {
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.header < b.header; });
    uint64_t deflated = 0;
    uint64_t free_from = 0;
    for (Entry& entry : entries_) {
      if (entry.flags & 1) refuse("'{}' is encrypted", entry.name);
      if (entry.method != 0 && entry.method != 8)
        refuse("'{}' is packed by method {}", entry.name, entry.method);
      if (entry.method == 0 && entry.packed != entry.unpacked) refuse("'{}' states two sizes", entry.name);
      if (entry.method == 8) {
        if (entry.unpacked > kMaxDeflatedBytes - deflated) {
          refuse("'{}' unpacks to more than is sane", entry.name);
        }
        deflated += entry.unpacked;
        // Deflate cannot shrink by more than 1032 to 1.
        if (entry.unpacked > 1032 * (entry.packed + 64)) refuse("'{}' states an impossible size", entry.name);
      }
      const std::string local = read(entry.header, kLocalSize);
      if (!local.starts_with("PK\x03\x04"))
        refuse("'{}' has no header where the directory points", entry.name);
      const uint64_t name = u16(local, 26), extra = u16(local, 28);
      if (read(entry.header + kLocalSize, name) != entry.name || u16(local, 8) != entry.method) {
        refuse("the header of '{}' contradicts the directory", entry.name);
      }
      entry.data = entry.header + kLocalSize + name + extra;
      if (entry.header < free_from || entry.data > directory_at_ ||
          entry.packed > directory_at_ - entry.data) {
        refuse("'{}' overlaps its neighbour", entry.name);
      }
      free_from = entry.data + entry.packed;
    }
  }

  void check_root() {
    root_ = entries_.front().name.substr(0, entries_.front().name.find('/') + 1);
    for (const Entry& entry : entries_) {
      if (!entry.name.starts_with(root_)) refuse("'{}' lies outside its folder '{}'", entry.name, root_);
    }
  }

  // An entry, or a folder of them where the name ends with '/'.
  bool holds(std::string_view name) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      const std::string_view inside = std::string_view(entry.name).substr(root_.size());
      return name.ends_with('/') ? inside.starts_with(name) : inside == name;
    });
  }

  const ModelFile& file_;
  const char* kind_;
  uint64_t size_ = 0;
  uint64_t count_ = 0, directory_size_ = 0, directory_at_ = 0, directory_end_ = 0;
  std::vector<Entry> entries_;
  std::string root_;  // the folder that everything lies in, with its '/'
};

}  // namespace

void check_torchscript_archive(const ModelFile& file) {
  Archive archive(file, "TorchScript file");
  archive.check();
  archive.check_program();
}

void check_compiled_archive(const ModelFile& file) {
  Archive archive(file, "package of compiled code");
  archive.check();
  archive.check_compiled();
}

void check_archive_contents(const ModelFile& file) {
  Archive archive(file, "network");
  archive.check();
  archive.check_contents();
}

}  // namespace spectradiff
