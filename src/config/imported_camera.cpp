#include "imported_camera.h"

#include <fmt/format.h>

#include <utility>

#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

// Per frame: factor, clockwise degrees, widths, heights.
struct Motion {
  std::string zoom, turn, x, y;
};

bool turns_away(const ImportedFields& fields) {
  return !fields.is("rotation_3d_x", "0") || !fields.is("rotation_3d_y", "0");
}

bool moves(const ImportedFields& fields, bool in_space) {
  const bool shifts = !fields.is("translation_x", "0") || !fields.is("translation_y", "0");
  if (in_space)
    return shifts || turns_away(fields) || !fields.is("translation_z", "0") ||
           !fields.is("rotation_3d_z", "0");
  return shifts || fields.flips || !fields.is("zoom", "1") || !fields.is("angle", "0");
}

// Deforum turns rays that are parallel: p goes by angle (1 + p²) / k, as a camera of 90 degrees does that
// turns by angle / k. Its pictures are square in its eyes, so that a pitch counts by the height. `x`, `y` and
// `z` are its angles. Its steps are no camera's in the second order; what a camera can have of that is: more
// of a turn where it comes nearer, of which a steady one has half; what turns one after another do to each
// other; a growth by (1 + k) (angle / k)² along a yaw or pitch, half of that across it, and as much less in a
// roll.
struct Turns {
  const ImportedFields& fields;
  Json& options;
  const std::string &k, &near;
  std::string x = fields.word(options, "rotation_3d_x", "0"), y = fields.word(options, "rotation_3d_y", "0"),
              z = fields.word(options, "rotation_3d_z", "0");

  void look_around() const {
    const std::string share = fmt::format("(1 + {1} + {1}/2/{0})/{0}", k, near);
    const std::string both = fmt::format("pi/180*(1/{0} + 0.5/pow({0}, 2))", k);
    options["fov"] = 90;
    options["yaw"] = fmt::format("{}*({}*{} - {}*{}*{})", format_real(fields.fps), y, share, x, z, both);
    options["pitch"] =
        fmt::format("{}*({}*{} + {}*{}*{})", format_real(fields.fps * fields.height / fields.width), x, share,
                    y, z, both);
  }
  std::string roll() const {
    return fmt::format("(-{0}*(1 + {1})/({2} - {1}) - {3}*{4}*pi/360/{2})", z, near, k, x, y);
  }
  std::string growth() const {
    return fmt::format("(1 + (1 + {0})*pow(pi/180/{0}, 2)*(0.75*({1}*{1} + {2}*{2}) - 0.5*{3}*{3}))", k, x, y,
                       z);
  }
};

void flip_page(const ImportedFields& fields, Json& options, std::vector<std::string>& notes) {
  const std::string fps = format_real(fields.fps);
  for (const auto& [option, field] : {std::pair{"flip_x", "perspective_flip_phi"},
                                      {"flip_y", "perspective_flip_gamma"},
                                      {"flip_z", "perspective_flip_theta"}}) {
    if (!fields.is(field, "0")) options[option] = fmt::format("{}*{}", fps, fields.word(options, field, "0"));
  }
  options["fov"] = "0 + " + fields.word(options, "perspective_flip_fv", "53");
  if (!fields.is("translation_x", "0") || !fields.is("translation_y", "0"))
    notes.emplace_back(
        "enable_perspective_flip: translation_x and translation_y, which Deforum drops then, count");
}

// Deforum's warp in space of a picture that is flat and lies at depth 1, k being tan(fov / 2): what is seen
// at p, pictures going from -1 to 1, was at p - (n1 - n0), n being places divided by k and depth.
Motion motion_in_space(const ImportedFields& fields, Json& options) {
  const auto word = [&](const char* field, const char* otherwise) {
    return fields.word(options, field, otherwise);
  };
  const std::string k = put_signal(options, "k", fmt::format("tan({}*pi/360)", word("fov", "70")));
  const std::string near =
      put_signal(options, "near", fmt::format("1/(1 - {}/200) - 1", word("translation_z", "0")));
  const auto shift = [&](const char* name, const char* field, const char* sign) -> std::string {
    if (fields.is(field, "0")) return "0";
    return put_signal(options, name, fmt::format("{}{}*(1 + {})/(400*{})", sign, word(field, "0"), near, k));
  };
  std::string zoom = fmt::format("1/(1 - {}/{})", near, k), turn = "0";
  if (turns_away(fields) || !fields.is("rotation_3d_z", "0")) {
    const Turns turns{fields, options, k, near};
    if (turns_away(fields)) turns.look_around();
    zoom += "*" + turns.growth();
    turn = put_signal(options, "turn", turns.roll());
  }
  return {put_signal(options, "zoom", zoom), turn, shift("x", "translation_x", "-"),
          shift("y", "translation_y", "")};
}

Motion motion_in_plane(const ImportedFields& fields, Json& options) {
  const auto word = [&](const char* field, const char* otherwise) {
    return fields.word(options, field, otherwise);
  };
  return {word("zoom", "1"), fmt::format("(-{})", word("angle", "0")),
          fmt::format("{}/{}", word("translation_x", "0"), format_real(fields.width)),
          fmt::format("{}/{}", word("translation_y", "0"), format_real(fields.height))};
}

}  // namespace

bool ImportedFields::is(const std::string& field, const std::string& number) const {
  const auto found = sources.find(field);
  return found == sources.end() || found->second == number;
}

std::string ImportedFields::word(Json& options, const std::string& field,
                                 const std::string& otherwise) const {
  const auto found = sources.find(field);
  if (found == sources.end()) return otherwise;
  if (!parse_real(found->second)) return put_signal(options, field, found->second);
  return found->second.starts_with('-') ? "(" + found->second + ")" : found->second;
}

std::string put_signal(Json& options, const std::string& name, const std::string& source) {
  options["signal"]["import_" + name] = source;
  return "import_" + name;
}

// Deforum moves the last picture by T, then turns and zooms it by R: p goes to R(p + T). Here a camera of
// steady speed v goes with a = ln zoom + i turn: p goes to e^a p + v (e^a - 1)/a. So v = T a/(1 - e^-a),
// which is T (1 + a/2 + a²/12) to 1e-5 for anything that is a camera's step.
void put_imported_camera(const ImportedFields& fields, bool in_space, Json& options,
                         std::vector<std::string>& notes) {
  if (!moves(fields, in_space)) return;
  const Motion motion = in_space ? motion_in_space(fields, options) : motion_in_plane(fields, options);
  if (fields.flips && !in_space) flip_page(fields, options, notes);
  const std::string fps = format_real(fields.fps);
  options["zoom"] = fmt::format("pow({}, {})", motion.zoom, fps);
  options["turn"] = fmt::format("{}*{}", fps, motion.turn);
  for (const auto& [option, field] :
       {std::pair{"centre_x", "transform_center_x"}, {"centre_y", "transform_center_y"}}) {
    if (fields.has(field)) options[option] = "0 + " + fields.word(options, field, "0.5");
  }
  if (fields.is("translation_x", "0") && fields.is("translation_y", "0")) return;
  const std::string l = put_signal(options, "ln", fmt::format("log({})", motion.zoom));
  const std::string r = put_signal(options, "rad", fmt::format("{}*pi/180", motion.turn));
  const std::string re = put_signal(options, "re", fmt::format("1 + {0}/2 + ({0}*{0} - {1}*{1})/12", l, r));
  const std::string im = put_signal(options, "im", fmt::format("{1}/2 + {0}*{1}/6", l, r));
  const std::string aspect = format_real(fields.width / fields.height);
  options["pan_x"] = fmt::format("{0}*({1}*{3} - {2}*{4}/{5})", fps, re, im, motion.x, motion.y, aspect);
  options["pan_y"] = fmt::format("{0}*({1}*{4} + {2}*{3}*{5})", fps, re, im, motion.x, motion.y, aspect);
}

}  // namespace spectradiff
