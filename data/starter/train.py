#!/usr/bin/env python3
"""train.py - train the starter model on text and on synthetic speech, from nothing or from its last state

  train.py WORK MINUTES            (WORK holds text.tsv, phonemes.tsv and pool/, of text.py, reading.py and speech.py)

WORK/last.pt is the model and the optimiser, saved every two minutes; a new run goes on from there.
WORK/bpe.json and WORK/phones.json are the vocabulary, made by the first run. WORK/train.log tells how it goes.

Each step is two batches. One of speech, from which the lower blocks of the encoder learn to hear phonemes, and,
after --hear minutes, all above them to write what they hear. And one of text (reading.py), whose phonemes the blocks
above take for heard. What they learn from text is of use with speech, since what is heard and what stands in for it in
text are pulled together. Another loss is attention that strays from where a token is said.

Windows of speech are of 2 to 7 s, and some, more towards the end of a run, of 12 and 30 s; the learning rate decays
over each run. One process a core, each with its own batches, whose gradients are averaged; on CUDA one process a
device, in mixed precision. A stopped process (SIGSTOP) can go on later: the pause does not count as training.

SPDX-License-Identifier: MIT
"""
import argparse
import collections
import datetime
import json
import math
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from batch import IGNORE, Pool, make_batch, pause
from bpe import BPE, Vocabulary, learn
from model import Heard, Whisper
from reading import Texts, durations, read_batches

# window lengths in seconds
SHORT = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 7.0)
WIDE = (12.0, 12.0, 12.0, 30.0)
N_SILENT = 24                                # positions that stand for the silence around a window
BLUR = 0.25                                  # noise in what is read, about as much as hearing is from it
LOSSES = ("decoder", "stray", "phone", "pull", "reading", "reading's stray")
SAVE_EVERY, REPORT_EVERY = 120, 30           # seconds
LONGEST_STEP = 30                            # seconds; a longer one was a pause


class Plan(NamedTuple):
    """What the next step is; all workers follow the first one's."""
    rate: float                              # learning rate; 0 ends the run
    seconds: float = 0.0                     # of a window of speech
    several: float = 0.0                     # 1: several sentences in a window
    easy: float = 0.0                        # 1: the default voices, undisturbed
    write: float = 0.0                       # 1: the decoder learns from speech, too


class Clock:
    """Seconds of training so far, without the time in which the process was stopped."""

    def __init__(self):
        self.last, self.seconds = time.monotonic(), 0.0

    def tick(self):
        now = time.monotonic()
        self.seconds += min(now - self.last, LONGEST_STEP)
        self.last = now
        return self.seconds


def plan(a, rng, step, seconds, before):
    """step and seconds of this run, and the seconds of training before it"""
    done = seconds / (a.minutes * 60)
    if done >= 1:
        return Plan(0.0)
    rate = a.end_lr + (a.lr - a.end_lr) * (1 + math.cos(math.pi * done)) / 2
    rate *= min(1, (step + 1) / a.warmup)
    minute = (before + seconds) / 60
    wide = rng.random() < a.wide * (1 + done) / 2
    return Plan(rate, rng.choice(WIDE if wide else SHORT), float(rng.random() < (0.9 if wide else a.several)),
                float(rng.random() < a.plain), float(minute >= a.hear))


def cross_entropy(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE)


def stray_attention(net, heard, where):
    """Share of the first cross-attention head of each layer that looks away from where the token is said."""
    item, token = (where >= 0).nonzero(as_tuple=True)
    off = heard.at[item] - where[item, token][:, None]                       # [n, t]
    away = 1 - torch.exp(-(off / 15) ** 2 / 2)
    strayed = sum((block.cross_attn.weight[item, 0, token] * away).sum() for block in net.decoder.blocks)
    return strayed / len(net.decoder.blocks) / max(len(item), 1)


def writing_losses(net, voc, heard, batch):
    """The decoder's loss, and attention that strays."""
    logits = net.decoder(batch.tokens, net.encoder.read(heard), heard.bias)  # [b, n, n_class]
    # the shared class stands for n_unused exported rows
    bump = torch.zeros(logits.shape[-1], device=logits.device)
    bump[voc.unused] = math.log(voc.n_unused)
    return cross_entropy(logits + bump, batch.labels), stray_attention(net, heard, batch.where)


def hearing_losses(net, heard, batch):
    """How well phonemes are told apart, and how far what is heard is from what stands in for it in text."""
    n_silent = heard.x.shape[1] - batch.phones.shape[1]
    phones = F.pad(batch.phones, (0, n_silent))
    rows = torch.cat([batch.rows, batch.silence.expand(len(phones), n_silent, -1)], 1)
    known = phones != IGNORE
    imagined = net.imagined(rows[known], heard.at[known])
    pull = (heard.x[known] - imagined).square().mean() / imagined.detach().var()
    return cross_entropy(net.phone(heard.x), phones), pull


def reading_losses(net, voc, batch):
    """Text as if it was heard."""
    x = net.imagined(batch.rows, batch.at)
    x = x + BLUR * x.detach().std() * torch.randn_like(x)
    return writing_losses(net, voc, Heard(x, batch.at, batch.bias), batch)


def flatten(net):
    """Makes all parameters, and their gradients, views of one vector: cheap to step and to average."""
    params = list(net.parameters())
    flat = torch.nn.Parameter(torch.cat([p.detach().flatten() for p in params]))
    flat.grad = torch.zeros_like(flat)
    at = 0
    for p in params:
        p.data = flat.data[at:at + p.numel()].view_as(p)
        p.grad = flat.grad[at:at + p.numel()].view_as(p)
        at += p.numel()
    return flat


class Trainer:
    """The model, its optimiser, and how far they are; one in every worker, all in step."""

    def __init__(self, a, device):
        self.a, self.device, self.last = a, device, a.work / "last.pt"
        self.voc = Vocabulary(a.work / "bpe.json")
        names = json.loads((a.work / "phones.json").read_text())
        self.voc.phones = {name: i + 1 for i, name in enumerate(names)}
        state = torch.load(self.last, map_location=device) if self.last.exists() else {}
        self.cfg = state.get("cfg", a.config)
        self.step, self.before = state.get("step", 0), state.get("spent", 0.0)
        torch.manual_seed(a.seed)
        self.net = Whisper(self.voc.n_plain, len(names) + 1, **self.cfg).to(device)
        if state:
            self.net.load_state_dict(state["model"])
        self.flat = flatten(self.net)
        self.optimiser = torch.optim.AdamW([self.flat], lr=a.lr, betas=(0.9, 0.98), weight_decay=0.01)
        if state and not a.fresh_optimiser:
            self.optimiser.load_state_dict(state["opt"])

    def save(self, seconds):
        state = dict(model=self.net.state_dict(), opt=self.optimiser.state_dict(), cfg=self.cfg, step=self.step,
                     spent=self.before + seconds)
        unfinished = self.last.with_suffix(".tmp")
        torch.save(state, unfinished)
        os.rename(unfinished, self.last)

    def learn(self, spoken, read, write, n_silent, rate):
        """One step -> LOSSES, or None if the gradient was not finite (the same in all workers)."""
        a, net = self.a, self.net
        mixed = torch.autocast(self.device.type, torch.bfloat16, enabled=a.bfloat16)
        hearing = writing = reading = 0.0, 0.0
        self.flat.grad.zero_()
        if spoken:
            with mixed:
                heard = net.encoder.hear(spoken.mel, spoken.start, n_silent)
                hearing = hearing_losses(net, heard, spoken)
                if write:
                    writing = writing_losses(net, self.voc, heard, spoken)
            (a.phone * hearing[0] + a.pull * hearing[1] + writing[0] + a.guide * writing[1]).backward()
        if read:
            with mixed:
                reading = reading_losses(net, self.voc, read)
            (reading[0] + a.guide * reading[1]).backward()
        dist.all_reduce(self.flat.grad)
        self.flat.grad /= a.workers
        self.step += 1
        norm = self.flat.grad.norm()
        if not torch.isfinite(norm):
            return None
        self.flat.grad *= (1 / (norm + 1e-6)).clamp(max=1)
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.step()
        return [float(part) for part in (*writing, *hearing, *reading)]


class Log:
    """Mean losses of the first worker every half minute, apart for wide windows."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)
        self.forget()

    def forget(self):
        self.since, self.speech, self.text = time.monotonic(), 0.0, 0.0
        self.sums = np.zeros((2, len(LOSSES) + 1))

    def add(self, parts, now, spoken, read):
        self.sums[int(now.seconds in WIDE)] += *parts, 1
        self.speech += spoken
        self.text += read

    def report(self, trainer, seconds, rate, pool):
        took = time.monotonic() - self.since
        if took < REPORT_EVERY:
            return
        short, wide = self.sums[:, :-1] / np.maximum(self.sums[:, -1:], 1)
        print(f"{(trainer.before + seconds) / 60:.1f} min, step {trainer.step}, rate {rate:.1e}, {', '.join(LOSSES)} "
              f"{short.round(3)}, wide {wide.round(3)}; {self.speech / took:.0f} times as fast as speech, text "
              f"{self.text / took:.0f}, {len(pool.items)} utterances", file=self.file)
        self.forget()


def work(rank, a, meeting):
    """One worker of a.workers, from the last state to the end of the run."""
    torch.set_num_threads(1)
    device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=a.workers,
                            timeout=datetime.timedelta(days=7))      # longer than any pause
    trainer = Trainer(a, device)
    voc = trainer.voc
    rng = random.Random(f"{a.seed} {trainer.step} {rank}")           # going on, other batches than before
    torch.manual_seed(rng.getrandbits(30))
    pool = Pool(a.work / "pool", voc.phones)
    texts = Texts(a.work / "phonemes.tsv", voc.phones, durations(pool, len(voc.phones) + 1))
    reading = read_batches(rng, texts, voc, a.text_seconds / a.workers)
    log = Log(a.work / "train.log" if rank == 0 else os.devnull)
    print(f"# {time.ctime()}: {vars(a)}, {trainer.cfg}, {trainer.flat.numel()} parameters", file=log.file)
    clock, first, saved = Clock(), trainer.step, 0.0
    while True:
        now = torch.tensor(plan(a, rng, trainer.step - first, clock.tick(), trainer.before))
        dist.broadcast(now, 0)
        now = Plan(*now.tolist())
        if not now.rate:
            break
        n_spoken = max(2, int(a.batch_seconds / now.seconds / a.workers)) if a.batch_seconds else 0
        spoken = n_spoken and make_batch(rng, pool, voc, now.seconds, n_spoken, now.several, now.easy).to(device)
        read = a.text_seconds and next(reading).to(device)
        n_silent = N_SILENT if now.seconds < 30 and rng.random() < 0.8 else 0
        parts = trainer.learn(spoken, read, now.write, n_silent, now.rate)
        if parts:
            log.add(parts, now, now.seconds * n_spoken * a.workers, a.text_seconds)
        else:
            print(f"step {trainer.step}: the gradient is not finite, skipped", file=log.file)
        log.report(trainer, clock.seconds, now.rate, pool)
        if clock.seconds - saved > SAVE_EVERY:
            saved = clock.seconds
            pool.refresh()
            if rank == 0:
                trainer.save(saved)
    if rank == 0:
        trainer.save(clock.seconds)
    print(f"# {time.ctime()}: finished", file=log.file)


def make_vocabulary(folder, size):
    """bpe.json out of the text, and phones.json out of the pool, unless they are there."""
    if not (folder / "bpe.json").exists():
        texts = [line.split("\t")[1] for line in (folder / "text.tsv").read_text().splitlines()]
        BPE(learn(texts, size)).save(folder / "bpe.json")
    if not (folder / "phones.json").exists():
        rows = [row.split("\t") for tsv in (folder / "pool").glob("*.tsv") for row in tsv.read_text().splitlines()]
        count = collections.Counter(phone.rsplit(":", 1)[0] for row in rows for phone in row[5].split())
        names = sorted(name for name in count if count[name] > 20 and not pause(name))
        (folder / "phones.json").write_text(json.dumps(names))


def arguments():
    ap = argparse.ArgumentParser(description="Train the starter model, or go on with it.")
    ap.add_argument("work", type=Path)
    ap.add_argument("minutes", type=float, help="length of this run; the learning rate decays to its end")
    ap.add_argument("--workers", type=int, default=torch.cuda.device_count() or 2,
                    help="processes, one a core or CUDA device")
    ap.add_argument("--lr", type=float, default=1.5e-3, help="highest learning rate")
    ap.add_argument("--end-lr", type=float, default=2e-5, help="learning rate at the end of the run")
    ap.add_argument("--warmup", type=int, default=200, help="steps until the highest learning rate")
    ap.add_argument("--batch-seconds", type=float, default=20, help="speech in one step of all workers; 0: text only")
    ap.add_argument("--text-seconds", type=float, default=480, help="the same of text, as long as it would be spoken")
    ap.add_argument("--hear", type=float, default=10, help="minute until which speech is for the hearing blocks only")
    ap.add_argument("--plain", type=float, default=0.3, help="share of batches of default voices, undisturbed")
    ap.add_argument("--several", type=float, default=0.5, help="share of short windows with several sentences")
    ap.add_argument("--wide", type=float, default=0.4, help="share of windows of 12 and 30 s at the end; half at first")
    ap.add_argument("--phone", type=float, default=0.5, help="weight of the phonemes' loss")
    ap.add_argument("--pull", type=float, default=1.0, help="weight of the distance between heard and read phonemes")
    ap.add_argument("--guide", type=float, default=1.0, help="weight of the stray attention")
    ap.add_argument("--vocab", type=int, default=1500, help="text tokens")
    ap.add_argument("--config", type=json.loads, default=dict(n_state=128, n_head=2, n_enc=5, n_hear=4, n_dec=4),
                    help="sizes, as JSON")
    ap.add_argument("--bfloat16", action="store_true", default=torch.cuda.is_available(),
                    help="matrix products in bfloat16: on CUDA always; worth it on a CPU with avx512_bf16 or amx_bf16")
    ap.add_argument("--fresh-optimiser", action="store_true", help="go on with the weights only")
    ap.add_argument("--seed", type=int, default=0)
    return ap.parse_args()


def main():
    a = arguments()
    make_vocabulary(a.work, a.vocab)
    # of the workers: a process a core beats threads, and all sizes of matrix products are kept
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", DNNL_PRIMITIVE_CACHE_CAPACITY="16384",
                      ONEDNN_PRIMITIVE_CACHE_CAPACITY="16384")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))                # so that workers end with it
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (a, f"{folder}/meeting"), nprocs=a.workers, daemon=True)


if __name__ == "__main__":
    main()
