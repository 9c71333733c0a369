// Where a muxer's bytes go: a file or a descriptor, with every write checked and the first failure kept.
// Private to this module.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "libav.h"

namespace spectradiff {

struct FreeAvio {
  void operator()(AVIOContext* context) const;
};
using AvioPtr = std::unique_ptr<AVIOContext, FreeAvio>;

class OutputSink {
 public:
  explicit OutputSink(const std::filesystem::path& path);  // created or truncated, owned. Error{output}
  explicit OutputSink(int descriptor);                     // not owned, never sought
  ~OutputSink();
  OutputSink(const OutputSink&) = delete;
  OutputSink& operator=(const OutputSink&) = delete;

  // Makes `muxer` write here; the sink outlives it. MP4's second pass, which moves the index to the front,
  // reads the file back through here too.
  void attach(AVFormatContext* muxer);

  // From now on `found` goes out as `replacement`, of equal length, wherever it stands whole in a block that
  // the muxer hands over.
  void replace(std::string found, std::string replacement);

  // Error{output} naming the file and the system's reason when any write so far failed.
  void check() const;

  // Pushes out what is buffered and closes an owned file, both checked.
  void close();

  const std::string& name() const { return name_; }

 private:
  OutputSink(int descriptor, std::filesystem::path path);
  int write_all(const uint8_t* bytes, int size);
  static int write_bytes(void* sink, const uint8_t* bytes, int size);
  static int64_t seek_file(void* sink, int64_t offset, int whence);
  static int open_again(AVFormatContext* muxer, AVIOContext** context, const char* url, int flags,
                        AVDictionary**);
  static int close_again(AVFormatContext* muxer, AVIOContext* context);
  void keep_error(int error_number, int missing_bytes = 0);

  std::filesystem::path path_;  // empty for a descriptor
  std::string name_;
  int descriptor_;
  std::string found_, replacement_;
  int error_ = 0;  // errno of the first failure
  std::string failure_;
  AvioPtr avio_;
};

}  // namespace spectradiff
