#include "spectradiff/session/analysis_store.h"

#include <system_error>
#include <tuple>
#include <utility>

#include "spectradiff/session/song_input.h"

namespace spectradiff {
namespace {

// A member more, and this does not compile.
auto members(const FeatureRequest& wanted) {
  const auto& [series, onsets, beats, key, sections, all, sound, still, threads] = wanted;
  return std::tie(series, onsets, beats, key, sections, all, sound, still, threads);
}

}  // namespace

std::shared_ptr<const Features> AnalysisStore::hear(AudioSource& source, const AnalysisSettings& settings,
                                                    bool strict, RenderObserver& observer,
                                                    const FeatureRequest& wanted) {
  std::error_code failed;
  Key key{source.file(), std::filesystem::last_write_time(source.file(), failed),
          source.info().sample_rate_hz, source.info().samples, settings};
  if (features_ && !failed && key == heard_ && members(wanted) == members(wanted_)) {
    observer.detail(source.name() + " was analysed for an earlier job already");
    return features_;
  }
  features_.reset();
  auto features =
      std::make_shared<const Features>(spectradiff::hear(source, settings, strict, observer, wanted));
  if (!failed && source.notes().empty() && features->notes.empty() && features->reference > 0) {
    heard_ = std::move(key);
    wanted_ = wanted;
    features_ = features;
  }
  return features;
}

}  // namespace spectradiff
