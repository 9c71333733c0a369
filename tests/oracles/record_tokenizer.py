#!/usr/bin/env python3
"""Record what the Hugging Face fast CLIP tokenizer makes of difficult texts.

    record_tokenizer.py --merges tests/diffusion/data/clip/merges.txt OUT.json [--random N] [--corpus OUT.bin]
    record_tokenizer.py --from-archive bpe_simple_vocab_16e6.txt.gz --merges MERGES.txt     writes MERGES.txt

The vocabulary follows from the merges. Texts keep to characters of Unicode 14, which every table involved knows.
`--random` sets how many texts are made by chance beside the written ones.

`--corpus` writes 5,000 texts over all of Unicode 14 and their ids with two of the vocabularies. All numbers have 16 bits,
the low byte first: the number of texts, then of each its length in bytes and its UTF-8; then, one vocabulary after the
other, of each text how many ids it has and the ids.
"""

import argparse
import gzip
import json
import random
import struct
import unicodedata
from pathlib import Path
from typing import Any

import transformers
from transformers import AddedToken, CLIPTokenizerFast

MERGE_COUNT = 49152 - 256 - 2
START, END = "<|startoftext|>", "<|endoftext|>"

WRITTEN = [
    "", " ", "\n\t ", "a", "A photo of a cat", "a  photo\tof\na\r\ncat ", "  leading and trailing  ",
    "résumé naïve café Ærøskøbing straße", "re\u0301sume\u0301 nai\u0308ve cafe\u0301", "ＦＵＬＬ ｗｉｄｔｈ", "ﬁne ﬂuﬀ",
    "q\u0323\u0307 q\u0307\u0323 \u1e69 s\u0323\u0307", "\u0301\u0302\u0303", "\u0301", "a\u0315\u0300\u05ae\u0300\u0062",
    "Å \u212b A\u030a", "\u2126 \u03c9 \u03a9", "각 \u1100\u1161\u11a8 한국어 텍스트", "Мона Лиза в противогазе", "ЁЛКА ёлка Й \u0418\u0306",
    "ΟΔΥΣΣΕΥΣ ὈΔΥΣΣΕΎΣ ΣΑΣ Σ", "İstanbul ISPARTA ıi İ", "Ǆ ǅ ǆ Ǳ Ǉ", "ẞ ß SS", "K \u212a kelvin", "ՀԱՅԵՐԵՆ ქართული ᲥᲐᲠᲗᲣᲚᲘ Ꭰꭰ",
    "السلام عليكم", "שָׁלוֹם עולם", "नमस्ते दुनिया क़ \u0915\u093c", "ทดสอบภาษาไทย", "வணக்கம்", "日本語のテスト", "中文测试，标点。", "が か\u3099 ｶﾞ",
    "👩‍👩‍👧‍👦 family", "👍🏽👍🏿", "🏳️‍🌈🇩🇪", "☺️ ☺", "🎵🎶🎸", "①②③ ½ ¾ Ⅷ ⅷ", "x² + y₂ = z³", "١٢٣ ۴۵۶ १२३ 一二三 𝟘𝟙 ᠐", "1234567890",
    "3d render, 4k, f/1.4, 35mm", "it's we're I've don't I'm they'll he'd", "IT'S WE'RE I'VE DON'T", "'s 't 're 've 'm 'll 'd", "''s '''d", "’s don’t",
    "should've'nt y'all'd've", "rock'n'roll 'em", "!!'s ...'re", "a\u00a0b\u2003c\u3000d\u2009e\u202ff\u205fg\u1680h", "a\u200bb\u200cc\u200dd\ufeffe\u2060f",
    "a\u180eb", "a\u0085b\u2028c\u2029d", "a\x00b\x01c\x1fd\x7fe\x80f\x9f", "\x0b\x0c vertical", "tab\tsep", "e\u0301\u00a0e\u0301", "\u00a0", "\u2000\u0301x",
    "<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "<|EndOfText|>!!", "a <|endoftext|> b", "a<|endoftext|>b", "  <|endoftext|>  ", "<|endoftext|><|endoftext|>",
    "<|startoftext|>cat<|endoftext|>", "<|startoftext", "|endoftext|>", "<|endoftext|>'s", "!<|endoftext|>", "x <|ENDOFTEXT|>?? y", "! a !b !! !!!", "wow!", "! ! !",
    "</w>", "a</w> b</w>", "Ġ Ċ ġ", "#version: 0.2", "\\n \\t", "\"quoted\" (paren) [br] {cb} <a>", "a_b-c.d,e;f:g", "https://example.org/?q=1&r=2", "C:\\path\\file.txt",
    "$100 €50 £3.50 ¥1000 ₿", "50% ‰ †‡ © ® ™", "—–-‐ … “quoted” «guillemets»", "supercalifragilisticexpialidocious", "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "zzzzzzzzzzzzzzzzzzzz", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "....................", "!?!?!?!?!?", "\u0300" * 40, "e" + "\u0323\u0301" * 20, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝒎𝒂𝒕𝒉 𝐀𝐁𝐂", "𐐀𐐨 𞤀𞤢 𑢠", "\U0001f600\U0001f3fb",
    "\uffff \U0010ffff \ue000", "\u0378 \u0380", "a painting of the sea at night, oil on canvas, by the masters, highly detailed, trending",
    "Mona Lisa wearing a gas mask, (masterpiece:1.2), [blurry], BREAK, <lora:x:0.8>", "<my-style> cat", "cat <my-style>", "cat<my-style>dog", "  <my-style>  <my-style> ", "<MY-STYLE> cat",
    "WordUp wordup WORDUP wordupper a-wordup", "tight , tight ,x", "hello<pad>world < pad >", "  <l>  x  <r>  y  <w>z <w>",
]  # fmt: skip

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \t\n\u00a0\u2003", ".,;:!?'\"()-_<>|/&%$#@*+=~^`",
    "àâäéèêëîïôöùûüçñßæœøåÀÉÎÕÜ", "\u0300\u0301\u0308\u0323\u030a\u0327\u0345", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψως",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "अआइईउऊकखगघचछजटठडतदनपबमयरलवशसह\u093e\u093f\u0940\u094d\u093c", "日本語中文字的是人大山川空海花", "가나다라마바사\u1100\u1161\u11a8", "🎵🎨🌊🔥👩🏽\u200d\ufe0f❤", "١٢٣४५६½²Ⅷ",
]  # fmt: skip
WORDS = "a the of in painting photo sea night star fire city neon light dark music video spectrum wave oil canvas".split()


def byte_characters() -> list[str]:
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    others = [b for b in range(256) if b not in printable]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]


def vocabulary(merges: list[str]) -> dict[str, int]:
    """The tokens in the original's order; also what the C++ test rebuilds."""
    alphabet = byte_characters()
    tokens = [*alphabet, *(c + "</w>" for c in alphabet), *(m.replace(" ", "") for m in merges), START, END]
    return {token: i for i, token in enumerate(tokens)}


def extract(archive: Path, merges: Path) -> None:
    lines = gzip.decompress(archive.read_bytes()).decode("utf-8").split("\n")[1 : MERGE_COUNT + 1]
    merges.write_text("\n".join(["#version: 0.2", *lines]) + "\n", encoding="utf-8")


def random_texts(count: int) -> list[str]:
    chance = random.Random(5)
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(chance.randint(1, 12)):
            kind = chance.random()
            if kind < 0.3:
                parts.append(chance.choice(WORDS))
            elif kind < 0.4:
                parts.append(chance.choice([START, END, "'s", "<my-style>", "WordUp"]))
            else:
                alphabets = chance.sample(ALPHABETS, chance.choice([1, 1, 2, 3]))
                letters = "".join(alphabets)
                parts.append("".join(chance.choice(letters) for _ in range(chance.randint(1, 9))))
            parts.append(chance.choice(["", " ", " ", "  "]))
        texts.append("".join(parts))
    return texts


def boundary_texts() -> list[str]:
    texts = []
    for words in (74, 75, 76, 77, 150):
        texts.append(" ".join(WORDS[i % len(WORDS)] for i in range(words)))
        texts.append("cat " * (words - 1) + "Antidisestablishmentarianism  indeed ")
    return texts


def settings() -> list[tuple[str, int, dict[str, Any], list[AddedToken]]]:
    """Name, merges used (0: all), constructor arguments, tokens added afterwards."""
    normalized = {
        "bos_token": AddedToken(START, normalized=True, special=True),
        "eos_token": AddedToken(END, normalized=True, special=True),
        "unk_token": AddedToken(END, normalized=True, special=True),
    }
    extra = [
        AddedToken("<my-style>", normalized=False),
        AddedToken("WordUp", normalized=True, single_word=True),
        AddedToken("tight ,", normalized=True),
        AddedToken("<pad>", normalized=False, special=True),
        AddedToken("<l>", lstrip=True, normalized=False),
        AddedToken("<r>", rstrip=True, normalized=True),
        AddedToken("<w>", single_word=True, lstrip=True, rstrip=True, normalized=False),
        AddedToken("sea night", normalized=True),
        AddedToken("sea", normalized=True),
    ]
    return [
        ("sd1", 0, {**normalized, "pad_token": END}, []),
        ("sd2", 0, {**normalized, "pad_token": "!"}, []),
        ("plain", 0, {}, []),
        ("extended", 0, normalized, extra),
        ("small", 500, normalized, []),
        ("own", 2000, normalized, extra),
    ]


def build(name: str, merges: list[str], arguments: dict[str, Any], extra: list[AddedToken]) -> CLIPTokenizerFast:
    vocab = vocabulary(merges)
    if name == "small":
        # As a vocabulary of somebody's own may: without some bytes.
        vocab = {t: i for t, i in vocab.items() if t not in ("z", "z</w>", "Ã", "ð", "©</w>")}
        merges = [m for m in merges if all(part in vocab for part in (*m.split(" "), m.replace(" ", "")))]
    pairs = [tuple(m.split(" ")) for m in merges]
    tokenizer = CLIPTokenizerFast(vocab=vocab, merges=pairs, model_max_length=77, **arguments)
    if extra:
        tokenizer.add_tokens(extra)
    return tokenizer


def record(name: str, merge_count: int, tokenizer: CLIPTokenizerFast, texts: list[str]) -> dict[str, Any]:
    fields = ("special", "lstrip", "rstrip", "single_word", "normalized")
    added = [
        {"content": token.content, "id": i, **{f: getattr(token, f) for f in fields}}
        for i, token in sorted(tokenizer.added_tokens_decoder.items())
    ]
    pairs = []
    for text in texts:
        ids = tokenizer(text, add_special_tokens=False, truncation=False).input_ids
        full = tokenizer(text, padding="max_length", max_length=77, truncation=True).input_ids
        wrapped = [tokenizer.bos_token_id, *ids[:75], tokenizer.eos_token_id]
        assert full == wrapped + [tokenizer.pad_token_id] * (77 - len(wrapped)), text
        pairs.append([text, ids])
    return {
        "name": name,
        "merges": merge_count,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "unk_token_id": tokenizer.unk_token_id,
        "added_tokens": added,
        "pairs": pairs,
    }


Texts = list[str]
CORPUS_SIZE = 5000
CORPUS_VOCABULARIES = ("sd1", "own")
SPACES = "\t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
BETWEEN = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\ufff9\U000e0001\U000e007f"
# So many of one kind that one row in 16 is enough.
VAST = ("CJK UNIFIED IDEOGRAPH", "HANGUL SYLLABLE", "TANGUT IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")


def assigned() -> Texts:
    everything = (chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)
    return [c for c in everything if unicodedata.category(c) not in ("Cn", "Co", "Cc")]


def row_texts(chance: random.Random, characters: Texts) -> Texts:
    """Words of every script: twice from each 64 code points."""
    rows: dict[int, Texts] = {}
    for c in characters:
        rows.setdefault(ord(c) // 64, []).append(c)
    texts = []
    for number, row in rows.items():
        if unicodedata.name(row[0], "").startswith(VAST) and number % 16:
            continue
        for more in ("", " a b"):
            picked = [chance.choice(row) for _ in range(chance.randint(4, 9))]
            texts.append("".join(c + chance.choice(["", "", "", " ", "\u0301", "'s", "!"]) for c in picked) + more)
    return texts


def mark_texts(chance: random.Random, characters: Texts) -> Texts:
    """Every combining mark among others, in all orders."""
    marks = [c for c in characters if unicodedata.combining(c)]
    texts = []
    for mark in marks:
        group = [mark, *chance.sample(marks, chance.randint(0, 1)), chance.choice("\u0301\u0323\u0345\u0327")]
        chance.shuffle(group)
        texts.append(chance.choice("aeoqAE\u05d0\u0915 ") + "".join(group))
    return [" ".join(texts[i : i + 2]) for i in range(0, len(texts), 2)]


def form_texts(chance: random.Random, characters: Texts) -> Texts:
    """Every canonical decomposition put together again, and every capital."""
    composed = [c for c in characters if unicodedata.normalize("NFD", c) != c and not "\uac00" <= c <= "\ud7a3"]
    composed += [chr(chance.randrange(0xAC00, 0xD7A4)) for _ in range(100)]
    capitals = [c for c in characters if c.lower() != c]
    chance.shuffle(composed)
    chance.shuffle(capitals)
    decomposed = [unicodedata.normalize("NFD", c) for c in composed]
    return ["".join(decomposed[i : i + 5]) for i in range(0, len(decomposed), 5)] + [
        "".join(capitals[i : i + 8]) for i in range(0, len(capitals), 8)
    ]


def emoji_texts(chance: random.Random, characters: Texts) -> Texts:
    pictures = [c for c in characters if 0x1F300 <= ord(c) <= 0x1FAFF or 0x2600 <= ord(c) <= 0x27BF]
    people, tones = [c for c in "👨👩🧑👧👦👶🧔👱🤵👮"], [chr(c) for c in range(0x1F3FB, 0x1F400)]
    flags = [chr(c) for c in range(0x1F1E6, 0x1F200)]

    def one() -> str:
        kind = chance.randrange(5)
        if kind == 0:
            return "\u200d".join(chance.choice(people) + chance.choice(["", *tones]) for _ in range(chance.randint(1, 4)))
        if kind == 1:
            return chance.choice(pictures) + chance.choice(["", "\ufe0f", "\ufe0e", *tones, "\ufe0f\u200d"])
        if kind == 2:
            return chance.choice(flags) + chance.choice(flags)
        if kind == 3:
            return chance.choice("0123456789#*") + "\ufe0f\u20e3"
        return "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f"

    return ["".join(one() + chance.choice(["", "", " ", "a"]) for _ in range(chance.randint(1, 4))) for _ in range(350)]


def odd_texts(chance: random.Random) -> Texts:
    """Odd spaces, control and format characters, special tokens as typed, contractions, numbers."""
    controls = "".join(chr(c) for c in (*range(0x20), *range(0x7F, 0xA0)))
    specials = [START, END, START.upper(), "<|EndOfText|>", "<|endoftext", "|endoftext|>", "<|", "|>", "<my-style>", "<pad>", "<l>", "<r>", "<w>"]
    specials += ["WordUp", "wordup", "tight ,", "sea night", "sea"]
    short = ["'s", "'T", "'re", "'VE", "'m", "'ll", "'D", "''", "\u2019s", "it's", "rock'n'roll", "'em"]
    numbers = ["12", "3.5", "1,000", "\u0661\u0662", "\u0967\u0968", "\u00bd", "\u2167", "x\u00b2", "\u2460", "\U0001d7d8", "\u4e00", "4k"]
    texts = []
    for odd, count in ((SPACES, 280), (controls, 280), (BETWEEN, 200), (specials, 520), (short, 200), (numbers, 200)):
        for _ in range(count):
            parts = []
            for _ in range(chance.randint(2, 6)):
                parts += [chance.choice(odd), chance.choice(["", "", " ", chance.choice(WORDS), chance.choice("ab!.1é'")])]
            texts.append("".join(parts))
    return texts


def full_texts(tokenizer: CLIPTokenizerFast, chance: random.Random) -> Texts:
    """Texts that fill 76, 77 and 78 places, and few more, begin and end counted."""
    texts = []
    for wanted in (73, 74, 75, 76, 77, 150):
        for _ in range(8):
            text = chance.choice(["", "Ärger ", "🎵"])
            while (room := wanted - len(tokenizer(text, add_special_tokens=False).input_ids)) > 0:
                text += chance.choice([" antidisestablishmentarianism" if room > 12 else "", " " + chance.choice(WORDS), "!x"[: room % 3]])
            texts.append(text)
    return texts


def corpus(tokenizers: list[CLIPTokenizerFast]) -> Texts:
    chance, characters = random.Random(14), assigned()
    assert unicodedata.unidata_version == "14.0.0"
    texts = [*WRITTEN, *(text for tokenizer in tokenizers for text in full_texts(tokenizer, chance))]
    texts += [*row_texts(chance, characters), *mark_texts(chance, characters)]
    texts += [f"{letter}<w> {letter}WordUp" for letter in "Ⓐⓩ🄰🅉🅐🅩🅰🅸🆉🆊"]
    texts += [*form_texts(chance, characters), *emoji_texts(chance, characters), *odd_texts(chance)]
    distinct = list(dict.fromkeys([*texts, *random_texts(CORPUS_SIZE)]))
    assert len(dict.fromkeys(texts)) < CORPUS_SIZE
    return distinct[:CORPUS_SIZE]


def numbers(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def write_corpus(path: Path, tokenizers: dict[str, CLIPTokenizerFast]) -> None:
    texts = corpus([tokenizers[name] for name in CORPUS_VOCABULARIES])
    parts = [numbers([len(texts)])]
    for encoded in (text.encode() for text in texts):
        parts += [numbers([len(encoded)]), encoded]
    for name in CORPUS_VOCABULARIES:
        for text in texts:
            ids = tokenizers[name](text, add_special_tokens=False, truncation=False).input_ids
            parts.append(numbers([len(ids), *ids]))
    path.write_bytes(b"".join(parts))


def is_old_enough(text: str) -> bool:
    return all(unicodedata.category(c) != "Cn" or ord(c) in (0x378, 0x380, 0xFFFF, 0x10FFFF) for c in text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--merges", type=Path, required=True)
    parser.add_argument("--from-archive", type=Path)
    parser.add_argument("--random", type=int, default=160)
    parser.add_argument("--corpus", type=Path)
    arguments = parser.parse_args()
    if arguments.from_archive:
        extract(arguments.from_archive, arguments.merges)
    if arguments.out is None:
        return
    merges = arguments.merges.read_text(encoding="utf-8").split("\n")[1:-1]
    assert len(merges) == MERGE_COUNT
    texts = [*WRITTEN, *boundary_texts(), *random_texts(arguments.random)]
    assert all(is_old_enough(text) for text in texts)
    configurations, tokenizers = [], {}
    for name, count, options, extra in settings():
        used = merges[:count] if count else merges
        chosen = texts if name in ("sd1", "extended") else texts[: len(WRITTEN)]
        tokenizers[name] = build(name, used, options, extra)
        configurations.append(record(name, count, tokenizers[name], chosen))
    lines = ",\n".join(json.dumps(c, separators=(",", ":"), ensure_ascii=True) for c in configurations)
    head = f'"transformers":"{transformers.__version__}"'
    arguments.out.write_text(f'{{{head},"configurations":[\n{lines}\n]}}\n', encoding="ascii")
    if arguments.corpus:
        write_corpus(arguments.corpus, tokenizers)


if __name__ == "__main__":
    main()
