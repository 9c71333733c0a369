#include "init_pictures.h"

#include <filesystem>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/image/png.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {

InitPictures::InitPictures(const std::string& folder, bool replaces)
    : pattern_(init_pattern(folder)), replaces_(replaces) {
  make_frames_folder(pattern_, "inits");
}

void InitPictures::write(int64_t frame, const Canvas& init) const {
  const std::filesystem::path file = pattern_.file(frame);
  const std::vector<uint8_t> bytes = encode_png(init);
  const bool is_there = std::filesystem::exists(file);
  if (is_there && !replaces_) {
    const bool is_same =
        std::filesystem::file_size(file) == bytes.size() && sha256_file(file) == sha256_hex(bytes);
    if (is_same) return;
    throw_error(ErrorKind::output,
                "inits = {}: there is another picture already; -y replaces it, another folder keeps both",
                file.string());
  }
  write_file(file, bytes, is_there);
}

}  // namespace spectradiff
