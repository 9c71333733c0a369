"""Varied English captions of labelled pictures: synonyms, word order, plain and rich prompts, seeded."""

import re

import numpy as np

from .painter import SCENES, Labels, labels

# How people name each kind of scene.
NOUNS = {
    "mountains": ("mountains", "a mountain range", "snowy peaks", "layered mountain ridges", "misty mountains",
                  "alps", "a mountain lake", "hills and peaks", "a mountain landscape"),
    "iceland": ("an iceland vista", "iceland", "a glacier and a black beach", "a waterfall over a cliff",
                "an icelandic landscape", "a waterfall and a glacier", "black sand beach in iceland",
                "a nordic coast with a waterfall"),
    "dunes": ("desert dunes", "sand dunes", "a desert", "the sahara", "a desert landscape", "rippled sand",
              "dunes of sand"),
    "forest": ("a forest", "an autumn forest", "woods", "a misty forest", "tall trees in the woods",
               "a pine forest", "a fairy tale forest", "a woodland", "a forest in autumn", "a jungle"),
    "tree": ("a lone tree", "a tree on a hill", "a single tree", "an old oak tree", "a solitary tree", "a big tree",
             "the tree of life"),
    "castle": ("a castle", "a castle on a hill", "an old fortress", "ruins of a castle", "gothic towers",
               "a fairy tale castle", "a palace with towers", "a haunted castle", "a cathedral"),
    "volcano": ("a volcano", "an erupting volcano", "lava", "flowing lava", "a volcano with lava",
                "a burning mountain", "a volcanic eruption"),
    "aurora": ("an aurora", "northern lights", "aurora borealis over snow", "aurora over snow", "polar lights",
               "northern lights over a frozen lake", "an arctic aurora"),
    "sea": ("the sea", "the ocean", "a calm sea", "a seascape", "water to the horizon",
            "an ocean view with the sun", "a sailing boat on the sea", "a quiet bay", "a lake"),
    "storm": ("a stormy sea", "huge waves", "a storm at sea", "crashing waves", "rough ocean waves", "a tempest",
              "towering waves", "a tsunami", "wild surf"),
    "clouds": ("clouds", "a sea of clouds", "fluffy clouds", "the sky above the clouds", "cumulus clouds",
               "heavenly clouds", "a cloudscape"),
    "moon": ("the moon", "a full moon", "a huge moon", "a giant moon over the hills", "moonlight",
             "the moon over water", "a supermoon"),
    "nebula": ("a nebula", "stars and a nebula", "deep space", "outer space", "cosmic dust", "a cosmic cloud",
               "interstellar gas", "the universe", "the cosmos"),
    "galaxy": ("a galaxy", "a spiral galaxy", "the milky way", "a swirling galaxy", "a spiral of stars",
               "andromeda", "a galaxy of stars"),
    "planet": ("a planet", "a planet with rings", "saturn", "an alien planet", "a distant world", "a gas giant",
               "a ringed planet", "an exoplanet with moons"),
    "fire": ("fire", "flames", "a burning fire", "a blaze", "an inferno", "a bonfire", "roaring flames",
             "a wall of fire"),
    "ink": ("ink in water", "swirling ink", "a drop of ink in water", "smoke", "dye in clear water", "an ink cloud",
            "fluid art", "curling smoke"),
    "tunnel": ("a tunnel", "a tunnel of light", "a wormhole", "an endless corridor", "a portal", "a glowing tunnel",
               "a time tunnel", "a hyperspace tunnel", "a vortex"),
    "synthwave": ("a synthwave grid", "a retro sun over a grid", "a synthwave landscape", "outrun", "vaporwave",
                  "an eighties retro grid", "a retrowave sunset", "a glowing grid"),
    "city": ("a city", "a city street", "a neon city", "a street between skyscrapers", "a futuristic city",
             "a cyberpunk city", "a narrow alley", "downtown", "city lights", "a rainy street"),
    "skyline": ("a skyline", "a city skyline", "skyscrapers", "a metropolis", "towers across the water",
                "a skyline over the bay", "a skyscraper skyline", "the skyline of a big city", "high towers"),
    "bridge": ("a bridge", "a suspension bridge", "a long bridge over water", "a bridge over a river",
               "a hanging bridge", "a steel bridge"),
    "lighthouse": ("a lighthouse", "a lighthouse on a cliff", "a lighthouse and its beam", "a beacon by the sea",
                   "an old lighthouse"),
    "train": ("a train", "a steam train", "a locomotive", "a night train", "a railway", "a train on a bridge",
              "railway tracks and a train", "an express train"),
    "road": ("a road", "a road to the horizon", "an empty highway", "a winding road", "a country road",
             "an endless road", "a highway"),
    "room": ("a room", "a room with a window", "a window", "an empty room", "a sunlit room", "a bedroom window",
             "an interior with a large window", "a quiet room"),
    "above": ("clouds from above", "above the clouds", "clouds seen from a plane", "the view from an aeroplane",
              "an aerial view of clouds", "the earth from above", "flying over the clouds"),
    "balloons": ("hot air balloons", "a hot air balloon", "balloons in the sky", "balloons over the hills",
                 "a balloon ride"),
    "lanterns": ("lanterns", "paper lanterns", "floating lanterns", "sky lanterns", "a lantern festival",
                 "glowing lanterns over water"),
    "station": ("a space station", "a station in orbit", "a satellite", "a space station over a planet",
                "an orbital station", "a spacecraft"),
    "concert": ("a concert", "a crowd and stage lights", "stage lights", "a rock concert", "a festival crowd",
                "a band on stage", "a live show", "a dancing crowd", "a rave", "a night club"),
    "vinyl": ("a vinyl record", "a record player", "a turntable", "a spinning record", "vinyl", "an old record",
              "a gramophone record"),
    "guitar": ("a guitar", "an electric guitar", "an acoustic guitar", "a guitar in stage light", "a bass guitar",
               "guitars"),
    "piano": ("a piano", "piano keys", "a grand piano", "a keyboard", "the keys of a piano", "black and white keys"),
    "speaker": ("a loudspeaker", "loudspeakers", "a wall of speakers", "a speaker", "a sound system", "speaker cones",
                "an amplifier"),
    "fireworks": ("fireworks", "fireworks over water", "a firework", "exploding fireworks", "rockets in the sky",
                  "new year fireworks"),
    "cat": ("a cat", "a black cat", "the face of a cat", "a cat with glowing eyes", "a cat on a roof", "a kitten",
            "a sitting cat", "cat eyes"),
    "birds": ("birds", "birds in flight", "a flock of birds", "flying birds", "a bird", "a swarm of birds",
              "migrating birds", "seagulls", "a bird in flight", "crows"),
    "mask": ("a mask", "a carnival mask", "a theatre mask", "a venetian mask", "masks", "a masquerade mask",
             "a masked face", "a mask with feathers"),
    "skull": ("a skull", "a human skull", "skulls", "a skull with glowing eyes", "a death's head", "bones"),
    "raindrops": ("rain on glass", "raindrops on a window", "drops on a window", "rain on a window",
                  "raindrops", "water drops on glass", "a rainy window"),
    "papercut": ("a paper cut-out", "paper cut layers", "paper art", "a papercut landscape", "layered paper",
                 "cut paper", "paper waves", "an origami landscape"),
    "chrome": ("liquid chrome", "chrome", "liquid metal", "mercury", "molten silver", "a chrome surface",
               "flowing metal", "quicksilver"),
    "spiral": ("a spiral", "spirals", "a hypnotic spiral", "an endless spiral", "a spiral staircase",
               "a golden spiral", "a whirling spiral", "a spiral of dots", "hypnosis"),
    "gasmask": ("a gas mask", "a person in a gas mask", "a man with a gas mask", "gas masks",
                "a gas mask and helmet", "a soldier wearing a gas mask", "a respirator mask",
                "a post apocalyptic survivor"),
    "helmet": ("an astronaut", "an astronaut's helmet", "a helmet", "a space suit", "a cosmonaut",
               "an astronaut portrait", "a spaceman with a visor", "a helmet with a visor", "helmets"),
    "robot": ("a robot", "a portrait of a robot", "an android", "a cyberpunk android", "a cyborg", "a robot head",
              "a machine man", "a humanoid robot", "a mechanical face"),
    "eye": ("an eye", "a human eye", "a close up of an eye", "an iris", "an all seeing eye", "a staring eye",
            "a macro photo of an eye"),
    "crystals": ("crystals", "a crystal cave", "glowing crystals", "gemstones", "quartz", "a cluster of crystals",
                 "amethyst", "shards of crystal", "diamonds"),
    "mandala": ("a mandala", "an ornamental mandala", "a symmetrical ornament", "a kaleidoscope", "sacred geometry",
                "a rosette pattern", "a geometric flower", "an intricate circular pattern"),
    "marble": ("marble", "a marble texture", "veined marble", "polished stone", "marble with veins",
               "a slab of marble", "agate"),
    "glass": ("stained glass", "a stained glass window", "a church window", "a mosaic", "a rose window",
              "leaded glass", "a mosaic of glass"),
    "fractal": ("a fractal", "a julia set", "fractals", "a mandelbrot fractal", "a fractal spiral",
                "an infinite fractal", "mathematical art"),
    "abstract": ("abstract art", "an abstract composition", "geometric shapes", "bauhaus shapes",
                 "an abstract painting", "modern art", "a suprematist composition", "flowing abstract shapes"),
    "coral": ("a coral reef", "underwater coral", "corals and fish", "a reef", "an underwater scene",
              "the bottom of the sea", "a tropical reef with fish", "life under water"),
    "jellyfish": ("a jellyfish", "a glowing jellyfish", "jellyfish", "a medusa in the deep sea",
                  "bioluminescent jellyfish", "a drifting jellyfish", "a creature of the deep"),
    "flowers": ("flowers", "a bouquet of flowers", "blossoms", "a meadow of flowers", "daisies", "a flower garden",
                "blooming flowers", "petals", "roses"),
    "mushrooms": ("mushrooms", "a magic mushroom", "toadstools", "glowing mushrooms", "a mushroom in the woods",
                  "fungi", "spotted toadstools"),
    "butterfly": ("a butterfly", "a monarch butterfly", "butterfly wings", "a butterfly with open wings",
                  "a colourful butterfly", "a moth"),
}  # fmt: skip

PALETTE_WORDS = {
    "ember": ("fiery orange", "ember", "orange and red", "flaming orange", "burning colours", "amber",
              "lava orange", "orange"),
    "ocean": ("blue", "deep blue", "ocean blue", "azure", "sapphire blue", "shades of blue", "cobalt"),
    "neon": ("neon", "pink and purple neon", "neon pink and cyan", "hot pink", "magenta and cyan", "neon colours",
             "cyberpunk colours", "magenta"),
    "emerald": ("green", "emerald", "emerald green", "deep green", "jade", "shades of green"),
    "gold": ("gold", "golden", "black and gold", "gold and black", "gilded"),
    "ice": ("icy", "pale blue", "ice blue", "white and pale blue", "frosty", "silver blue", "cold colours"),
    "mono": ("black and white", "monochrome", "greyscale", "grey", "silver", "noir"),
    "teal_orange": ("teal and orange", "orange and teal", "teal", "cinematic teal and orange"),
    "rose": ("pink", "rose", "rosy pink", "blush pink", "shades of pink"),
    "violet": ("purple", "violet", "lavender", "deep purple", "shades of purple", "indigo"),
    "pastel": ("pastel", "soft pastel colours", "pale pastel", "lilac and peach", "pastel colours", "candy colours"),
    "crimson": ("red", "crimson", "blood red", "scarlet", "dark red", "shades of red"),
    "toxic": ("acid green", "toxic green", "lime green", "lime", "radioactive green", "yellow green"),
    "sepia": ("sepia", "brown", "beige and brown", "vintage brown", "earth colours", "sepia toned"),
    "copper": ("copper and turquoise", "copper", "rust and turquoise", "verdigris", "bronze and mint",
               "turquoise and rust"),
    "northern": ("teal and mint", "navy and mint green", "aurora colours", "mint and violet", "green and violet"),
    "sunset": ("sunset colours", "purple and orange", "orange and violet", "sunset coloured", "violet and gold",
               "warm sunset colours"),
    "starry": ("blue and gold", "cobalt and gold", "blue and yellow", "navy and gold", "royal blue and gold"),
}  # fmt: skip

TIME_WORDS = {
    "day": ("by day", "at noon", "in daylight", "in the afternoon", "on a bright day", "in the sun"),
    "dawn": ("at dawn", "at sunrise", "in the early morning", "in morning light", "at daybreak"),
    "dusk": ("at dusk", "at sunset", "in the evening", "at golden hour", "at twilight"),
    "night": ("at night", "by night", "under the stars", "at midnight", "in the dark", "on a dark night"),
}
WEATHER_WORDS = {
    "clear": ("", "", "", "under a clear sky"),
    "cloudy": ("under clouds", "overcast", "with a cloudy sky", "cloudy"),
    "fog": ("in the fog", "foggy", "misty", "in thick mist", "moody and foggy", "hazy"),
    "rain": ("in the rain", "rainy", "with rain", "in heavy rain", "on a rainy day"),
    "snow": ("in the snow", "with falling snow", "snowy", "in winter", "in a snowfall"),
    "storm": ("in a storm", "with lightning", "stormy", "in a thunderstorm", "with thunder and lightning"),
}
STYLE_WORDS = {
    "plain": ("", "", "digital art", "digital painting", "illustration", "highly detailed", "matte painting"),
    "cinematic": ("cinematic lighting", "cinematic", "dramatic light", "film still", "epic cinematic scene",
                  "moody cinematic lighting", "volumetric light"),
    "watercolour": ("watercolour", "a watercolor painting", "watercolour on paper", "aquarelle", "in watercolor"),
    "neon": ("glowing outlines", "neon lines", "neon glow", "glowing neon outlines", "line art made of light"),
    "pixel": ("pixel art", "8 bit", "8-bit pixel art", "retro game graphics", "pixelated"),
    "lowpoly": ("low poly", "low-poly", "low poly art", "made of triangles", "polygon art"),
    "grain": ("film grain", "grainy film photo", "old film photograph", "analog photo", "faded film"),
    "oil": ("oil painting", "an oil painting", "oil on canvas", "thick brush strokes", "impressionist painting",
            "in the style of monet"),
    "poster": ("poster", "screen print", "flat vector art", "minimalist poster", "linocut print", "flat colours"),
}  # fmt: skip
RICH = (
    "highly detailed", "beautiful", "masterpiece", "4k", "8k", "trending on artstation", "intricate", "atmospheric",
    "stunning", "dreamy", "epic", "wide angle", "sharp focus", "concept art", "moody", "vivid", "mysterious",
    "surreal", "psychedelic",
)  # fmt: skip
# Words that say nothing about the picture: prompts hold many, and they must not spoil it.
STRANGERS = (
    "music", "song", "love", "bass", "drum", "rhythm", "melody", "sound", "of", "my", "your", "the", "and", "with",
    "very", "strange", "lost", "memory", "time", "life", "heart", "soul", "dance", "techno", "ambient", "house",
    "jazz", "deep", "slow", "fast", "loud", "quiet", "lonely", "happy", "sad", "angry", "electric",
    "digital", "ancient", "future", "hello", "nothing", "everything", "someone", "world", "home", "dog",
    "horse", "car", "people", "woman", "child", "king", "queen", "wolf", "dragon", "angel",
    "ghost", "machine", "computer", "phone", "table", "breakfast", "banana", "violin",
    "voice", "echo", "mirror", "clock", "letter", "number", "secret",
)  # fmt: skip
FRAMES = (
    "a painting of {}",
    "a picture of {}",
    "{}",
    "{}",
    "{}",
    "{}",
    "an image of {}",
    "a photo of {}",
    "a view of {}",
    "a dream of {}",
)


def pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def without_article(noun: str) -> str:
    for article in ("a ", "an ", "the "):
        if noun.startswith(article):
            return noun[len(article) :]
    return noun


def article(phrase: str) -> str:
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def coloured(rng: np.random.Generator, noun: str, words: str) -> str:
    """The noun with its colours, before or after it."""
    ending = words if words.endswith(("colours", "coloured", "toned")) else f"{words} colours"
    bare = without_article(noun)
    form = int(rng.integers(6))
    if form == 0:
        return f"{noun} in {words}"
    if form == 1:
        return f"{noun}, {words}"
    if form == 2:
        return f"{noun} in {ending}"
    if form == 3:
        return f"{words} {bare}"
    if form == 4:
        return article(f"{words} {bare}") if bare != noun and not noun.startswith("the ") else f"{words} {bare}"
    return f"{noun}, {ending}"


def stranger(rng: np.random.Generator) -> str:
    """A word or two that no picture shows, known ones or made of syllables."""
    if rng.random() < 0.5:
        return " ".join(pick(rng, STRANGERS) for _ in range(int(rng.integers(1, 4))))
    return "".join(pick(rng, tuple("bdfgklmnprstvz")) + pick(rng, tuple("aeiou")) for _ in range(int(rng.integers(2, 5))))


def caption(what: Labels, rng: np.random.Generator) -> str:
    """One way to ask for the picture. About one in twelve is empty, one in six names the scene alone."""
    kind = rng.random()
    if kind < 0.08:
        return ""
    noun = pick(rng, NOUNS[what.scene])
    if rng.random() < 0.10:
        second = without_article(pick(rng, NOUNS[what.scene]))
        noun = f"{noun} and {second}" if rng.random() < 0.5 else f"{noun}, {second}"
    name_colour = not what.natural and rng.random() < 0.9 or what.natural and rng.random() < 0.3
    core = coloured(rng, noun, pick(rng, PALETTE_WORDS[what.palette])) if name_colour else noun
    if kind < 0.25:
        parts = [core]
        if what.style not in ("plain", "cinematic"):
            parts.append(pick(rng, STYLE_WORDS[what.style]))
        return ", ".join(parts)
    core = pick(rng, FRAMES).format(core)
    hour = pick(rng, TIME_WORDS[what.time]) if what.time and rng.random() < 0.75 else ""
    sky = pick(rng, WEATHER_WORDS[what.weather]) if what.weather and rng.random() < 0.8 else ""
    if hour and rng.random() < 0.6:
        core, hour = f"{core} {hour}", ""
    parts = [part for part in (hour, sky) if part]
    style = pick(rng, STYLE_WORDS[what.style])
    if style:
        parts.append(style)
    if rng.random() < 0.35:
        parts += [str(word) for word in rng.choice(RICH, int(rng.integers(1, 4)), replace=False)]
    if rng.random() < 0.08:
        parts.append(stranger(rng))
    rng.shuffle(parts)
    parts = [core, *parts] if rng.random() < 0.85 else [*parts, core]
    text = ", ".join(parts) if rng.random() < 0.85 else " ".join(parts)
    return text.upper() if rng.random() < 0.01 else text


def plain_prompt(what: Labels, rng: np.random.Generator) -> str:
    """A clear prompt for judging: scene, colours when not natural, nothing else."""
    noun = pick(rng, NOUNS[what.scene])
    return noun if what.natural else f"{noun} in {pick(rng, PALETTE_WORDS[what.palette])}"


def tokenizer_words(count: int = 4_000) -> list[str]:
    """What the byte-pair merges are learnt from: every word of the captions, the commonest first."""
    rng = np.random.default_rng(0)
    tally: dict[str, int] = {}
    texts = [caption(labels(seed), rng) for seed in range(count)]
    for table in (NOUNS, PALETTE_WORDS, TIME_WORDS, WEATHER_WORDS, STYLE_WORDS):
        texts += [word for words in table.values() for word in words] * 20
    for text in texts + [*RICH, *STRANGERS] * 20:
        for word in re.findall(r"'s|[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower()):
            tally[word] = tally.get(word, 0) + 1
    return sorted(tally, key=lambda word: (-tally[word], word))


assert set(NOUNS) == set(SCENES)
