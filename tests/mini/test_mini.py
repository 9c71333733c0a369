"""The pictures, captions and training scripts of the embedded model: seeded, varied, resumable."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from mini import captions, judge, make_data, painter, palettes
from mini.canvas import Canvas
from mini.muon import optimisers_of, orthogonal
from mini.sampling import Levels, dpmpp_2m, exact_timesteps
from mini.styles import STYLES
from mini.training import Run, descend, rate


def example(scene: str, seed: int = 3, **changes: str) -> painter.Labels:
    kind = painter.SCENES[scene]
    time = kind.times[seed % len(kind.times)] if kind.times else ""
    weather = kind.weathers[seed % len(kind.weathers)] if kind.weathers else ""
    labels = painter.Labels(scene, kind.natural[0], True, time, weather, "plain")
    return dataclasses.replace(labels, **changes)


def test_there_are_scenes_palettes_and_styles_enough():
    assert len(painter.SCENES) >= 50
    assert len(palettes.PALETTES) >= 16
    assert len(STYLES) >= 8
    assert sum(share for _, share in STYLES.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("scene", painter.SCENES)
def test_a_scene_is_the_same_for_the_same_seed_and_never_flat(scene):
    first, again = (painter.paint(3, example(scene), 128, 128) for _ in range(2))
    other = painter.paint(4, example(scene), 128, 128)
    assert first.shape == (128, 128, 3) and first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert first.std() > 6.0
    assert np.abs(first.astype(int) - other).mean() > 6.0


def test_a_framed_subject_is_drawn_where_its_coordinates_say():
    canvas = Canvas(160, 96, palettes.make("mono", np.random.default_rng(0)), np.random.default_rng(0))
    canvas.frame(1.6, 0.5, -0.2, turn=0.7)
    corners = np.array([(0.1, 0.1), (0.3, 0.1), (0.3, 0.2), (0.1, 0.2)])
    drawn = canvas.shapes([(corners, 1.0)])
    inside = canvas.inside(canvas.box(0.2, 0.15, 0.1, 0.05))
    assert drawn.sum() == pytest.approx(inside.sum(), rel=0.1)
    assert np.abs(drawn - inside).mean() < 0.15 * inside.mean()
    canvas.unframe()
    assert canvas.x.max() == pytest.approx(160 / 96, abs=0.02)


@pytest.mark.parametrize("style", STYLES)
def test_a_style_changes_a_picture_of_any_shape(style):
    plain = painter.paint(5, example("mountains"), 160, 96)
    styled = painter.paint(5, example("mountains", style=style), 160, 96)
    assert styled.shape == (96, 160, 3)
    assert style == "plain" or np.abs(plain.astype(int) - styled).mean() > 1.0


def test_a_picture_is_nearest_to_its_own_palette():
    references = judge.palette_references("dunes", samples=4)
    names = list(palettes.PALETTES)
    right = [
        judge.nearest_palette(painter.paint(6, example("dunes", palette=name)), references) == name for name in names
    ]
    assert np.mean(right) >= 0.8


def test_labels_and_captions_follow_from_the_seed():
    assert painter.labels(11) == painter.labels(11)
    texts = [[captions.caption(painter.labels(s), np.random.default_rng([s, 2])) for s in range(200)] for _ in range(2)]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) > 150
    assert 0.02 < np.mean([text == "" for text in texts[0]]) < 0.2


def test_a_caption_names_its_scene_unless_it_is_empty():
    for seed in range(300):
        what = painter.labels(seed)
        text = captions.caption(what, np.random.default_rng(seed)).lower()
        nouns = [captions.without_article(noun) for noun in captions.NOUNS[what.scene]]
        assert text == "" or any(noun in text for noun in nouns), text


def test_every_palette_style_time_and_weather_has_words():
    assert set(captions.PALETTE_WORDS) == set(palettes.PALETTES)
    assert set(captions.STYLE_WORDS) == set(STYLES)
    for kind in painter.SCENES.values():
        assert set(kind.times) <= set(captions.TIME_WORDS)
        assert set(kind.weathers) <= set(captions.WEATHER_WORDS)
        assert set(kind.natural) <= set(palettes.PALETTES)


def test_the_tokenizer_gives_back_known_and_unknown_words(tmp_path):
    from mini.train_denoiser import make_tokenizer

    tokenizer = make_tokenizer(tmp_path / "tokenizer")
    for text in ("a neon city at night, oil painting", "xylophone kumquat 42", "blå fjord ☃"):
        ids = tokenizer(text).input_ids
        assert tokenizer.unk_token_id not in ids[1:-1]
        assert "".join(tokenizer.decode(ids[1:-1]).split()) == "".join(text.split())
    assert len(tokenizer("mushrooms").input_ids) == 3
    assert tokenizer.model_max_length == 77


def test_a_vocabulary_grows_by_whole_words_and_the_others_keep_their_tokens(tmp_path):
    import make_tiny_model
    from mini import vocabulary
    from transformers import CLIPTokenizer

    known = ["forest", "forests", "a", "mandala", "vine"]
    make_tiny_model.write_tokenizer(tmp_path / "old", 200, known * 3)
    vocabulary.grow(tmp_path / "old", tmp_path / "new", ["vinyl", "violin", "vinyl"])
    old, new = (CLIPTokenizer.from_pretrained(tmp_path / name, local_files_only=True) for name in ("old", "new"))
    assert old(" ".join(known)).input_ids == new(" ".join(known)).input_ids
    assert (old.bos_token_id, old.eos_token_id) == (new.bos_token_id, new.eos_token_id)
    assert len(old("vinyl").input_ids) > 3 and len(new("vinyl").input_ids) == len(new("violin").input_ids) == 3
    assert new.decode(new("a vinyl").input_ids[1:-1]).strip() == "a vinyl"

    rows = torch.randn(len(old), 5)
    grown = vocabulary.grown_embedding(rows, tmp_path / "old", tmp_path / "new")
    assert grown.shape == (len(new), 5) and torch.equal(grown[: len(old)], rows)
    assert torch.allclose(grown[new("vinyl").input_ids[1]], rows[old("vinyl").input_ids[1:-1]].mean(0))


def test_every_word_of_the_captions_can_become_a_token():
    from mini import vocabulary

    words = vocabulary.words_of_captions()
    assert {"vinyl", "skyline", "violet", "aquarelle"} <= set(words) and len(words) == len(set(words))


def test_new_words_are_learnt_and_what_an_elder_encoder_says_stays(tmp_path):
    import make_tiny_model
    from mini import vocabulary, words
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    facts = [painter.labels(seed, ("cat", "forest")) for seed in range(40)]
    make_tiny_model.write_tokenizer(tmp_path / "old", 900, [word for word in captions.tokenizer_words() if "cat" not in word])
    vocabulary.grow(tmp_path / "old", tmp_path / "new", ["cat", "kitten"])
    old, new = (CLIPTokenizer.from_pretrained(tmp_path / name, local_files_only=True) for name in ("old", "new"))

    def encoder(tokens: int) -> CLIPTextModel:
        torch.manual_seed(0)
        config = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
        ends = {"bos_token_id": old.bos_token_id, "eos_token_id": old.eos_token_id, "pad_token_id": old.pad_token_id}
        return CLIPTextModel(CLIPTextConfig(vocab_size=tokens, max_position_embeddings=77, **config, **ends))

    ids = words.tokens(new, ["a forest at dawn"])[:, : words.LENGTH]
    moved, elder = {}, encoder(len(old)).eval()
    for name, kept in (("kept", elder), ("free", None)):
        pupil = encoder(len(new))
        state = elder.state_dict()
        key = next(key for key in state if key.endswith("token_embedding.weight"))
        pupil.load_state_dict({**state, key: vocabulary.grown_embedding(state[key], tmp_path / "old", tmp_path / "new")})
        words.learn_words(pupil, new, facts, np.random.default_rng(0), 100, kept)
        with torch.no_grad():
            moved[name] = float((pupil(ids).last_hidden_state - elder(ids).last_hidden_state).abs().mean())
    assert moved["kept"] < 0.5 * moved["free"]


def levels_of_a_schedule() -> Levels:
    levels = Levels.__new__(Levels)
    levels.alphas = torch.cat([torch.ones(1), torch.linspace(0.999, 0.0, 1000)])
    return levels


def test_a_ddim_step_along_the_true_v_keeps_picture_and_noise():
    levels = levels_of_a_schedule()
    clean, noise = torch.randn(3, 4, 2, 5), torch.randn(3, 4, 2, 5)
    start, end = torch.tensor([999, 500, 20]), torch.tensor([666, 0, -1])
    alpha = levels.at(start)
    v = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean
    keep, turn = levels.step(start, end)
    arrived = keep * levels.noised(clean, noise, start) + turn * v
    assert torch.allclose(arrived, levels.noised(clean, noise, end), atol=1e-4)


@pytest.mark.parametrize("strength", (0.4, 1.0))
def test_dpm_solver_2m_is_that_of_diffusers(strength):
    from diffusers import DPMSolverMultistepScheduler

    from mini.train_denoiser import SCHEDULER

    taken = {key: value for key, value in SCHEDULER.items() if key not in ("clip_sample", "set_alpha_to_one")}
    scheduler = DPMSolverMultistepScheduler(**taken, solver_order=2, lower_order_final=True, final_sigmas_type="zero")
    scheduler.set_timesteps(4)
    times = exact_timesteps(strength, 4)
    levels = Levels(pipeline_with(scheduler.alphas_cumprod), torch.device("cpu"))
    v_of = lambda x, now: 0.5 * x.tanh() + now[:, None, None, None] / 1000
    x = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    ours = dpmpp_2m(levels, [torch.full((2,), t) for t in [*times, -1]], x, v_of)
    alphas = scheduler.alphas_cumprod[times]
    scheduler.timesteps = torch.tensor(times)
    scheduler.sigmas = torch.cat([((1 - alphas) / alphas).sqrt(), torch.zeros(1)])
    theirs = x
    for t in scheduler.timesteps:
        theirs = scheduler.step(v_of(theirs, t.expand(2)), t, theirs).prev_sample
    assert torch.allclose(ours, theirs, atol=2e-3)


def test_exact_timesteps_run_every_step_from_the_strengths_own_level():
    assert exact_timesteps(0.56, 2) == [559, 280]
    assert exact_timesteps(1.0, 3) == [999, 666, 333]
    assert exact_timesteps(0.4, 4) == [399, 299, 200, 100]
    assert exact_timesteps(0.002, 4) == [1, 0]


def test_the_student_begins_from_frames_other_pictures_mixtures_and_its_own():
    from mini import train_few_steps as few

    clean = torch.arange(1.0, 401.0)[:, None, None, None].expand(400, 4, 4, 6).contiguous()
    painted = torch.full((2, 4, 2, 2), -1000.0)
    found = few.starts(clean, painted, np.random.default_rng(0))
    assert found.shape == clean.shape
    kept = (found == clean).flatten(1).all(1)
    frames = (found == -1000.0).flatten(1).all(1)
    others = torch.isclose(found, clean.roll(1, 0)).flatten(1).all(1) & ~kept
    assert float(frames.float().mean()) == pytest.approx(few.PAINTED, abs=0.08)
    assert float(others.float().mean()) == pytest.approx(few.OTHERS, abs=0.06)
    assert float(kept.float().mean()) == pytest.approx(1.0 - few.PAINTED - few.OTHERS - few.MIXED, abs=0.08)


def test_one_substep_asks_the_student_for_the_guided_v_itself(monkeypatch):
    from mini import train_few_steps as few

    monkeypatch.setattr(few, "predicted", lambda pipe, x, now, text, empty, guidance: guidance * x + now[:, None, None, None])
    levels = Levels(pipeline_with(torch.linspace(0.999, 0.01, 1000)), torch.device("cpu"))
    noisy, start = torch.randn(3, 4, 2, 2), torch.tensor([20, 500, 999])
    v = few.wanted(None, levels, noisy, start, (start - few.SPAN).clamp_min(-1), None, None, 1)
    assert torch.allclose(v, few.GUIDANCE * noisy + start[:, None, None, None], rtol=1e-3, atol=1e-3)


def pipeline_with(alphas: torch.Tensor) -> SimpleNamespace:
    return SimpleNamespace(scheduler=SimpleNamespace(alphas_cumprod=alphas))


def test_crops_of_a_batch_are_one_square_from_anywhere():
    from mini import train_few_steps as few

    latents = torch.arange(48.0).reshape(1, 1, 6, 8).expand(2, 4, 6, 8)
    rng = np.random.default_rng(0)
    assert few.cropped(latents, 0, rng) is latents
    crops = [few.cropped(latents, 3, rng) for _ in range(200)]
    assert {tuple(crop.shape) for crop in crops} == {(2, 4, 3, 3)}
    assert {float(crop[0, 0, 0, 0]) for crop in crops} == {8.0 * y + x for y in range(4) for x in range(6)}


def test_texture_and_spectrum_tell_a_soft_picture_from_a_sharp_one():
    from mini import train_decoder as crisp

    sharp = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    soft = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(sharp, (1, 1, 1, 1), mode="reflect"), 3, stride=1)
    for distance in (crisp.texture_loss, crisp.spectral_distance):
        assert float(distance(sharp, sharp)) == 0.0
        assert float(distance(soft, sharp)) > 2 * float(distance(sharp.roll((4, 4), (2, 3)), sharp))
    # Half the amplitude has a quarter of the energy in every ring: 6 dB.
    assert float(crisp.spectral_distance(sharp / 2, sharp)) == pytest.approx(6.02, abs=0.1)


def test_ripples_beside_an_edge_are_no_texture():
    from mini import train_decoder as crisp

    edge = torch.where(torch.arange(64) < 32, -0.5, 0.5).expand(1, 3, 64, 64).clone()
    soft = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(edge, (1, 1, 0, 0), mode="replicate"), (1, 3), stride=1)
    ringing = soft + 0.1 * (-0.15 * (torch.arange(64) - 31.5).abs()).exp() * (-1.0) ** torch.arange(64)
    assert float(crisp.texture_loss(ringing, edge)) > 2 * float(crisp.texture_loss(soft, edge))


def test_latents_travel_with_their_pictures_a_given_number_of_times():
    from mini import train_decoder as crisp

    travellers = crisp.Travellers(np.random.default_rng(0))
    most = 0
    for step in range(200):
        latents = torch.full((4, 1, 1, 1), float(step))
        wanted = torch.full((4, 1, 2, 2), float(step))
        trips = travellers.board(latents, wanted)
        assert sum(count > 0 for count in trips) == (0 if step == 0 else 2)
        # A latent that comes back is one thousand more for every trip.
        assert torch.equal(latents[:, 0, 0, 0] - 1000 * torch.tensor(trips), wanted[:, 0, 0, 0])
        most = max(most, *trips)
        travellers.alight(trips, latents + 1000, wanted)
        assert len(travellers.kept) <= crisp.KEPT
    assert 1 < most < crisp.TRIPS


def test_the_discriminators_gradient_is_a_given_share_of_the_rest_at_the_last_layer():
    from mini import train_decoder as crisp

    torch.manual_seed(0)
    last = torch.nn.Conv2d(4, 3, 3)
    made = last(torch.randn(2, 4, 34, 34))
    likeness, judged = made.square().mean(), -crisp.Judge()(made).mean()
    weight = crisp.judged_weight(likeness, judged, last.weight)
    ours, theirs = (torch.autograd.grad(loss, last.weight, retain_graph=True)[0].norm() for loss in (likeness, weight * judged))
    assert float(theirs / ours) == pytest.approx(crisp.JUDGED_SHARE, rel=1e-3)


def test_the_upscaler_begins_as_bilinear_enlargement_of_any_even_size():
    from mini.train_upscaler import SCALE, Upscaler

    picture = torch.rand(1, 3, 20, 32, generator=torch.Generator().manual_seed(0))
    wanted = torch.nn.functional.interpolate(picture, scale_factor=SCALE, mode="bilinear", align_corners=False)
    made = Upscaler(16, 1)(picture).detach()
    assert made.shape == wanted.shape
    inner = np.s_[:, :, SCALE:-SCALE, SCALE:-SCALE]
    assert torch.allclose(made[inner], wanted[inner], atol=1e-6)


def test_small_and_large_crops_show_the_same_place():
    from mini import train_upscaler as upscaler

    large = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    pictures = SimpleNamespace(large=[large], small=[upscaler.reduced(large)])
    small, wanted = upscaler.crops(pictures, 6, np.random.default_rng(1))
    side, margin = upscaler.CROP, upscaler.MARGIN
    assert small.shape == (6, 3, side + 2 * margin, side + 2 * margin) and wanted.shape == (6, 3, 4 * side, 4 * side)
    inner = small[..., margin:-margin, margin:-margin]
    assert torch.equal(torch.nn.functional.interpolate(inner, scale_factor=4.0), wanted)
    assert len({crop.numpy().tobytes() for crop in small}) == 6


def test_degraded_pictures_are_softer_each_to_a_degree_of_its_own():
    from mini import train_upscaler as upscaler

    torch.manual_seed(0)
    edge = torch.where(torch.arange(64) < 32, -0.5, 0.5).expand(8, 3, 64, 64).clone()
    made = upscaler.degraded(edge)
    steepest = made.mean(2).diff(dim=-1).amax((1, 2))
    assert made.shape == edge.shape and bool((steepest < 0.95).all())
    assert float(steepest.max() / steepest.min()) > 1.5
    assert float((made.mean((1, 2, 3)) - edge.mean((1, 2, 3))).abs().max()) < 0.05
    # As scipy's has it, truncated: the same at both sides of the edge.
    soft = upscaler.blurred(edge[:1], torch.tensor([1.5]))
    assert torch.allclose(soft, -soft.flip(-1), atol=1e-5)
    assert float(soft.diff(dim=-1).max()) == pytest.approx(1 / (1.5 * np.sqrt(2 * np.pi)), rel=0.02)


def test_what_ships_knows_some_of_the_scenes():
    assert set(painter.SHIPPED) < set(painter.SCENES)
    assert {painter.labels(seed, painter.SHIPPED).scene for seed in range(400)} == set(painter.SHIPPED)


def test_muon_makes_matrices_orthogonal_and_learns_with_convolutions():
    tall = torch.randn(48, 16, generator=torch.Generator().manual_seed(0))
    for matrix in (tall, tall.T):
        values = torch.linalg.svdvals(orthogonal(matrix).float())
        assert values.min() > 0.6 and values.max() < 1.3
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.SiLU(), torch.nn.Conv2d(8, 3, 3, padding=1))
    optimisers = optimisers_of(network, 0.01)
    assert [sum(p.ndim for p in o.param_groups[0]["params"]) for o in optimisers] == [8, 2]
    picture = torch.randn(4, 3, 8, 8)
    losses = []
    for _ in range(60):
        loss = (network(picture) - picture.flip(-1)).square().mean()
        losses.append(float(loss.detach()))
        descend(loss, network, 0.01, *optimisers)
    assert losses[-1] < 0.8 * losses[0]


def test_the_learning_rate_is_held_and_then_falls():
    rates = [rate(step, 10_000, 1.0) for step in (0, 1_000, 5_000, 7_500, 10_000)]
    assert rates[0] < 0.01 and rates[1] == rates[2] == 1.0
    assert rates[3] == pytest.approx(0.51) and rates[4] == pytest.approx(0.02)


def test_a_run_goes_on_where_its_checkpoint_stands(tmp_path):
    first = Run(tmp_path, minutes=1, steps=4, seed=1)
    first.resume()
    drawn = []
    for _ in first.todo():
        drawn.append(first.rng.random())
        first.losses.append(torch.tensor(1.0))
        first.note(learning_rate=0.5)
        if len(drawn) == 2:
            first.stop()
    second = Run(tmp_path, minutes=1, steps=None, seed=1)
    second.resume()
    drawn += [second.rng.random() for _ in second.todo()]
    assert drawn == list(np.random.default_rng(1).random(4))
    assert second.step == second.steps == 4
    assert len((tmp_path / "curve.csv").read_text().splitlines()) == 3


def test_a_share_of_the_pictures_lies_on_the_way_from_a_painters_frame():
    from mini.train_denoiser import FRAMES_FROM, FROM_FRAMES, towards_frames

    torch.manual_seed(0)
    alphas = torch.linspace(1.0, 0.1, FRAMES_FROM + 1)
    clean, noise, frame = torch.randn(400, 4, 2, 3), torch.randn(400, 4, 2, 3), torch.randn(1, 4, 2, 3)
    steps = torch.randint(0, FRAMES_FROM + 1, (400,))
    shifted = towards_frames(noise, clean, frame, steps, alphas, np.random.default_rng(0))

    signal, rest = alphas[FRAMES_FROM].sqrt(), (1 - alphas[FRAMES_FROM]).sqrt()
    at_the_start = signal * clean + rest * shifted
    from_frame = torch.isclose(at_the_start, signal * frame + rest * noise, atol=1e-4).flatten(1).all(1)
    from_clean = (shifted == noise).flatten(1).all(1)
    assert bool((from_frame ^ from_clean).all())
    assert float(from_frame.float().mean()) == pytest.approx(FROM_FRAMES, abs=0.08)


@pytest.mark.slow
def test_autoencoder_denoiser_and_student_train_resume_and_write_diffusers_folders(tmp_path):
    def script(name: str, *arguments: object) -> str:
        command = [sys.executable, str(ROOT / "scripts" / "mini" / name), *map(str, arguments), "--threads", "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    data, vae, denoiser = tmp_path / "data", tmp_path / "vae", tmp_path / "denoiser"
    make_data.paint_shard((data / "train" / "256x256-0000.npy", list(range(8)), (256, 256), painter.SHIPPED))
    for name in ("painter-train-hash", "photos"):
        make_data.write(data / "extra" / f"{name}.npy", np.load(data / "train" / "256x256-0000.npy"), [])
    script("train_vae.py", data, vae, "--steps", 2)
    assert (vae / "vae" / "config.json").is_file()
    script("train_denoiser.py", data, vae / "vae", denoiser, "--steps", 3, "--minutes", 0.001, "--batch", 2)
    told = script("train_denoiser.py", data, vae / "vae", denoiser, "--batch", 2)
    assert "resuming at step 1 of 3" in told and "finished" in told
    assert (denoiser / "mini" / "model_index.json").is_file()
    more = tmp_path / "more"
    told = script("train_denoiser.py", data, vae / "vae", more, "--from", denoiser / "mini", "--steps", 1, "--batch", 2)
    assert "finished" in told and (more / "mini" / "model_index.json").is_file()
    told = script("train_few_steps.py", data, denoiser / "mini", tmp_path / "few", "--steps", 1, "--batch", 2)
    assert "finished" in told
    assert (tmp_path / "few" / "mini" / "model_index.json").is_file()
    script("train_few_steps.py", data, denoiser / "mini", tmp_path / "one", "--steps", 1, "--batch", 2, "--substeps", 1, "--side", 16)
    crisp = tmp_path / "crisp"
    script("train_decoder.py", data, denoiser / "mini", crisp, "--steps", 2, "--batch", 2, "--minutes", 0.001)
    told = script("train_decoder.py", data, denoiser / "mini", crisp, "--batch", 2)
    assert "resuming at step 1 of 2" in told and "finished" in told
    for part in ("large", "held-out-large"):
        make_data.paint_shard((data / part / "1024x1024-0000.npy", [0, 1], make_data.LARGE_SIZE, painter.SHIPPED))
    told = script("train_upscaler.py", data, denoiser / "mini", tmp_path / "large", "--steps", 1, "--batch", 1)
    assert "reduced: Lanczos" in told and (tmp_path / "large" / "sheet.png").is_file()
    assert torch.jit.load(tmp_path / "large" / "upscaler.pt")(torch.zeros(1, 3, 8, 6)).shape == (1, 3, 32, 24)
    before, after = (weights_of(folder / "mini" / "vae") for folder in (denoiser, crisp))
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"decoder"}


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    from diffusers import AutoencoderKL

    return AutoencoderKL.from_pretrained(folder, local_files_only=True).state_dict()
