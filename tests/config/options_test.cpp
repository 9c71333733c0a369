#include "spectradiff/config/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <iterator>
#include <set>

#include "spectradiff/config/settings.h"

namespace spectradiff {
namespace {

TEST(OptionTable, NamesEveryKeyOnceInSnakeCase) {
  std::set<std::string> keys;
  for (const Option& option : option_table()) {
    EXPECT_TRUE(keys.insert(option.key).second) << option.key;
    for (const char c : option.key) EXPECT_TRUE(std::islower(c) || c == '_') << option.key;
    EXPECT_FALSE(option.help.empty()) << option.key;
    EXPECT_NE(option.commands, 0u) << option.key;
  }
}

TEST(OptionTable, SpellsFlagsAndVariablesFromTheKey) {
  EXPECT_EQ(find_option("bin_spacing")->flag(), "--bin-spacing");
  EXPECT_EQ(find_option("bin_spacing")->environment(), "SPECTRADIFF_BIN_SPACING");
}

TEST(OptionTable, EveryDefaultReadsBackAsItself) {
  const RenderJob job;
  const Json values = job_to_json(job);
  EXPECT_EQ(resolve({{"defaults", values}}).job, job);
}

TEST(OptionTable, EveryChangedValueReadsBackAsItself) {
  const Json changed = Json::parse(R"({
    "start": "1.5s", "duration": "3f", "frames": "1-2,5", "analysis_audio": "stem.wav", "strict": true, "max_duration": "36000s", "any_sample_rate": true, "fps": "30000/1001", "painter": "pie", "size": "640x360", "blur": 3.5,
    "greyscale": true, "invert": true, "autocontrast": "frame", "equalize": true, "marks_per_bin": 7, "mark_size": 3.25,
    "saturation": 0.5, "mark_taper": 1, "mark_drift": 0.5, "mark_shape": "square", "hue_start": 0.5, "hue_span": 0.25, "lightness": 0.75,
    "gamma": 2, "background": "#102030", "base": "hash", "base_opacity": 0.125, "colour_map": "turbo", "colour_by": "level",
    "polar_scale": 50, "polar_arc": 3, "polar_spacing": 1, "polar_petals": 5, "polar_petal_size": 9, "polar_mark": 2, "polar_mirror": false,
    "polar_colours": "seed", "circles_layout": "scattered", "circles_inner": 0.1, "circles_outer": 0.7, "circles_thickness": 2,
    "spectrogram_style": "still", "spectrogram_still_size": "400x300", "spectrogram_seconds": 3, "spectrogram_playhead": 0.25, "spectrogram_playhead_width": 1, "spectrogram_coming": 0.75,
    "cqt_bars": 1, "cqt_centred": true, "cqt_seconds": 2, "cqt_fade": 0.5, "image": "a.png", "image_fit": "stretch", "image_fps": "25/1", "image_end": "hold", "rotate": 90, "symmetry": "kaleidoscope", "symmetry_folds": 8, "paint_turn": 30, "paint_zoom": 1.5,
    "attack": "2f", "release": "0.4s", "blend_previous": 0.25, "pie_span": 360, "pie_inner": 0.2, "pie_outer": 1.5, "diffusion": false, "model": "other",
    "allow_unpinned_model": true, "prompt": "a \u00e9", "end_prompt": "e", "prompts": [{"at": "1:00", "prompt": "k", "negative": "n"}], "prompt_blend": "slerp", "prompt_weight": "onset", "prompt_snap": true, "scenes": [{"when": "A", "prompt": "s", "strength": "+0.2"}], "prompt_weighting": "a1111", "long_prompts": "chunk", "negative_prompt": "n", "strength": 0.3, "strength_mode": "exact", "steps": 7,
    "control_image": "edges.png", "control_video": "depth.mp4", "control_map": "edges", "control_weight": 0.5, "guidance": 2.5, "scheduler": "ddim", "eta": 0.5, "seed": 4294967295, "diffuse_every": 4, "diffuse_on": "beats", "interpolate": "motion", "interpolation_model": "film", "seed_mode": "increment", "seed_travel": 1.5, "output_size": "1280x720", "upscale": "sharp",
    "fit": "contain", "max_bytes": 8000000, "video_codec": "h264", "crf": 23, "flash_limit": 3, "encoder_preset": "fast", "pixel_format": "yuv444p", "audio_codec": "aac",
    "audio_bitrate": 128000, "bins": 256, "bin_spacing": "seed", "window": "2205smp", "window_shape": "rect", "fmin": 50, "fmax": 8000,
    "normalize": "loudness:-14", "gain": -3, "tempo": 126.5, "first_beat": "0.25s", "beats_per_bar": 3, "beats": "beats.txt", "stem": {"drums": "d.wav"}, "midi": {"kit": "k.mid"}, "labels": {"marks": "m.txt"}, "device": "cuda:1", "dtype": "bfloat16", "batch_size": 3, "threads": 2,
    "sound_embedding": "mfcc", "text_strength": 200, "rms_embedding": 0.8, "sound_slice": "overlap:3", "sound_blend": 4,
    "notes": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"], "notes_mode": "focus", "notes_amount": 0.5, "notes_top": 4, "notes_smooth": 1, "notes_shuffles": 4,
    "walk": "circle", "walk_mode": "snap", "walk_by": "rms", "walk_distance": 0.1, "walk_note": "half", "easing": "sine-in", "walk_turns": 2, "walk_jitter": 0.5, "walk_regions": "bottom=bass,top=treble", "walk_limit": 1,
    "region_prompts": "bottom=lava, deep | top=a \\| b", "region_amounts": "bottom=bass",
    "chain": "beats:8", "paint_over": 0.3, "chain_strength": 0.5, "colour_match": "song", "camera_pace": "frame", "sharpen": 0.25, "chain_noise": 0.05, "camera_noise": 0.5, "coherence": 0.6, "reference": "look.png",
    "zoom": 1.5, "turn": -20, "pan_x": 0.1, "pan_y": -0.1, "centre_x": 0.25, "centre_y": 0.75, "border": "wrap",
    "forward": 0.3, "yaw": 5, "pitch": -5, "fov": 53, "flip_x": 2, "flip_y": -2, "flip_z": 3, "depth": "depth/%03d.png",
    "mesh_zoom": 1.5, "mesh_bend": 2, "mesh_rot": 20, "mesh_warp": 2, "mesh_warp_scale": 2, "mesh_warp_speed": 0.5, "mesh_dx": 0.1, "mesh_dy": -0.1,
    "mesh_stretch_x": 1.1, "mesh_stretch_y": 0.9, "mesh_centre_x": 0.25, "mesh_centre_y": 0.75, "mesh_decay": 0.7,
    "bend": "add 0.5*rms", "text_to_image": true, "loop": true,
    "signal": {"kick": "band 40 120 | norm 95"}})");
  const Resolved resolved = resolve({{"test", changed}});
  const RenderJob& job = resolved.job;
  EXPECT_EQ(job_to_json(job).size(), changed.size());
  EXPECT_EQ(resolve({{"again", job_to_json(job)}}).job, job);
  for (const Option& option : option_table()) {
    if (!option.of_job) continue;
    EXPECT_TRUE(changed.contains(option.key)) << option.key << " has no row in this test";
    EXPECT_NE(option.get(resolved), option.get({})) << option.key;
  }
}

TEST(OptionTable, EveryChangedSettingOfARunReadsBackAsItself) {
  const Json changed = Json::parse(R"({
    "output": "v.mp4", "overwrite": true, "seed_csv": "s.csv", "csv": "a.csv", "json_out": "a.json", "series": "rms",
    "plot": "a.png", "report": "r.html", "looks": "plain,kick", "preview": "p.jpg", "inits": "inits", "stats": true, "json": true, "progress": "never", "log_file": "l.txt", "quiet": true, "verbose": true, "sweep": {"strength": [0.4, "onset"]}, "fail_fast": true,
    "resume": "no", "force": true, "keep_frames": true, "shard": "2/7", "song_file": "s.wav", "time_limit": 5400.0,
    "method": "chirp", "channels": "red", "stretch": 3.0, "frames_per_beat": 16, "sample_rate": 8000, "roles": "pitch=blue,level=red,length=green"})");
  const Json again = settings_to_json(resolve({{"test", changed}}));
  for (const Option& option : option_table()) {
    const bool is_source =  // resolved into other settings
        option.key == "preset" || option.key == "from" || option.key == "draft" || option.key == "plan" ||
        option.key == "import" || option.key == "aspect";
    if (option.of_job || option.typed_only || is_source) continue;
    EXPECT_TRUE(changed.contains(option.key)) << option.key << " has no row in this test";
    EXPECT_EQ(again.value(option.key, Json()), changed.value(option.key, Json(0))) << option.key;
  }
}

constexpr LayerKind kLayers[] = {LayerKind::look,     LayerKind::user_file,   LayerKind::preset,
                                 LayerKind::video,    LayerKind::plan,        LayerKind::config,
                                 LayerKind::job_list, LayerKind::environment, LayerKind::flag};

TEST(OptionClasses, SayWhoMaySetThem) {
  const auto who = [](OptionClass option) {
    std::string letters;
    for (size_t i = 0; i < std::size(kLayers); ++i)
      letters += may_stand(option, kLayers[i]) ? "lupvPcjef"[i] : '-';
    return letters;
  };
  EXPECT_EQ(who(OptionClass::picture), "lupvPcjef");
  EXPECT_EQ(who(OptionClass::video), "-upvPcjef");
  EXPECT_EQ(who(OptionClass::input), "-up--cjef");
  EXPECT_EQ(who(OptionClass::machine), "-up--cjef");
  EXPECT_EQ(who(OptionClass::run), "-----cjef");
  EXPECT_EQ(who(OptionClass::trust), "-u-----ef");
}

TEST(OptionClasses, OnlyPathsAreInputAndEveryPathOfAnInputIsMarked) {
  for (const Option& option : option_table()) {
    EXPECT_EQ(option.option_class == OptionClass::input,
              option.path != PathKind::none && option.key != "prompts" && option.key != "scenes" &&
                  option.key != "notes" && option.key != "depth")
        << option.key;
  }
}

TEST(OptionClasses, EveryOptionIsRefusedExactlyWhereItsClassMayNotStand) {
  for (const Option& option : option_table()) {
    const Json value = option.path == PathKind::none ? option.get({}) : Json("/etc/passwd");
    for (const LayerKind layer : kLayers) {
      const bool typed = layer == LayerKind::flag || layer == LayerKind::environment;
      bool allowed = may_stand(option.option_class, layer) && (typed || !option.typed_only);
      if (option.path != PathKind::none) allowed = allowed && may_stand(OptionClass::input, layer);
      const std::string problem = layer_problem(option, value, layer);
      EXPECT_EQ(problem.empty(), allowed) << option.key << " in " << name_of(layer) << ": " << problem;
      if (allowed) continue;
      EXPECT_THAT(problem, testing::AllOf(testing::StartsWith("cannot stand in " + name_of(layer)),
                                          testing::HasSubstr(option.flag()),
                                          testing::HasSubstr(option.environment())));
    }
  }
}

TEST(OptionClasses, AVideoBringsPromptsAndAModelsHashButNoFiles) {
  const Json tag = {
      {"strength", 0.5},      {"crf", 20},          {"image", "a.png"}, {"threads", 2},
      {"model", "sha256:00"}, {"prompts", "p.txt"}, {"other", 1},       {"allow_unpinned_model", true}};
  EXPECT_EQ(allowed_in(LayerKind::video, tag),
            Json({{"strength", 0.5}, {"crf", 20}, {"model", "sha256:00"}, {"other", 1}}));
  const Json keys = Json::array({{{"at", "0"}, {"prompt", "a"}}});
  EXPECT_EQ(layer_problem(*find_option("prompts"), keys, LayerKind::video), "");
}

TEST(OptionTable, ANumberOfThePaintersIsPutIntoThePaintersOwnSettings) {
  for (const Option& option : option_table()) {
    if (!option.moves) continue;
    const bool painted = option.number->put_painting != nullptr;
    const bool is_journeys = option.number->put_journey != nullptr;  // whose camera moves the painting itself
    if (!is_journeys) {
      EXPECT_EQ(painted, (option.commands & kPaint) != 0) << option.key;
    }
    if (!painted) continue;
    const double value = option.number->nearest(0.75 * option.number->max);
    RenderJob job;
    option.number->put(job, value);
    EXPECT_NE(job.paint, PaintSettings{}) << option.key;
    PaintSettings paint;
    option.number->put_painting(paint, value);
    EXPECT_EQ(paint, job.paint) << option.key;
  }
}

TEST(OptionTable, CheckNumberSaysWhyAValueDoesNotFit) {
  EXPECT_EQ(check_number(*find_option("strength"), 0.5), "");
  EXPECT_THAT(check_number(*find_option("strength"), 1.4), testing::HasSubstr("is outside 0..1"));
  EXPECT_THAT(check_number(*find_option("blur"), std::nan("")), testing::HasSubstr("is outside 0..200"));
  EXPECT_EQ(check_number(*find_option("marks_per_bin"), 21), "");
  EXPECT_EQ(check_number(*find_option("marks_per_bin"), 20.5), "is not an integer");
}

}  // namespace
}  // namespace spectradiff
