#include "spectradiff/render/kept_pictures.h"

#include <algorithm>

namespace spectradiff {

StoredPictures::StoredPictures(FrameStore& store, const Plan& plan, const std::vector<std::string>& keys)
    : store_(store) {
  for (size_t i = 0; i < keys.size(); ++i) rows_[plan.rows[i].frame] = {keys[i], store.holds(keys[i])};
}

bool StoredPictures::has(int64_t frame) const {
  const auto row = rows_.find(frame);
  return row != rows_.end() && row->second.is_there;
}

int64_t StoredPictures::count() const {
  return std::count_if(rows_.begin(), rows_.end(), [](const auto& row) { return row.second.is_there; });
}

int64_t StoredPictures::bytes(int64_t frame) const {
  return store_.bytes(rows_.at(frame).key);
}

Canvas StoredPictures::picture(int64_t frame) const {
  return store_.picture(rows_.at(frame).key);
}

void StoredPictures::keep(int64_t frame, const Canvas& picture) {
  store_.put(rows_.at(frame).key, frame, picture.clone());
}

}  // namespace spectradiff
