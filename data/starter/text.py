#!/usr/bin/env python3
"""text.py - English training sentences out of what Debian's packages hold, and made ones

  text.py OUT.tsv --heldout heldout.txt KIND=FOLDER...

Debian holds hundreds of thousands of English sentences: documentation, manual pages, fortunes, what people say in
games, and WordNet's examples and glosses, which have every common word in its place. From each text in the folders,
those sentences are kept that read aloud as they are written: 2 to 16 plain words, no digits, abbreviations or markup,
and no word that occurs only once (more often a name than a word). To them come dictation-like sentences
(dictation.py), and lists of random words, also out of a word list (KIND words), so that the decoder must listen
rather than guess. The held-out sentences are in nobody's training text. The same folders and seed give the same
file: one "source TAB sentence" a line.

SPDX-License-Identifier: MIT
"""
import argparse
import collections
import gzip
import random
import re
from pathlib import Path

import dictation


def comments(raw):
    return re.sub(r"(?m)^[ \t]*# ?", "", raw)


def strings(raw):
    """What is between quotes or tags, each a block of its own."""
    return re.sub(r"""\\n|["`“”<>{}|_^]""", "\n\n", raw.replace('\\"', ""))


def phrases(found):
    """Phrases without capital and mark, as sentences."""
    return "\n\n".join(p[:1].upper() + p[1:] + "." * (p[-1:] not in "?!") for p in map(str.strip, found))


def examples(raw):
    """WordNet's, each between quotes after a semicolon."""
    return phrases(re.findall(r'; "([^"\n]+?)[.;]?"', raw))


def glosses(raw):
    """WordNet's definitions: after the bar, without examples and remarks in brackets."""
    definitions = re.findall(r"(?m)\| (.*)$", re.sub(r'"[^"\n]*"?|\([^)\n]*\)', "", raw))
    return phrases(part for d in definitions for part in d.split(";"))


def whole(raw):
    return raw


# kind of folder -> its files, by a glob pattern and by their names, and what of them is text;
# the kind is also the sentences' source
KINDS = {
    "fortune": ("*", r"[^.]+", whole),
    "doc": ("**/*", r"(?i)(?!.*(copyright|changelog|\.(png|gif|js|css|svg|pdf|so|c|h|ps)\b)).*", whole),
    "man": ("man*/*.gz", r".*", whole),
    "code": ("**/*", r".*\.(pod|pm|py)", comments),
    "prose": ("**/*", r".*\.(md|rst|txt|adoc)", whole),
    "markup": ("**/*", r".*\.(page|html|docbook)", strings),
    "game": ("**/*", r"(?!.*_(?!en)[a-z]{2}\.).*\.(cfg|txt|lua|c|xml|yml|des|py)", strings),
    "example": ("data.*", r".*", examples),
    "gloss": ("data.*", r".*", glosses),
    "dict": ("*.dict.dz", r".*", strings),
    "words": ("*", r"american-english.*", whole),
}
SENTENCE = re.compile(r"[A-Z][A-Za-z']*(?:,? [A-Za-z][a-z']*(?:-[a-z]+)?){1,15}[.?!]")
SPELLED = re.compile(r"\b[A-Z]{2,}\b|(?<!')\b(?![AIaiO]\b)[A-Za-z]\b")          # abbreviations and single letters
MARKS = re.compile(r"(?m)^\s*(%|--.*|[#*>|.]+.*)$")                       # of fortunes, headings, lists, roff
INLINE = re.compile(r"`[^`]*`|<[^>]*>|\\f.|\[([^\]]*)\]\([^)]*\)")        # code, tags, fonts, links
MOST_BYTES = 50_000_000
MOST_WORDS = 16


def sentences(raw):
    raw = INLINE.sub(r"\1", MARKS.sub("", raw))
    for block in re.split(r"\n\s*\n", raw):
        block = " ".join(block.split()).replace("\u2019", "'").replace('"', "")
        for s in re.split(r"(?<=[.?!])\s+(?=[A-Z])", block):
            if SENTENCE.fullmatch(s) and not SPELLED.search(s):
                yield s


def read(path):
    """The text of a file, plain or gzip; nothing if it is not text."""
    try:
        with gzip.open(path) if path.suffix in (".gz", ".dz") else open(path, "rb") as f:
            return f.read(MOST_BYTES).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError):
        return ""


def texts(kind, folder):
    pattern, name, text = KINDS[kind]
    for path in sorted(Path(folder).glob(pattern)):
        if path.is_file() and re.fullmatch(name, path.name):
            yield text(read(path))


def key(s):
    """What is said, without case and punctuation."""
    return " ".join(re.sub(r"[^a-z' ]", " ", s.lower()).split())


def found(sources):
    """Sentences as key -> (source, sentence), and how often each word occurs in them."""
    lines, count = {}, collections.Counter()
    for kind, folder in sources:
        for raw in texts(kind, folder):
            for s in sentences(raw) if kind != "words" else ():
                if key(s) not in lines:
                    lines[key(s)] = (kind, s)
                    count.update(key(s).split())
    return {k: line for k, line in lines.items() if all(count[w] > 1 for w in k.split())}, count


def listed(sources):
    """The words of the word lists, but for names."""
    return {w for kind, folder in sources if kind == "words" for raw in texts(kind, folder) for w in raw.split()
            if re.fullmatch(r"[a-z]{3,}", w)}


def made(rng, words, n_dictated, n_lists):
    """Templates, fixed sentences and word lists, as key -> (source, sentence)."""
    lines = {}
    for _ in range(n_dictated):
        s = dictation.sentence(rng)
        if len(s.split()) <= MOST_WORDS:
            lines[key(s)] = ("dictation", s)
    for s in dictation.FIXED:
        lines[key(s)] = ("fixed", s)
    for _ in range(n_lists if words else 0):
        s = " ".join(rng.choice(words) for _ in range(rng.randint(2, 8)))
        lines[key(s)] = ("words", s.capitalize() + ".")
    return lines


def source(argument):
    kind, sign, folder = argument.partition("=")
    if not sign or kind not in KINDS:
        raise argparse.ArgumentTypeError(f"“{argument}” is not KIND=FOLDER with a kind of {', '.join(KINDS)}")
    return kind, folder


def main():
    ap = argparse.ArgumentParser(description="Collect English training sentences, and make some.")
    ap.add_argument("out", type=Path)
    ap.add_argument("sources", type=source, nargs="*", metavar="KIND=FOLDER", help="kinds: " + ", ".join(KINDS))
    ap.add_argument("--heldout", type=Path, required=True, help="sentences to leave out, one a line")
    ap.add_argument("--dictated", type=int, default=150000, help="dictation-like sentences to make, with doubles")
    ap.add_argument("--lists", type=int, default=50000, help="lists of random words to make")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_intermixed_args()
    rng = random.Random(a.seed)
    natural, count = found(a.sources)
    held = {key(line) for line in a.heldout.read_text().splitlines()}
    words = {w for w in count if count[w] > 2 and len(w) > 2 and "'" not in w} | listed(a.sources)
    lines = natural | made(rng, sorted(words), a.dictated, a.lists)
    lines = [line for k, line in lines.items() if k not in held]
    rng.shuffle(lines)
    a.out.write_text("".join(f"{kind}\t{s}\n" for kind, s in lines))
    print(len(lines), "sentences:", dict(collections.Counter(kind for kind, _ in lines)))


if __name__ == "__main__":
    main()
