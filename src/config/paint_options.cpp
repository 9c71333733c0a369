#include "paint_options.h"

#include "option_kinds.h"
#include "spectradiff/config/output_size.h"
#include "spectradiff/image/colour_map.h"

namespace spectradiff {
namespace {

constexpr const char* kPainting = "Painting";
constexpr const char* kPost = "After painting, in this order";
constexpr const char* kColour = "Colours of every painter";
constexpr const char* kBase = "Below every painter";
constexpr const char* kArrange = "Symmetry of every painter";
constexpr const char* kFlicker = "Less flicker";
constexpr const char* kHash = "Painter hash";
constexpr const char* kPie = "Painter pie";
constexpr const char* kPolar = "Painter polar";
constexpr const char* kCircles = "Painter circles";
constexpr const char* kSpectrogram = "Painter spectrogram";
constexpr const char* kShowcqt = "Painter showcqt";
constexpr const char* kImage = "Painter image";

constexpr int kLargestSide = 4096;

#define FIELD(member) [](PaintSettings& paint) -> auto& { return paint.member; }

OptionText row(const char* key, const char* group, const char* value_name, const char* help) {
  return {key, Is::picture, group, kPictures, value_name, help};
}

Size painted_size(const Json& value) {
  return checked_size(value, kEven, kLargestSide);
}

int checked_quarter_turn(const Json& value) {
  for (const int degrees : {0, 90, 180, 270}) {
    if (value == degrees || value == std::to_string(degrees)) return degrees;
  }
  refuse("is not one of 0, 90, 180, 270");
}

void add_painting(std::vector<Option>& table) {
  Choices<PainterKind> painters;
  for (const std::string& name : painter_names())
    painters.push_back({name, static_cast<PainterKind>(painters.size())});
  table.push_back(choice_option(row("painter", kPainting, "NAME", "how the spectrum is drawn"),
                                FIELD(painter), painters));
  table.push_back(
      ranging(size_range(kEven, kLargestSide),
              written_option(row("size", kPainting, "WxH",
                                 "size of the painted and diffused pictures; models need multiples of 8"),
                             FIELD(size), painted_size, size_text)));
}

void add_post(std::vector<Option>& table) {
  table.push_back(real_option(row("blur", kPost, "PX",
                                  "Gaussian blur, its radius in pixels; the painter and the base image "
                                  "blur only where you say so"),
                              FIELD(post.blur_px), {0, 200}));
  table.push_back(switch_option(row("greyscale", kPost, "", "remove the colour"), FIELD(post.greyscale)));
  table.push_back(
      switch_option(row("invert", kPost, "", "turn the picture into its negative"), FIELD(post.invert)));
  table.push_back(choice_option<Autocontrast>(
      row("autocontrast", kPost, "NAME", "stretch the contrast to the full range"), FIELD(post.autocontrast),
      {{"none", Autocontrast::none},
       {"frame", Autocontrast::frame, "each frame by its own range"},
       {"song", Autocontrast::song, "all frames by the range of the whole song"}}));
  table.push_back(switch_option(row("equalize", kPost, "", "equalize the histogram of each frame"),
                                FIELD(post.equalize)));
}

void add_colours(std::vector<Option>& table) {
  Choices<std::string> maps = named({"hue"});
  maps.front().note = "by --hue-start, --hue-span, --saturation and --lightness";
  for (const std::string& name : colour_map_names()) maps.push_back({name, name});
  table.push_back(choice_option(row("colour_map", kColour, "NAME", "where the colours come from"),
                                FIELD(colour.map), maps));
  using By = Colouring::By;
  table.push_back(
      choice_option<By>(row("colour_by", kColour, "NAME", "what decides a colour"), FIELD(colour.by),
                        {{"part", By::part, "level in a spectrogram with a colour map, otherwise bin"},
                         {"bin", By::bin, "the pitch"},
                         {"level", By::level, "how loud the bin is"},
                         {"auto", By::part, "", false}}));
  table.push_back(real_option(
      row("hue_start", kColour, "H", "hue of the lowest bin in turns: 0 is red, 0.33 green, 0.67 blue"),
      FIELD(colour.hue_start), {0, 1}));
  table.push_back(real_option(
      row("hue_span", kColour, "H", "how far the hue turns from the lowest bin to the highest, in turns"),
      FIELD(colour.hue_span), {-1, 1}));
  table.push_back(real_option(row("saturation", kColour, "S", "saturation of the hues"),
                              FIELD(colour.saturation), {0, 1}));
  table.push_back(real_option(row("lightness", kColour, "L", "lightness of the hues at full level"),
                              FIELD(colour.lightness), {0, 1}));
  table.push_back(
      real_option(row("gamma", kColour, "G", "a bin shows with level^G; below 1, quiet bins become brighter"),
                  FIELD(colour.gamma), {0.1, 10}));
  table.push_back(
      ranging("#rrggbb, or transparent",
              written_option(
                  row("background", kColour, "COLOUR",
                      "colour of silence; transparent leaves out what is not painted, for PNG, WebP, APNG, "
                      "prores, vp9 and ffv1"),
                  FIELD(colour.background), checked_background, background_text)));
}

void add_base(std::vector<Option>& table) {
  using Kind = BaseLayer::Kind;
  table.push_back(choice_option<Kind>(row("base", kBase, "NAME", "what the painter draws on"),
                                      FIELD(base.kind),
                                      {{"auto", Kind::automatic, "hash for pie, otherwise plain"},
                                       {"plain", Kind::plain, "the background colour"},
                                       {"hash", Kind::hash, "a blurred hash field"},
                                       {"image", Kind::image, "the picture of --image"}}));
  table.push_back(real_option(
      row("base_opacity", kBase, "O", "opacity of that hash field or image over the background colour"),
      FIELD(base.opacity), {0, 1}));
}

void add_arrangement(std::vector<Option>& table) {
  table.push_back(
      real_option(row("paint_turn", kArrange, "DEG",
                      "turn the painting clockwise by any angle, in degrees, before the symmetry; "
                      "what its corners lack is reflected"),
                  FIELD(arrangement.turn_degrees), {-100000, 100000}));
  table.push_back(
      real_option(row("paint_zoom", kArrange, "Z",
                      "enlarge the painting about its middle by this factor, before the symmetry"),
                  FIELD(arrangement.zoom), {0.1, 10}));
  using Symmetry = Arrangement::Symmetry;
  table.push_back(
      ranging("0, 90, 180 or 270",
              written_option(row("rotate", kArrange, "DEG", "turn the painting clockwise, in degrees"),
                             FIELD(arrangement.rotate_degrees), checked_quarter_turn,
                             [](int degrees) { return degrees; })));
  table.push_back(choice_option<Symmetry>(
      row("symmetry", kArrange, "NAME", "make the painting symmetric"), FIELD(arrangement.symmetry),
      {{"none", Symmetry::none},
       {"mirror", Symmetry::mirror, "the right half mirrors the left"},
       {"mosaic", Symmetry::mosaic, "2x2 mirrored copies"},
       {"kaleidoscope", Symmetry::kaleidoscope, "a mirrored sector, repeated around the middle"}}));
  table.push_back(integer_option(row("symmetry_folds", kArrange, "N", "how often a kaleidoscope repeats"),
                                 FIELD(arrangement.folds), 2, 64));
}

void add_smoothing(std::vector<Option>& table) {
  table.push_back(written_option(
      row("attack", kFlicker, "T", "time constant with which levels rise, such as 2f or 50ms; 0: at once"),
      FIELD(smoothing.attack), checked_time, time_text));
  table.push_back(written_option(
      row("release", kFlicker, "T", "time constant with which levels fall, such as 6f or 400ms; 0: at once"),
      FIELD(smoothing.release), checked_time, time_text));
  table.push_back(
      real_option(row("blend_previous", kFlicker, "B", "share of the frame before in each frame's painting"),
                  FIELD(smoothing.blend_previous), {0, 1}));
}

void add_mesh(std::vector<Option>& table) {
  const auto add = [&](const char* key, const char* value_name, const char* help, auto field,
                       RealRange range) {
    table.push_back(moving(real_option(row(key, kMeshGroup, value_name, help), field, range)));
  };
  add("mesh_zoom", "Z", "what is painted goes on under what comes, and grows by this factor in a second",
      FIELD(mesh.zoom), {0.05, 20});
  add("mesh_bend", "E", "how that differs outwards: above 1 the corners fly faster, below 1 the middle does",
      FIELD(mesh.bend), {0.1, 10});
  add("mesh_rot", "DEG", "degrees by which trails turn clockwise in a second", FIELD(mesh.turn_degrees),
      {-720, 720});
  add("mesh_warp", "W", "how strongly waves stir the trails; 1 is MilkDrop's usual", FIELD(mesh.warp),
      {0, 100});
  add("mesh_warp_scale", "S", "the waves' length, 1 being MilkDrop's", FIELD(mesh.warp_scale), {0.01, 100});
  table.push_back(real_option(row("mesh_warp_speed", kMeshGroup, "V", "how fast the waves change"),
                              FIELD(mesh.warp_speed), {0, 100}));
  add("mesh_dx", "X", "widths by which trails move right in a second", FIELD(mesh.move_x), {-4, 4});
  add("mesh_dy", "Y", "heights by which trails move down in a second", FIELD(mesh.move_y), {-4, 4});
  add("mesh_stretch_x", "S", "what trails grow by in width in a second", FIELD(mesh.stretch_x), {0.05, 20});
  add("mesh_stretch_y", "S", "what trails grow by in height in a second", FIELD(mesh.stretch_y), {0.05, 20});
  add("mesh_centre_x", "X", "where trails turn and stretch about, in widths from the left",
      FIELD(mesh.centre_x), {-1, 2});
  add("mesh_centre_y", "Y", "where trails turn and stretch about, in heights from the top",
      FIELD(mesh.centre_y), {-1, 2});
  add("mesh_decay", "D", "what is left of a painting after a second; each section begins without trails",
      FIELD(mesh.decay), {0, 0.99, "0.3 to 0.8 is usual"});
}

void add_hash(std::vector<Option>& table) {
  table.push_back(integer_option(row("marks_per_bin", kHash, "N", "number of marks that each bin scatters"),
                                 FIELD(hash.marks_per_bin), 1, 10000));
  table.push_back(
      real_option(row("mark_size", kHash, "PX", "mean size of a mark, in pixels of a 512x512 picture"),
                  FIELD(hash.mark_size_px), {0.5, 512}));
  table.push_back(
      real_option(row("mark_taper", kHash, "T",
                      "makes marks of the lowest bin 2^T times as large as the mean, those of the "
                      "highest bin 2^T times smaller"),
                  FIELD(hash.taper), {0, 3}));
  using Shape = HashField::Shape;
  table.push_back(choice_option<Shape>(row("mark_shape", kHash, "NAME", "shape of a mark"), FIELD(hash.shape),
                                       {{"disc", Shape::disc}, {"square", Shape::square}}));
}

void add_hash_movement(std::vector<Option>& table) {
  table.push_back(real_option(
      row("mark_drift", kHash, "X",
          "how far the marks have drifted, each its own way, in widths of the picture; an expression that "
          "grows keeps them moving"),
      FIELD(hash.drift), {0, 10000}));
}

void add_pie(std::vector<Option>& table) {
  table.push_back(
      real_option(row("pie_span", kPie, "DEG", "how much of the circle the bins fill, in degrees"),
                  FIELD(pie.span_degrees), {1, 360}));
  table.push_back(
      real_option(row("pie_inner", kPie, "R", "radius in silence, in halves of the picture's shorter side"),
                  FIELD(pie.inner_radius), {0, 2}));
  table.push_back(real_option(
      row("pie_outer", kPie, "R", "radius at full level, in halves of the picture's shorter side"),
      FIELD(pie.outer_radius), {0, 2}));
}

void add_polar(std::vector<Option>& table) {
  table.push_back(
      real_option(row("polar_scale", kPolar, "M",
                      "magnitude that full level stands for; those of the original project reach 60"),
                  FIELD(polar.scale), {0, 360}));
  table.push_back(real_option(row("polar_arc", kPolar, "DEG", "degrees drawn for each unit of magnitude"),
                              FIELD(polar.arc), {0, 60}));
  table.push_back(real_option(row("polar_spacing", kPolar, "PX",
                                  "how much each bin adds to the radius, in pixels of a 512x512 picture"),
                              FIELD(polar.spacing_px), {0, 64}));
  table.push_back(real_option(row("polar_petals", kPolar, "N", "number of waves around the circle"),
                              FIELD(polar.petals), {0, 64}));
  table.push_back(real_option(
      row("polar_petal_size", kPolar, "PX", "height of these waves, in pixels of a 512x512 picture"),
      FIELD(polar.petal_px), {0, 256}));
  table.push_back(real_option(row("polar_mark", kPolar, "X",
                                  "diameter of a dot; 1 is the picture's shorter side divided by the bins"),
                              FIELD(polar.mark), {0.1, 64}));
  table.push_back(
      switch_option(row("polar_mirror", kPolar, "", "draw everything a second time, mirrored left to right"),
                    FIELD(polar.mirror)));
  table.push_back(choice_option<bool>(
      row("polar_colours", kPolar, "NAME", "colours of the dots"), FIELD(polar.seed_colours),
      {{"bins", false, "as every painter"},
       {"seed", true, "the original project's: red 4 x bin, green 2 x magnitude, blue 100"}}));
}

void add_circles(std::vector<Option>& table) {
  using Layout = Circles::Layout;
  table.push_back(choice_option<Layout>(
      row("circles_layout", kCircles, "NAME", "where the circles are"), FIELD(circles.layout),
      {{"concentric", Layout::concentric}, {"scattered", Layout::scattered}}));
  table.push_back(real_option(
      row("circles_inner", kCircles, "R", "smallest radius, in halves of the picture's shorter side"),
      FIELD(circles.inner_radius), {0, 2}));
  table.push_back(
      real_option(row("circles_outer", kCircles, "R",
                      "largest radius, in halves of the picture's shorter side; scattered circles "
                      "reach a third of it"),
                  FIELD(circles.outer_radius), {0, 2}));
  table.push_back(real_option(row("circles_thickness", kCircles, "X",
                                  "thickness at full level; 1 is the distance between circles, of scattered "
                                  "ones an eighth of the radius"),
                              FIELD(circles.thickness), {0.05, 16}));
}

Size checked_still_size(const Json& value) {
  return value == "picture" ? Size{} : checked_size(value, 1, kLargestSide);
}
std::string still_size_text(Size size) {
  return size == Size{} ? "picture" : size_text(size);
}

void add_spectrogram(std::vector<Option>& table) {
  using Style = Spectrogram::Style;
  table.push_back(choice_option<Style>(
      row("spectrogram_style", kSpectrogram, "NAME", "what is shown"), FIELD(spectrogram.style),
      {{"scroll", Style::scroll, "the music runs past the playhead"},
       {"still", Style::still, "one picture of the whole song, low notes on top"},
       {"riffusion", Style::riffusion,
        "what is heard from the frame on, 10 ms a column, dark is loud: sonify --method riffusion reads "
        "it"}}));
  table.push_back(
      ranging(size_range(1, kLargestSide) + ", or picture: as large as the picture",
              written_option(row("spectrogram_still_size", kSpectrogram, "WxH",
                                 "size in which a still is made before it is scaled to the picture"),
                             FIELD(spectrogram.still_size), checked_still_size, still_size_text)));
  table.push_back(
      real_option(row("spectrogram_seconds", kSpectrogram, "S", "seconds of music across the picture"),
                  FIELD(spectrogram.seconds), {0.1, 120}));
  table.push_back(real_option(row("spectrogram_playhead", kSpectrogram, "X",
                                  "where the moment that sounds is, as a share of the width"),
                              FIELD(spectrogram.playhead), {0, 1}));
  table.push_back(real_option(row("spectrogram_playhead_width", kSpectrogram, "PX",
                                  "width of the playhead's line, in pixels of a 512x512 picture; 0: no line"),
                              FIELD(spectrogram.playhead_px), {0, 64}));
  table.push_back(
      real_option(row("spectrogram_coming", kSpectrogram, "O", "opacity of what is still to come"),
                  FIELD(spectrogram.coming), {0, 1}));
}

void add_showcqt(std::vector<Option>& table) {
  table.push_back(real_option(
      row("cqt_bars", kShowcqt, "X", "share of the height for the bars; below them the past runs down"),
      FIELD(showcqt.bars), {0, 1}));
  table.push_back(
      switch_option(row("cqt_centred", kShowcqt, "", "let bars grow up and down from their middle"),
                    FIELD(showcqt.centred)));
  table.push_back(real_option(row("cqt_seconds", kShowcqt, "S", "seconds of the past below the bars"),
                              FIELD(showcqt.seconds), {0.1, 120}));
  table.push_back(
      real_option(row("cqt_fade", kShowcqt, "X", "how much a bar darkens towards its top; 0: not at all"),
                  FIELD(showcqt.fade), {0, 8}));
}

Rational checked_picture_rate(const Json& value) {
  return value == "song" ? Rational(0) : checked_rate(value);
}
std::string picture_rate_text(const Rational& rate) {
  return rate.num == 0 ? "song" : rate.text();
}

void add_image(std::vector<Option>& table) {
  OptionText image = row("image", kImage, "PATH",
                         "what to show: a picture, a video, or a folder or pattern (%05d.png) of pictures");
  image.option_class = Is::input;
  table.push_back(path_option(image, FIELD(image.path)));
  table.push_back(choice_option<Fit>(row("image_fit", kImage, "NAME", "how it fills the picture"),
                                     FIELD(image.fit), fits()));
  table.push_back(
      ranging(range_text(kFrameRates) + ", or song: one picture per frame",
              written_option(row("image_fps", kImage, "R", "pictures per second in a folder or pattern"),
                             FIELD(image.fps), checked_picture_rate, picture_rate_text)));
  using End = ImageSource::End;
  table.push_back(
      choice_option<End>(row("image_end", kImage, "NAME", "what follows the last picture"), FIELD(image.end),
                         {{"loop", End::loop, "the first again"}, {"hold", End::hold, "it stays"}}));
}

#undef FIELD

}  // namespace

void add_paint_options(std::vector<Option>& table) {
  add_painting(table);
  add_colours(table);
  add_hash(table);
  add_hash_movement(table);
  add_pie(table);
  add_polar(table);
  add_circles(table);
  add_spectrogram(table);
  add_showcqt(table);
  add_image(table);
  add_base(table);
  add_arrangement(table);
  add_smoothing(table);
  add_mesh(table);
  add_post(table);
  // Every number of the painters may move with the music.
  for (Option& option : table) {
    if (option.number && option.number->put_painting != nullptr) option = moving(std::move(option));
  }
}

}  // namespace spectradiff
