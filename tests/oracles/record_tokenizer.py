#!/usr/bin/env python3
"""Record what the Hugging Face fast CLIP tokenizer makes of difficult texts.

    record_tokenizer.py --merges tests/diffusion/data/clip/merges.txt OUT.json [--random N]
    record_tokenizer.py --from-archive bpe_simple_vocab_16e6.txt.gz --merges MERGES.txt     writes MERGES.txt

The vocabulary follows from the merges. Texts keep to characters of Unicode 14, which every table involved knows.
`--random` sets how many texts are made by chance beside the written ones.
"""

import argparse
import gzip
import json
import random
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


def is_old_enough(text: str) -> bool:
    return all(unicodedata.category(c) != "Cn" or ord(c) in (0x378, 0x380, 0xFFFF, 0x10FFFF) for c in text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--merges", type=Path, required=True)
    parser.add_argument("--from-archive", type=Path)
    parser.add_argument("--random", type=int, default=160)
    arguments = parser.parse_args()
    if arguments.from_archive:
        extract(arguments.from_archive, arguments.merges)
    if arguments.out is None:
        return
    merges = arguments.merges.read_text(encoding="utf-8").split("\n")[1:-1]
    assert len(merges) == MERGE_COUNT
    texts = [*WRITTEN, *boundary_texts(), *random_texts(arguments.random)]
    assert all(is_old_enough(text) for text in texts)
    configurations = []
    for name, count, options, extra in settings():
        used = merges[:count] if count else merges
        chosen = texts if name in ("sd1", "extended") else texts[: len(WRITTEN)]
        configurations.append(record(name, count, build(name, used, options, extra), chosen))
    lines = ",\n".join(json.dumps(c, separators=(",", ":"), ensure_ascii=True) for c in configurations)
    head = f'"transformers":"{transformers.__version__}"'
    arguments.out.write_text(f'{{{head},"configurations":[\n{lines}\n]}}\n', encoding="ascii")


if __name__ == "__main__":
    main()
