#include "paint_options.h"

#include "option_kinds.h"
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

#define FIELD(member) [](PaintSettings& paint) -> auto& { return paint.member; }

template <typename Value>
using Names = std::vector<std::pair<std::string, Value>>;

Size painted_size(const Json& value) {
  return checked_size(value, 2, 4096);
}
std::string time_text(const TimeSpan& time) {
  return time.text();
}

int checked_quarter_turn(const Json& value) {
  for (const int degrees : {0, 90, 180, 270}) {
    if (value == degrees || value == std::to_string(degrees)) return degrees;
  }
  refuse("is not one of 0, 90, 180, 270");
}

void add_painting(std::vector<Option>& table) {
  Names<PainterKind> painters;
  for (const std::string& name : painter_names())
    painters.emplace_back(name, static_cast<PainterKind>(painters.size()));
  const std::string help = join(painter_names(), ", ") + " (default hash)";
  table.push_back(choice_option<>({"painter", Is::picture, kPainting, kPictures, "NAME", help.c_str()},
                                  FIELD(painter), painters));
  table.push_back(written_option({"size", Is::picture, kPainting, kPictures, "WxH",
                                  "painted and diffused, 16 to 4096, even; a model takes multiples of 8 "
                                  "(default: its own, else 512x512)"},
                                 FIELD(size), painted_size, size_text));
}

void add_post(std::vector<Option>& table) {
  table.push_back(real_option({"blur", Is::picture, kPost, kPictures, "PX",
                               "Gaussian blur after painting, radius 0 to 200 pixels (default 2)"},
                              FIELD(post.blur_px), {0, 200}));
  table.push_back(
      switch_option({"greyscale", Is::picture, kPost, kPictures, "", "drop the colour (default off)"},
                    FIELD(post.greyscale)));
  table.push_back(switch_option({"invert", Is::picture, kPost, kPictures, "", "negative (default off)"},
                                FIELD(post.invert)));
  table.push_back(choice_option<>(
      {"autocontrast", Is::picture, kPost, kPictures, "NAME",
       "stretch to full contrast: none, frame by frame, or by the song's own range (default none)"},
      FIELD(post.autocontrast),
      Names<Autocontrast>{
          {"none", Autocontrast::none}, {"frame", Autocontrast::frame}, {"song", Autocontrast::song}}));
  table.push_back(switch_option(
      {"equalize", Is::picture, kPost, kPictures, "", "equalize the histogram of each frame (default off)"},
      FIELD(post.equalize)));
}

void add_colours(std::vector<Option>& table) {
  Names<std::string> maps{{"hue", "hue"}};
  for (const std::string& name : colour_map_names()) maps.emplace_back(name, name);
  const std::string help = "hue (below), or " + join(colour_map_names(), ", ") + " (default hue)";
  table.push_back(choice_option<>({"colour_map", Is::picture, kColour, kPictures, "NAME", help.c_str()},
                                  FIELD(colour.map), maps));
  using By = Colouring::By;
  table.push_back(choice_option<>(
      {"colour_by", Is::picture, kColour, kPictures, "NAME",
       "bin, level, or part: level where a spectrogram has a map, else bin (default part)"},
      FIELD(colour.by),
      Names<By>{{"part", By::part}, {"bin", By::bin}, {"level", By::level}, {"auto", By::part}}));
  table.push_back(real_option({"hue_start", Is::picture, kColour, kPictures, "H",
                               "hue of the lowest bin, 0 to 1 turns (default 0.08)"},
                              FIELD(colour.hue_start), {0, 1}));
  table.push_back(real_option({"hue_span", Is::picture, kColour, kPictures, "H",
                               "from the lowest bin to the highest, -1 to 1 turns (default -0.62)"},
                              FIELD(colour.hue_span), {-1, 1}));
  table.push_back(
      real_option({"saturation", Is::picture, kColour, kPictures, "S", "of the hues, 0 to 1 (default 0.9)"},
                  FIELD(colour.saturation), {0, 1}));
  table.push_back(real_option(
      {"lightness", Is::picture, kColour, kPictures, "L", "of the hues at full level, 0 to 1 (default 0.5)"},
      FIELD(colour.lightness), {0, 1}));
  table.push_back(real_option({"gamma", Is::picture, kColour, kPictures, "G",
                               "level^G is what shows; below 1 lifts quiet bins, 0.1 to 10 (default 0.5)"},
                              FIELD(colour.gamma), {0.1, 10}));
  table.push_back(written_option(
      {"background", Is::picture, kColour, kPictures, "#RRGGBB", "colour of silence (default #000000)"},
      FIELD(colour.background), checked_colour, colour_text));
}

void add_base(std::vector<Option>& table) {
  using Kind = BaseLayer::Kind;
  table.push_back(choice_option<>(
      {"base", Is::picture, kBase, kPictures, "NAME",
       "plain, hash (blurred), image, or auto: hash below a pie, else plain (default auto)"},
      FIELD(base.kind),
      Names<Kind>{
          {"auto", Kind::automatic}, {"plain", Kind::plain}, {"hash", Kind::hash}, {"image", Kind::image}}));
  table.push_back(real_option({"base_opacity", Is::picture, kBase, kPictures, "O",
                               "of that layer over the background, 0 to 1 (default 0.35)"},
                              FIELD(base.opacity), {0, 1}));
}

void add_arrangement(std::vector<Option>& table) {
  using Symmetry = Arrangement::Symmetry;
  table.push_back(written_option(
      {"rotate", Is::picture, kArrange, kPictures, "DEG", "clockwise: 0, 90, 180 or 270 (default 0)"},
      FIELD(arrangement.rotate_degrees), checked_quarter_turn, [](int degrees) { return degrees; }));
  table.push_back(choice_option<>(
      {"symmetry", Is::picture, kArrange, kPictures, "NAME",
       "none, mirror (the left half), mosaic (2x2 mirrored copies) or kaleidoscope (default none)"},
      FIELD(arrangement.symmetry),
      Names<Symmetry>{{"none", Symmetry::none},
                      {"mirror", Symmetry::mirror},
                      {"mosaic", Symmetry::mosaic},
                      {"kaleidoscope", Symmetry::kaleidoscope}}));
  table.push_back(integer_option(
      {"symmetry_folds", Is::picture, kArrange, kPictures, "N", "of a kaleidoscope, 2 to 64 (default 6)"},
      FIELD(arrangement.folds), 2, 64));
}

void add_smoothing(std::vector<Option>& table) {
  table.push_back(written_option({"attack", Is::picture, kFlicker, kPictures, "T",
                                  "time constant of rising levels: 2f, 50ms (default 0: at once)"},
                                 FIELD(smoothing.attack), checked_time, time_text));
  table.push_back(written_option({"release", Is::picture, kFlicker, kPictures, "T",
                                  "time constant of falling levels: 6f, 400ms (default 0: at once)"},
                                 FIELD(smoothing.release), checked_time, time_text));
  table.push_back(real_option({"blend_previous", Is::picture, kFlicker, kPictures, "B",
                               "share of the frame before, unblended, in each picture, 0 to 1 (default 0)"},
                              FIELD(smoothing.blend_previous), {0, 1}));
}

void add_hash(std::vector<Option>& table) {
  table.push_back(integer_option({"marks_per_bin", Is::picture, kHash, kPictures, "N",
                                  "marks that each bin scatters, 1 to 10000 (default 20)"},
                                 FIELD(hash.marks_per_bin), 1, 10000));
  table.push_back(real_option({"mark_size", Is::picture, kHash, kPictures, "PX",
                               "mean size of a mark in a 512x512 picture, 0.5 to 512 (default 22)"},
                              FIELD(hash.mark_size_px), {0.5, 512}));
  table.push_back(
      real_option({"mark_taper", Is::picture, kHash, kPictures, "T",
                   "low bins' marks 2^T times the mean size, high ones' 2^T smaller, 0 to 3 (default 0.8)"},
                  FIELD(hash.taper), {0, 3}));
  using Shape = HashField::Shape;
  table.push_back(
      choice_option<>({"mark_shape", Is::picture, kHash, kPictures, "NAME", "disc or square (default disc)"},
                      FIELD(hash.shape), Names<Shape>{{"disc", Shape::disc}, {"square", Shape::square}}));
}

void add_pie(std::vector<Option>& table) {
  table.push_back(real_option({"pie_span", Is::picture, kPie, kPictures, "DEG",
                               "the bins' share of the circle, 1 to 360 degrees (default 180)"},
                              FIELD(pie.span_degrees), {1, 360}));
  table.push_back(real_option({"pie_inner", Is::picture, kPie, kPictures, "R",
                               "radius of silence, 0 to 2 of half the shorter side (default 0.1)"},
                              FIELD(pie.inner_radius), {0, 2}));
  table.push_back(real_option(
      {"pie_outer", Is::picture, kPie, kPictures, "R", "radius of full level, 0 to 2 (default 0.95)"},
      FIELD(pie.outer_radius), {0, 2}));
}

void add_polar(std::vector<Option>& table) {
  table.push_back(real_option({"polar_scale", Is::picture, kPolar, kPictures, "M",
                               "magnitude of full level, 0 to 360; the original's reach 60 (default 60)"},
                              FIELD(polar.scale), {0, 360}));
  table.push_back(real_option({"polar_arc", Is::picture, kPolar, kPictures, "DEG",
                               "degrees per unit of magnitude, 0 to 60 (default 4)"},
                              FIELD(polar.arc), {0, 60}));
  table.push_back(real_option({"polar_spacing", Is::picture, kPolar, kPictures, "PX",
                               "radius per bin in a 512x512 picture, 0 to 64 (default 2)"},
                              FIELD(polar.spacing_px), {0, 64}));
  table.push_back(real_option(
      {"polar_petals", Is::picture, kPolar, kPictures, "N", "waves around the circle, 0 to 64 (default 8)"},
      FIELD(polar.petals), {0, 64}));
  table.push_back(real_option({"polar_petal_size", Is::picture, kPolar, kPictures, "PX",
                               "how far they reach in a 512x512 picture, 0 to 256 (default 4)"},
                              FIELD(polar.petal_px), {0, 256}));
  table.push_back(real_option({"polar_mark", Is::picture, kPolar, kPictures, "X",
                               "diameter of a dot, times the shorter side / bins, 0.1 to 64 (default 1)"},
                              FIELD(polar.mark), {0.1, 64}));
  table.push_back(switch_option({"polar_mirror", Is::picture, kPolar, kPictures, "",
                                 "draw everything again, mirrored left to right (default on)"},
                                FIELD(polar.mirror)));
  table.push_back(
      choice_option<>({"polar_colours", Is::picture, kPolar, kPictures, "NAME",
                       "bins: as every painter; seed: (4 x bin, 2 x magnitude, 100) (default bins)"},
                      FIELD(polar.seed_colours), Names<bool>{{"bins", false}, {"seed", true}}));
}

void add_circles(std::vector<Option>& table) {
  using Layout = Circles::Layout;
  table.push_back(
      choice_option<>({"circles_layout", Is::picture, kCircles, kPictures, "NAME",
                       "concentric or scattered (default concentric)"},
                      FIELD(circles.layout),
                      Names<Layout>{{"concentric", Layout::concentric}, {"scattered", Layout::scattered}}));
  table.push_back(real_option({"circles_inner", Is::picture, kCircles, kPictures, "R",
                               "smallest radius, 0 to 2 of half the shorter side (default 0.06)"},
                              FIELD(circles.inner_radius), {0, 2}));
  table.push_back(real_option({"circles_outer", Is::picture, kCircles, kPictures, "R",
                               "largest radius, 0 to 2; scattered circles reach a third (default 0.96)"},
                              FIELD(circles.outer_radius), {0, 2}));
  table.push_back(real_option({"circles_thickness", Is::picture, kCircles, kPictures, "X",
                               "at full level, times their distance or radius / 8, 0.05 to 16 (default 1)"},
                              FIELD(circles.thickness), {0.05, 16}));
}

Size checked_still_size(const Json& value) {
  return value == "picture" ? Size{} : checked_size(value, 1, 4096);
}
std::string still_size_text(Size size) {
  return size == Size{} ? "picture" : size_text(size);
}

void add_spectrogram(std::vector<Option>& table) {
  using Style = Spectrogram::Style;
  table.push_back(choice_option<>(
      {"spectrogram_style", Is::picture, kSpectrogram, kPictures, "NAME",
       "scroll, or still: one picture of the whole song, low notes on top (default scroll)"},
      FIELD(spectrogram.style), Names<Style>{{"scroll", Style::scroll}, {"still", Style::still}}));
  table.push_back(written_option({"spectrogram_still_size", Is::picture, kSpectrogram, kPictures, "WxH",
                                  "a still is made this large and then scaled, or picture (default picture)"},
                                 FIELD(spectrogram.still_size), checked_still_size, still_size_text));
  table.push_back(real_option({"spectrogram_seconds", Is::picture, kSpectrogram, kPictures, "S",
                               "of music across the picture, 0.1 to 120 (default 8)"},
                              FIELD(spectrogram.seconds), {0.1, 120}));
  table.push_back(real_option({"spectrogram_playhead", Is::picture, kSpectrogram, kPictures, "X",
                               "where what sounds now is, 0 to 1 of the width (default 0.5)"},
                              FIELD(spectrogram.playhead), {0, 1}));
  table.push_back(real_option({"spectrogram_playhead_width", Is::picture, kSpectrogram, kPictures, "PX",
                               "of its line in a 512x512 picture, 0 to 64, 0: none (default 2)"},
                              FIELD(spectrogram.playhead_px), {0, 64}));
  table.push_back(real_option({"spectrogram_coming", Is::picture, kSpectrogram, kPictures, "O",
                               "opacity of what is still to come, 0 to 1 (default 0.4)"},
                              FIELD(spectrogram.coming), {0, 1}));
}

void add_showcqt(std::vector<Option>& table) {
  table.push_back(real_option({"cqt_bars", Is::picture, kShowcqt, kPictures, "X",
                               "share of the height for bars, 0 to 1; the rest runs down (default 0.5)"},
                              FIELD(showcqt.bars), {0, 1}));
  table.push_back(switch_option({"cqt_centred", Is::picture, kShowcqt, kPictures, "",
                                 "bars grow up and down from their middle (default off)"},
                                FIELD(showcqt.centred)));
  table.push_back(real_option({"cqt_seconds", Is::picture, kShowcqt, kPictures, "S",
                               "of what has sounded below the bars, 0.1 to 120 (default 4)"},
                              FIELD(showcqt.seconds), {0.1, 120}));
  table.push_back(real_option({"cqt_fade", Is::picture, kShowcqt, kPictures, "X",
                               "how bars darken to their top, 0 (not) to 8 (default 1)"},
                              FIELD(showcqt.fade), {0, 8}));
}

Rational checked_picture_rate(const Json& value) {
  return value == "song" ? Rational(0) : checked_rate(value);
}
std::string picture_rate_text(const Rational& rate) {
  return rate.num == 0 ? "song" : rate.text();
}

void add_image(std::vector<Option>& table) {
  table.push_back(path_option({"image", Is::input, kImage, kPictures, "PATH",
                               "a picture, a video, or a folder or pattern (%05d.png) of pictures"},
                              FIELD(image.path)));
  table.push_back(choice_option<>(
      {"image_fit", Is::picture, kImage, kPictures, "NAME",
       "cover (crop), contain (bars) or stretch (default cover)"},
      FIELD(image.fit),
      Names<Fit>{{"cover", Fit::cover}, {"contain", Fit::contain}, {"stretch", Fit::stretch}}));
  table.push_back(written_option({"image_fps", Is::picture, kImage, kPictures, "R",
                                  "of a folder's or pattern's pictures (default song: as --fps)"},
                                 FIELD(image.fps), checked_picture_rate, picture_rate_text));
  using End = ImageSource::End;
  table.push_back(choice_option<>(
      {"image_end", Is::picture, kImage, kPictures, "NAME", "loop, or hold the last picture (default loop)"},
      FIELD(image.end), Names<End>{{"loop", End::loop}, {"hold", End::hold}}));
}

#undef FIELD

}  // namespace

void add_paint_options(std::vector<Option>& table) {
  add_painting(table);
  add_colours(table);
  add_hash(table);
  add_pie(table);
  add_polar(table);
  add_circles(table);
  add_spectrogram(table);
  add_showcqt(table);
  add_image(table);
  add_base(table);
  add_arrangement(table);
  add_smoothing(table);
  add_post(table);
  // Every number may move with the music.
  for (Option& option : table) {
    const bool painted = option.commands == kPictures;
    if (painted && option.number) option = moving(std::move(option));
  }
}

}  // namespace spectradiff
