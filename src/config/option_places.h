// Where the value of an option lives: from a row's field to its place in the settings.
#pragma once

#include <type_traits>

#include "spectradiff/config/options.h"

namespace spectradiff {

// `field` takes the struct that the value lives in (PaintSettings&, DiffusionNumbers&, JourneyNumbers&,
// DiffusionSettings&, RenderJob& or RunSettings&) and gives a reference to it. It captures nothing.
template <typename Field>
constexpr bool kOfPainting = std::is_invocable_v<Field, PaintSettings&>;
template <typename Field>
constexpr bool kOfNumbers = std::is_invocable_v<Field, DiffusionNumbers&>;
template <typename Field>
constexpr bool kOfJourney = std::is_invocable_v<Field, JourneyNumbers&>;
template <typename Field>
constexpr bool kOfJob = !std::is_invocable_v<Field, RunSettings&>;

template <typename Field>
auto& place_in_job(Field field, RenderJob& job) {
  if constexpr (kOfPainting<Field>) {
    return field(job.paint);
  } else if constexpr (kOfNumbers<Field>) {
    return field(job.diffusion.numbers);
  } else if constexpr (kOfJourney<Field>) {
    return field(job.journey.numbers);
  } else if constexpr (std::is_invocable_v<Field, DiffusionSettings&>) {
    return field(job.diffusion);
  } else {
    return field(job);
  }
}
template <typename Field>
auto& place_of(Field field, Settings& settings) {
  if constexpr (kOfJob<Field>) {
    return place_in_job(field, settings.job);
  } else {
    return field(settings.run);
  }
}
template <typename Field>
auto value_of(Field field, const Settings& settings) {
  return place_of(field, const_cast<Settings&>(settings));  // only names a place; nothing is written
}

template <typename Field>
NumberPlace number_place(Field, double min, double max, bool min_excluded, bool whole) {
  NumberPlace place{min, max, min_excluded, whole};
  if constexpr (kOfJob<Field>) {
    place.put = [](RenderJob& job, double value) {
      auto& stored = place_in_job(Field{}, job);
      stored = static_cast<std::remove_reference_t<decltype(stored)>>(value);
    };
  }
  if constexpr (kOfPainting<Field>) {
    place.put_painting = [](PaintSettings& paint, double value) {
      auto& stored = Field{}(paint);
      stored = static_cast<std::remove_reference_t<decltype(stored)>>(value);
    };
  }
  if constexpr (kOfNumbers<Field>) {
    place.put_numbers = [](DiffusionNumbers& numbers, double value) { Field{}(numbers) = value; };
    place.get_numbers = [](const DiffusionNumbers& numbers) {
      DiffusionNumbers copy = numbers;  // a field only names a place of what may be written
      return Field{}(copy);
    };
  }
  if constexpr (kOfJourney<Field>)
    place.put_journey = [](JourneyNumbers& numbers, double value) { Field{}(numbers) = value; };
  return place;
}

}  // namespace spectradiff
