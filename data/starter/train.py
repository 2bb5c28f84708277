#!/usr/bin/env python3
"""train.py - train the starter model on the pool of synthetic speech, from nothing or from its last state

  train.py WORK MINUTES            (WORK holds text.tsv and pool/, of text.py and speech.py)

WORK/last.pt is the model and the optimiser, saved every two minutes; a new run goes on from there.
WORK/bpe.json and WORK/phones.json are the vocabulary, made by the first run. WORK/train.log tells how it goes.

Windows grow over time: one short sentence in the default voices, one short sentence in any voice, several
sentences, and towards the end of a run some of 12 and 30 s; the learning rate decays over each run. Four losses
are added up: the decoder's, CTC on letters, phonemes, and attention that strays from where a token is said. Without
the last three, which the exported model knows nothing of, a model this small and little trained does not learn
to listen. One process a core, each with its own batches, whose gradients are averaged; on CUDA one process a
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
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from batch import IGNORE, LETTERS, Pool, make_batch, pause
from bpe import BPE, Vocabulary, learn
from model import Whisper

# window lengths in seconds, by stage
EASY = (2.0, 2.5, 3.0)
SHORT = (2.0, 2.5, 3.0, 3.5, 4.0)
LONGER = (2.5, 3.0, 3.5, 5.0, 7.0)
WIDE = (12.0, 12.0, 12.0, 30.0)
N_SILENT = 24                                # positions that stand for the silence around a window
LOSSES = ("decoder", "CTC", "phone", "stray")
SAVE_EVERY, REPORT_EVERY = 120, 30           # seconds
LONGEST_STEP = 30                            # seconds; a longer one was a pause


class Plan(NamedTuple):
    """What the next batch is; all workers follow the first one's."""
    rate: float                              # learning rate; 0 ends the run
    seconds: float = 0.0
    several: float = 0.0                     # 1: several sentences in a window
    easy: float = 0.0                        # 1: the default voices, undisturbed


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
    easy = float(rng.random() < a.plain)
    minute = (before + seconds) / 60
    if done > 1 - a.wide and rng.random() < 0.2:
        return Plan(rate, rng.choice(WIDE), float(rng.random() < 0.8), easy)
    if minute < a.easy:
        return Plan(rate, rng.choice(EASY), 0.0, 1.0)
    if minute < a.short:
        return Plan(rate, rng.choice(SHORT), 0.0, easy)
    return Plan(rate, rng.choice(LONGER), float(rng.random() < a.several), easy)


def letter_loss(net, heard, batch):
    """CTC's loss a letter; heard [b, t, n_state]"""
    logprob = net.ctc(heard).log_softmax(-1).transpose(0, 1)                 # [t, b, n_letter]
    lengths = torch.full_like(batch.n_letters, len(logprob))
    loss = F.ctc_loss(logprob, batch.letters, lengths, batch.n_letters, reduction="sum", zero_infinity=True)
    return loss / batch.n_letters.sum().clamp(min=1)


def stray_attention(net, batch, n):
    """Share of the first cross-attention head of each layer that looks away from where the token is said;
    n: positions of the window itself, all others being away."""
    known = batch.where >= 0
    off = torch.arange(n, device=known.device) - batch.where[known][:, None]  # [n_known, n]
    away = 1 - torch.exp(-(off / 15) ** 2 / 2)
    heads = [block.cross_attn.weight[:, 0][known] for block in net.decoder.blocks]
    strayed = sum((head[:, :n] * away).sum() + head[:, n:].sum() for head in heads)
    return strayed / len(heads) / known.sum().clamp(min=1)


def losses(net, voc, batch, n_silent):
    """The four LOSSES of a batch, in this order."""
    x, bias = net.encoder(batch.mel, batch.start if batch.start.any() else None, n_silent)
    logits = net.decoder(batch.tokens, x, bias)                              # [b, n, n_class]
    # the shared class stands for n_unused exported rows
    bump = torch.zeros(logits.shape[-1], device=logits.device)
    bump[voc.unused] = math.log(voc.n_unused)
    decoder = F.cross_entropy((logits + bump).flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORE)
    n = batch.phones.shape[1]
    heard = x[:, :n]
    phone = F.cross_entropy(net.phone(heard).flatten(0, 1), batch.phones.flatten(), ignore_index=IGNORE)
    return decoder, letter_loss(net, heard, batch), phone, stray_attention(net, batch, n)


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
        self.net = Whisper(self.voc.n_plain, len(LETTERS) + 1, len(names) + 1, **self.cfg).to(device)
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

    def learn(self, batch, n_silent, rate):
        """One step -> the four losses, or None if the gradient was not finite (the same in all workers)."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.a.bfloat16):
            parts = losses(self.net, self.voc, batch.to(self.device), n_silent)
        self.flat.grad.zero_()
        sum(weight * part for weight, part in zip((1.0, self.a.ctc, self.a.phone, self.a.guide), parts)).backward()
        dist.all_reduce(self.flat.grad)
        self.flat.grad /= self.a.workers
        self.step += 1
        norm = self.flat.grad.norm()
        if not torch.isfinite(norm):
            return None
        self.flat.grad *= (1 / (norm + 1e-6)).clamp(max=1)
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.step()
        return [part.item() for part in parts]


class Log:
    """Mean losses of the first worker every half minute, apart for windows of 30 s."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)
        self.forget()

    def forget(self):
        self.since, self.speech = time.monotonic(), 0.0
        self.sums = np.zeros((2, len(LOSSES) + 1))

    def add(self, parts, window, seconds):
        self.sums[int(window == 30)] += *parts, 1
        self.speech += seconds

    def report(self, trainer, seconds, rate, pool):
        took = time.monotonic() - self.since
        if took < REPORT_EVERY:
            return
        short, wide = self.sums[:, :-1] / np.maximum(self.sums[:, -1:], 1)
        print(f"{(trainer.before + seconds) / 60:.1f} min, step {trainer.step}, rate {rate:.1e}, {', '.join(LOSSES)} "
              f"losses {short.round(3)}, of 30 s {wide.round(3)}; {self.speech / took:.0f} times as fast as speech, "
              f"{len(pool.items)} utterances", file=self.file)
        self.forget()


def work(rank, a, meeting):
    """One worker of a.workers, from the last state to the end of the run."""
    torch.set_num_threads(1)
    device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=a.workers,
                            timeout=datetime.timedelta(days=7))      # longer than any pause
    trainer = Trainer(a, device)
    rng = random.Random(f"{a.seed} {trainer.step} {rank}")           # going on, other batches than before
    torch.manual_seed(rng.getrandbits(30))
    pool = Pool(a.work / "pool")
    log = Log(a.work / "train.log" if rank == 0 else os.devnull)
    print(f"# {time.ctime()}: {vars(a)}, {trainer.cfg}, {trainer.flat.numel()} parameters", file=log.file)
    clock, first, saved = Clock(), trainer.step, 0.0
    while True:
        now = torch.tensor(plan(a, rng, trainer.step - first, clock.tick(), trainer.before))
        dist.broadcast(now, 0)
        rate, seconds, several, easy = now.tolist()
        if not rate:
            break
        size = max(2, int(a.batch_seconds / seconds / a.workers))
        batch = make_batch(rng, pool, trainer.voc, seconds, size, several, easy)
        parts = trainer.learn(batch, N_SILENT if seconds < 30 and rng.random() < 0.8 else 0, rate)
        if parts:
            log.add(parts, seconds, seconds * size * a.workers)
        else:
            print(f"step {trainer.step}: the gradient is not finite, skipped", file=log.file)
        log.report(trainer, clock.seconds, rate, pool)
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
    ap.add_argument("--batch-seconds", type=float, default=40, help="speech in one step of all workers")
    ap.add_argument("--easy", type=float, default=6, help="minute until which there are only default voices")
    ap.add_argument("--short", type=float, default=45, help="minute until which windows are short, with one sentence")
    ap.add_argument("--plain", type=float, default=0.35, help="share of batches of default voices, undisturbed")
    ap.add_argument("--several", type=float, default=0.3, help="share of the windows after that with several sentences")
    ap.add_argument("--wide", type=float, default=0.2, help="last share of the run with some windows of 12 and 30 s")
    ap.add_argument("--ctc", type=float, default=0.3, help="weight of the letters' loss")
    ap.add_argument("--phone", type=float, default=0.5, help="weight of the phonemes' loss")
    ap.add_argument("--guide", type=float, default=1.0, help="weight of the stray attention")
    ap.add_argument("--vocab", type=int, default=1500, help="text tokens")
    ap.add_argument("--config", type=json.loads, default=dict(n_state=128, n_head=2, n_enc=4, n_dec=3),
                    help="sizes, as JSON")
    ap.add_argument("--bfloat16", action="store_true", default=torch.cuda.is_available(),
                    help="matrix products in bfloat16: on CUDA always; worth it on a CPU with avx512_bf16 or amx_bf16")
    ap.add_argument("--fresh-optimiser", action="store_true", help="go on with the weights only")
    ap.add_argument("--seed", type=int, default=0)
    return ap.parse_args()


def main():
    a = arguments()
    make_vocabulary(a.work, a.vocab)
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")     # of the workers: a process a core beats threads
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (a, f"{folder}/meeting"), nprocs=a.workers)


if __name__ == "__main__":
    main()
