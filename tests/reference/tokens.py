"""tokens.py - special tokens, text of tokens, and the tokens that OpenAI never lets a transcript contain

Source: openai/whisper whisper/tokenizer.py. Byte-level BPE is done the slow way: merge the pair whose result has the lowest id
until none is left; that is enough for the short symbols that are looked up here.

SPDX-License-Identifier: MIT
"""
ENGLISH_VOCAB = 51864
N_TIMESTAMPS = 1501
SYMBOLS = list('"#()*+/:;<=>@[\\]^_`{|}~「」『』') + "<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split()
NOTES = list("♩♪♫♬♭♮♯")


class Tokens:
    def __init__(self, n_vocab, words):
        self.words = words
        self.ids = {word: i for i, word in reversed(list(enumerate(words)))}
        self.multilingual = n_vocab > ENGLISH_VOCAB
        self.n_languages = n_vocab - ENGLISH_VOCAB + 98 if self.multilingual else 99
        self.end = 50257 if self.multilingual else 50256
        self.start = self.end + 1
        self.language = self.start + 1
        self.translate = self.language + self.n_languages
        self.transcribe, self.start_of_lm, self.previous, self.no_speech, self.no_timestamps, self.timestamp = \
            range(self.translate + 1, self.translate + 7)
        assert self.timestamp + N_TIMESTAMPS == n_vocab

    def prompt(self, language=0):
        """What a transcript begins with; language is an index, 0 for English."""
        return [self.start, self.language + language, self.transcribe] if self.multilingual else [self.start]

    def text(self, tokens):
        return b"".join(self.words[t] for t in tokens if t < self.end).decode(errors="replace")

    def encode(self, text):
        parts = [bytes([b]) for b in text.encode()]
        while True:
            pairs = [(self.ids[a + b], i) for i, (a, b) in enumerate(zip(parts, parts[1:])) if a + b in self.ids]
            if not pairs:
                return [self.ids[p] for p in parts if p in self.ids]
            i = min(pairs)[1]
            parts[i:i + 2] = [parts[i] + parts[i + 1]]

    def non_speech(self):
        """Brackets, notes and other signs, alone or after a space; dash and quote only where they begin a word"""
        found = {self.encode(" -")[0], self.encode(" '")[0]}
        for symbol in SYMBOLS + NOTES:
            for ids in (self.encode(symbol), self.encode(" " + symbol)):
                if len(ids) == 1 or symbol in NOTES:
                    found.add(ids[0])
        return sorted(found)

    def suppressed(self):
        """All that is never sampled."""
        return sorted({*self.non_speech(), self.transcribe, self.translate, self.start, self.previous, self.start_of_lm,
                       self.no_speech})
