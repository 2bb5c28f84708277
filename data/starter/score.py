"""score.py - what is wrong with a transcript: words, times, and the marks at the ends of sentences

Words are compared without case and punctuation, by the fewest words that must be changed, left out or put in. A
sentence's time is right if some segment starts, and some segment ends, where it does. The end of a sentence is
right if the same mark stands there, and the next word, if there is one, begins with a capital.

SPDX-License-Identifier: MIT
"""
import math
import re
from typing import NamedTuple

from text import key

NEAR = 0.2                                # seconds
CLOCK = r"(?:(\d+):)?(\d+):(\d+)[.,](\d+)"
CUE = re.compile(rf"\s*\[?{CLOCK} *--> *{CLOCK}\]?(.*)")


class Segment(NamedTuple):
    start: float                          # seconds; NaN where the program does not tell
    end: float
    text: str


class Score(NamedTuple):
    words: int
    wrong: int
    sentences: int
    timed: float                          # of the sentences, those whose times are right; NaN where there are no times
    ended: int                            # and those whose ends are


def seconds(hours, minutes, whole, part):
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + float(f"0.{part}")


def segments(output):
    """What a program printed: plain text, WebVTT, SubRip, or whisper.cpp's lines with times in brackets."""
    found = [Segment(math.nan, math.nan, "")]
    lines = output.splitlines()
    for line, following in zip(lines, [*lines[1:], ""]):
        cue = CUE.match(line)
        if cue:
            found.append(Segment(seconds(*cue.groups()[:4]), seconds(*cue.groups()[4:8]), cue[9]))
        elif line != "WEBVTT" and not (line.isdigit() and CUE.match(following)):
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {line}")
    return [s for s in found if s.text.strip()]


def aligned(said, heard):
    """Which of the heard words stands for each said one, or None; and how many errors that makes."""
    rows = [list(range(len(heard) + 1))]
    for i, word in enumerate(said, 1):
        row, above = [i], rows[-1]
        for j, other in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
        rows.append(row)
    pairs, i, j = [None] * len(said), len(said), len(heard)
    while i and j:
        if rows[i][j] == rows[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs[i] = j
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return pairs, rows[-1][-1]


def score(sentences, heard):
    """sentences: what was said; heard: segments"""
    words = " ".join(s.text for s in heard).split()
    words = [(plain, word) for word in words for plain in key(word).split()[:1]]
    said = [key(s.text).split() for s in sentences]
    pairs, wrong = aligned(sum(said, []), [plain for plain, _ in words])
    timed = ended = last = 0
    for s, its in zip(sentences, said):
        last += len(its)
        at = pairs[last - 1]
        ended += (at is not None and words[at][1][-1] == s.text[-1]
                  and (at + 1 == len(words) or words[at + 1][1][0].isupper()))
        timed += (any(abs(h.start - s.start) <= NEAR for h in heard)
                  and any(abs(h.end - s.end) <= NEAR for h in heard))
    known = not any(math.isnan(h.start) for h in heard)
    return Score(len(pairs), wrong, len(sentences), timed if known else math.nan, ended)
