#include "output_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

constexpr int kBufferBytes = 1 << 18;

int seek_descriptor(int descriptor, int64_t offset, int whence, int64_t& position) {
  if (whence & AVSEEK_SIZE) {
    const int64_t here = lseek(descriptor, 0, SEEK_CUR);
    position = lseek(descriptor, 0, SEEK_END);
    if (here < 0 || position < 0 || lseek(descriptor, here, SEEK_SET) < 0) return errno;
    return 0;
  }
  position = lseek(descriptor, offset, whence & ~AVSEEK_FORCE);
  return position < 0 ? errno : 0;
}

// Since libavformat 61 the write callback takes const bytes.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WriteCallback = int (*)(void*, const uint8_t*, int);
#else
using WriteCallback = int (*)(void*, uint8_t*, int);
#endif

// The file under way, opened a second time to be read while it is rewritten.
struct Reader {
  explicit Reader(int opened) : descriptor(opened) {}
  ~Reader() { ::close(descriptor); }

  static int read_bytes(void* reader, uint8_t* bytes, int size) {
    for (;;) {
      const ssize_t count =
          ::read(static_cast<Reader*>(reader)->descriptor, bytes, static_cast<size_t>(size));
      if (count > 0) return static_cast<int>(count);
      if (count == 0) return AVERROR_EOF;
      if (errno != EINTR) return AVERROR(errno);
    }
  }

  static int64_t seek(void* reader, int64_t offset, int whence) {
    int64_t position = 0;
    const int error = seek_descriptor(static_cast<Reader*>(reader)->descriptor, offset, whence, position);
    return error ? AVERROR(error) : position;
  }

  int descriptor;
};

int create_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const int error = errno;
  if (descriptor < 0) {
    throw_error(ErrorKind::output, "cannot create {}: {}", path.string(), errno_text(error));
  }
  return descriptor;
}

AVIOContext* make_avio(void* owner, bool writes, int (*read)(void*, uint8_t*, int), WriteCallback write,
                       int64_t (*seek)(void*, int64_t, int)) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  if (!buffer) return nullptr;
  AVIOContext* context = avio_alloc_context(buffer, kBufferBytes, writes ? 1 : 0, owner, read, write, seek);
  if (!context) av_free(buffer);
  return context;
}

}  // namespace

void FreeAvio::operator()(AVIOContext* context) const {
  av_freep(static_cast<void*>(&context->buffer));
  avio_context_free(&context);
}

OutputSink::OutputSink(int descriptor, std::filesystem::path path)
    : path_(std::move(path)),
      name_(path_.empty() ? "the output stream" : path_.string()),
      descriptor_(descriptor) {
  WriteCallback write = nullptr;
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  write = write_bytes;
#else
  write = [](void* sink, uint8_t* bytes, int size) { return write_bytes(sink, bytes, size); };
#endif
  avio_.reset(make_avio(this, true, nullptr, write, path_.empty() ? nullptr : seek_file));
  if (!avio_) throw Error(ErrorKind::memory, "out of memory for the output buffer");
}

OutputSink::OutputSink(int descriptor) : OutputSink(descriptor, {}) {}

OutputSink::OutputSink(const std::filesystem::path& path) : OutputSink(create_file(path), path) {}

OutputSink::~OutputSink() {
  if (!path_.empty() && descriptor_ >= 0) ::close(descriptor_);
}

void OutputSink::attach(AVFormatContext* muxer) {
  muxer->pb = avio_.get();
  muxer->flags |= AVFMT_FLAG_CUSTOM_IO;
  muxer->opaque = this;
  muxer->io_open = open_again;
  muxer->io_close2 = close_again;
}

void OutputSink::check() const {
  if (!error_) return;
  if (error_ == EPIPE) throw_error(ErrorKind::output, "cannot write {}: its reader closed the pipe", name_);
  throw_error(ErrorKind::output, "cannot write {}: {}", name_, failure_);
}

void OutputSink::close() {
  avio_flush(avio_.get());
  if (!path_.empty()) {
    if (::close(std::exchange(descriptor_, -1)) != 0) keep_error(errno);
  }
  check();
}

void OutputSink::keep_error(int error_number, int missing_bytes) {
  if (error_) return;
  error_ = error_number;
  failure_ = write_failure(error_number, descriptor_, static_cast<uint64_t>(missing_bytes));
}

void OutputSink::replace(std::string found, std::string replacement) {
  found_ = std::move(found);
  replacement_ = std::move(replacement);
}

int OutputSink::write_bytes(void* sink, const uint8_t* bytes, int size) {
  auto* self = static_cast<OutputSink*>(sink);
  if (self->error_) return AVERROR(self->error_);
  const std::string_view block(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  const size_t place = self->found_.empty() ? std::string_view::npos : block.find(self->found_);
  if (place != std::string_view::npos) {
    std::string changed(block);
    changed.replace(place, self->found_.size(), self->replacement_);
    return self->write_all(reinterpret_cast<const uint8_t*>(changed.data()), size);
  }
  return self->write_all(bytes, size);
}

int OutputSink::write_all(const uint8_t* bytes, int size) {
  for (int done = 0; done < size;) {
    const ssize_t count = ::write(descriptor_, bytes + done, static_cast<size_t>(size - done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {  // whoever gave the descriptor made it non-blocking
      pollfd waiting{descriptor_, POLLOUT, 0};
      poll(&waiting, 1, -1);
      continue;
    }
    if (count <= 0) {
      keep_error(count < 0 ? errno : EIO, size - done);
      return AVERROR(error_);
    }
    done += static_cast<int>(count);
  }
  return size;
}

int64_t OutputSink::seek_file(void* sink, int64_t offset, int whence) {
  auto* self = static_cast<OutputSink*>(sink);
  int64_t position = 0;
  const int error = seek_descriptor(self->descriptor_, offset, whence, position);
  if (!error) return position;
  // /dev/full and FIFOs given by name cannot be sought: the muxer is told, and a write that fails says more.
  if (error != ESPIPE && !(whence & AVSEEK_SIZE)) self->keep_error(error);
  return AVERROR(error);
}

int OutputSink::open_again(AVFormatContext* muxer, AVIOContext** context, const char*, int flags,
                           AVDictionary**) {
  const auto* self = static_cast<OutputSink*>(muxer->opaque);
  if (self->path_.empty() || (flags & AVIO_FLAG_WRITE)) return AVERROR(ENOSYS);
  const int descriptor = ::open(self->path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return AVERROR(errno);
  auto reader = std::make_unique<Reader>(descriptor);
  *context = make_avio(reader.get(), false, Reader::read_bytes, nullptr, Reader::seek);
  if (!*context) return AVERROR(ENOMEM);
  (*context)->opaque = reader.release();  // close_again deletes it
  return 0;
}

int OutputSink::close_again(AVFormatContext*, AVIOContext* context) {
  if (!context) return 0;
  delete static_cast<Reader*>(context->opaque);
  FreeAvio{}(context);
  return 0;
}

}  // namespace spectradiff
