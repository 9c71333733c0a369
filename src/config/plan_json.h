// What plans are made of, as JSON.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/config/options.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

// What asks for exactly these constants; the rows say the rest.
RenderJob job_of(const Constants& constants);

// The job's options of a class and of these commands, but those whose effect stands in the rows.
Json options_of(const RenderJob& job, OptionClass option_class, unsigned commands);

Json song_to_json(const SongFacts& song);
Json diffusion_to_json(const DiffusionConstants& diffusion);  // but the sampler, whose options are settings
Json init_to_json(const Init& init);

// Whether that number says anything of the row: some are of rows with sound alone.
bool has_number(const Recipe& row, const Option& option);

const std::vector<std::string>& sound_feature_names();  // in the order of SoundFeature

const std::vector<std::string>& border_names();  // in the order of Border
const std::vector<std::string>& depth_names();   // in the order of Depth

// A camera's numbers through space and what plans call them.
struct SpaceNumber {
  const char* key;
  double CameraStep::* place;
};
const std::vector<SpaceNumber>& space_numbers();

void add_view(Json& entry, const Recipe& row);  // of a row that has one
void add_way(Json& entry, const Recipe& row);   // to a row from the one before, where the camera moves it
void add_painting(Json& entry, const Plan& plan, const Recipe& row);
// What the diffusion is told beside the init.
void add_diffusion(Json& entry, const Plan& plan, const Recipe& row);

}  // namespace spectradiff
