#include "section_words.h"

#include <algorithm>
#include <array>

#include "song_frames.h"

namespace spectradiff {
namespace {

// A frame's section, and where the frame lies in it.
struct Place {
  const Features& features;
  const std::vector<Section>& sections;
  size_t index;
  int64_t frame;

  const Section& section() const { return sections[index]; }
  double since_s() const { return std::max(frame_begin_s(frame, features) - section().begin_s, 0.0); }
};

double phase(const Place& place) {
  const double length_s = place.section().end_s - place.section().begin_s;
  return length_s > 0 ? std::min(place.since_s() / length_s, 1.0) : 0;
}

double drop(const Place& place) {
  const auto& drops = place.features.events.drops_s;
  return std::any_of(drops.begin(), drops.end(),
                     [&](double drop_s) { return frame_of_moment(drop_s, place.features) == place.frame; });
}

// 0 before it and from its end on.
double build(const Place& place) {
  const double now_s = frame_begin_s(place.frame, place.features);
  double most = 0;
  for (const Build& rise : place.features.events.builds) {
    if (now_s >= rise.begin_s && place.frame < frame_of_moment(rise.end_s, place.features))
      most = std::max(most, (now_s - rise.begin_s) / (rise.end_s - rise.begin_s));
  }
  return std::min(most, 1.0);
}

struct SectionWord {
  std::string_view name;
  double (*value)(const Place& place);
};

constexpr std::array<SectionWord, 8> kSectionWords = {{
    {"section", [](const Place& place) { return static_cast<double>(place.index); }},
    {"sections", [](const Place& place) { return static_cast<double>(place.sections.size()); }},
    {"section_phase", phase},
    {"since_section", [](const Place& place) { return place.since_s(); }},
    {"section_energy", [](const Place& place) { return place.section().energy; }},
    {"label", [](const Place& place) { return static_cast<double>(place.section().label); }},
    {"drop", drop},
    {"build", build},
}};

const SectionWord* find_word(std::string_view name) {
  const auto found = std::find_if(kSectionWords.begin(), kSectionWords.end(),
                                  [=](const SectionWord& word) { return word.name == name; });
  return found == kSectionWords.end() ? nullptr : &*found;
}

}  // namespace

bool is_section_word(std::string_view word) {
  return find_word(word) != nullptr;
}

std::vector<double> section_word(std::string_view word, const Features& features) {
  const std::vector<Section> sections = sections_of(features);
  const SectionWord& asked = *find_word(word);
  std::vector<double> values;
  size_t index = 0;
  for (int64_t frame = 0; frame < features.frames; ++frame) {
    while (index + 1 < sections.size() && frame_of_moment(sections[index + 1].begin_s, features) <= frame)
      ++index;
    values.push_back(asked.value({features, sections, index, frame}));
  }
  return values;
}

}  // namespace spectradiff
