#!/usr/bin/env python3
"""tokenizer_reference.py - what the tokenizer must do, written the short and slow way

    tokenizer_reference.py MODEL.bin > tokenizer-golden.tsv        writes the cases
    tokenizer_reference.py MODEL.bin --check tokenizer-golden.tsv  exits with 1 if they are others

GPT-2's pattern is run by Python's regular expressions, with classes made from its Unicode database; merges are searched anew
after each merge; broken UTF-8 is left to Python's decoder; words are found by decoding again and again, as OpenAI does.
The cases, one a line, fields parted by tabs, numbers by spaces, text that does not print as octal bytes:

    split   TEXT      lengths in bytes of the words that the pattern finds
    encode  TEXT      token ids
    decode  ids       TEXT
    words   language  token ids  index after the last token of each word
    silent  ids of the tokens that are not speech

Sources: openai/whisper whisper/tokenizer.py, tiktoken's _byte_pair_merge. Only Python's standard library is needed.

SPDX-License-Identifier: MIT
"""
import random
import re
import string
import struct
import sys
import unicodedata

END = 50256  # of an English-only vocabulary: the first special token
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's White_Space
UNSPACED = {"zh", "ja", "th", "lo", "my", "yue"}
SYMBOLS = list('"#()*+/:;<=>@[\\]^_`{|}~「」『』') + "<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split()
NOTES = "♩♪♫♬♭♮♯"

TEXTS = [
    "", " ", "  ", "a", " a", "  a", "a ", "a  ", "   a   b   ", "\n", "\n\n", " \n a", "a\n\nb", "\t\tx", "x\xa0y", "x\u3000y",
    "x \u3000 y", "x \x85y", "x \x0by", "Hello, world!", " The quick brown fox jumps over the lazy dog.",
    " this is the best of the rest, isn't it?", "It's we're I've I'm you'll he'd don't", "IT'S 's'S 'sample ''s 'r 're' d'",
    "rock 'n' roll", "it’s", "1234567890", " 3.14 and 1,000", "a1b22c333", "²½ⅣⅫ٣४", "x² + y½", "-- --- - -(",
    " \"Yes\", (he) [said] {so}...", "C++ & C# <html> a@b.c http://x.y/z?q=1#f", "naïve café – déjà vu", "Zürich Straße ÄÖÜ",
    "Привет, мир!", "γειά σου Κόσμε", "שלום עולם", "مرحبا ١٢٣", "नमस्ते दुनिया", "สวัสดีชาวโลก", "你好,世界。", "こんにちは 世界",
    "다람쥐 헌 쳇바퀴에 타고파", "🎵 music 🎶♪", "♩♪♫♬♭♮♯", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "e\u0301 combining", "ǅ ʰ ª º",
    "\u200b\u200d\ufeff", "<|endoftext|>", "\ufffd", "\x01\x1c\x1f\x7f", "the" * 20, "a" * 50, "ab" * 33, " " * 17 + "x", "!?" * 9,
    "\\t\"'",
]
LANGUAGE_TEXTS = [
    (None, " Hello, world! It's (really) 3.5 \"good\" ... isn't it? "), ("en", "Hello there.\nNew line -- and more."),
    ("de", " Äpfel, Öl & Übung…"), ("zh", "你好,世界。"), ("ja", "こんにちは 世界"), ("ko", " 안녕 하세요"), ("yue", "佢好 hello"),
    ("th", "สวัสดี"), ("fr", "l'été où ça"), ("ru", " Привет, мир!"),
]
ALPHABET = "aetosTX    ''s.,!-(1٣½\n\t\u00a0éßжш中文か한\u0301🎵♪’"
BROKEN = [
    "ff", "c3", "c3 28", "c3 a9", "80 41", "e2 99", "e2 99 41", "e2 99 aa", "e2 28 a1", "e0 80 80", "ed a0 80", "f0 9f 8e",
    "f0 9f 8e b5", "f0 80 80 80", "f4 90 80 80", "f0 9f 41 8e", "c0 af", "f5 80", "41 00 42", "ef bf bd", "e2 e2 99 aa",
    "f0 9f 8e f0 9f 8e b5 c3", "20 c3 a9 20 e4 bd",
]


def read_words(path):
    with open(path, "rb") as file:
        data = file.read(8 << 20)  # the vocabulary comes before the weights
    at = 4 + 11 * 4
    rows, columns = struct.unpack_from("<2i", data, at)
    at += 8 + 4 * rows * columns
    (n,) = struct.unpack_from("<i", data, at)
    at += 4
    words = []
    for _ in range(n):
        (length,) = struct.unpack_from("<I", data, at)
        words.append(data[at + 4:at + 4 + length])
        at += 4 + length
    return words


def character_class(first):
    return "".join(re.escape(chr(c)) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c))[0] == first)


L, N = character_class("L"), character_class("N")
PATTERN = re.compile(rf"'s|'t|'re|'ve|'m|'ll|'d| ?[{L}]+| ?[{N}]+| ?[^{SPACES}{L}{N}]+|[{SPACES}]+(?![^{SPACES}])|[{SPACES}]+")


def is_character(data):
    try:
        return len(data.decode()) == 1
    except UnicodeDecodeError:
        return False


def is_cut(tail):
    """Whether more bytes would make one character of it."""
    continuations = (bytes([first]) + b"\x80" * more for first in (0x80, 0x90, 0xa0) for more in range(3))
    return tail and tail[0] >= 0xc0 and any(is_character(tail + c) for c in continuations)


class Reference:
    def __init__(self, words):
        self.words = words[:END]
        self.ids = {}
        for i, word in enumerate(self.words):
            if word:
                self.ids.setdefault(word, i)

    def encode(self, text):
        return [i for word in PATTERN.findall(text) for i in self.merge(word.encode())]

    def merge(self, word):
        if word in self.ids:
            return [self.ids[word]]
        parts = [bytes([b]) for b in word]
        while True:
            pairs = [(self.ids[a + b], i) for i, (a, b) in enumerate(zip(parts, parts[1:])) if a + b in self.ids]
            if not pairs:
                return [self.ids[p] for p in parts if p in self.ids]
            i = min(pairs)[1]
            parts[i:i + 2] = [parts[i] + parts[i + 1]]

    def bytes(self, tokens):
        return b"".join(self.words[t] if 0 <= t < len(self.words) else b"" for t in tokens)

    def decode(self, tokens):
        data = self.bytes(tokens)
        for n in 1, 2, 3:
            if is_cut(data[-n:]):
                data = data[:-n]
        return data.decode(errors="replace").replace("\0", "\ufffd")

    def pieces(self, tokens):
        """OpenAI's split_tokens_on_unicode: lists of tokens that are whole characters, and their text."""
        full = self.bytes(tokens).decode(errors="replace")
        pieces, current, offset = [], [], 0
        for token in tokens:
            current.append(token)
            text = self.bytes(current).decode(errors="replace")
            if "\ufffd" not in text or full[offset + text.index("\ufffd")] == "\ufffd":
                pieces.append((text, current))
                current = []
                offset += len(text)
        return pieces

    def word_ends(self, language, tokens):
        """OpenAI's split_to_word_tokens, of text tokens and one end of text."""
        words = []
        for text, ids in self.pieces(tokens):
            begins = text.startswith(" ") or text.strip() in string.punctuation or ids[0] >= END
            if begins or not words or language in UNSPACED:
                words.append(list(ids))
            else:
                words[-1] += ids
        return [sum(map(len, words[:i + 1])) for i in range(len(words))]

    def non_speech(self):
        """A first token must hold two bytes of a note, or the sign after a space: always so in Whisper's own vocabularies."""
        found = set()
        for text, enough in [(" -", 2), (" '", 2)] + [(n, 2) for n in NOTES] + [(" " + n, 3) for n in NOTES]:
            first = self.encode(text)[0]
            if len(self.words[first]) >= enough:
                found.add(first)
        for symbol in SYMBOLS:
            for ids in self.encode(symbol), self.encode(" " + symbol):
                if len(ids) == 1:
                    found.add(ids[0])
        return sorted(found)


def escape(text):
    """What prints, as it is; all else, and backslashes, as octal bytes."""
    return "".join(c if c.isprintable() and c != "\\" else "".join(f"\\{b:03o}" for b in c.encode()) for c in text)


def numbers(values):
    return " ".join(map(str, values))


def cases(reference):
    chance = random.Random(1)
    texts = TEXTS + ["".join(chance.choices(ALPHABET, k=chance.randint(3, 30))) for _ in range(80)]
    for text in texts:
        yield "split", escape(text), numbers(len(w.encode()) for w in PATTERN.findall(text))
        yield "encode", escape(text), numbers(reference.encode(text))
    runs = [list(bytes.fromhex(b)) for b in BROKEN]  # the model's first 256 tokens are the bytes
    runs += [chance.choices(b"A \xc3\xa9\xe2\x99\xaa\xf0\x9f\x8e\xb5\xed\xff", k=12) for _ in range(40)]
    runs += [[104, -1, 105, 2**31 - 1, -2**31, END, 51863, 33, 1500, 50255]]
    for tokens in runs:
        yield "decode", numbers(tokens), escape(reference.decode(tokens))
    for language, text in LANGUAGE_TEXTS:
        tokens = reference.encode(text) + [END]
        yield "words", language or "", numbers(tokens), numbers(reference.word_ends(language, tokens))
    yield "silent", numbers(reference.non_speech())


def main(model, check=None, golden=None):
    lines = "".join("\t".join(case) + "\n" for case in cases(Reference(read_words(model))))
    if not check:
        sys.stdout.write(lines)
        return 0
    with open(golden, encoding="utf-8", newline="") as file:
        if file.read() == lines:
            return 0
    print(f"{golden} is not what the reference says: write it anew")
    return 1


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main(*sys.argv[1:]))
