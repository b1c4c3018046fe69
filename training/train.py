"""Train the reader on what `prepare.py` wrote; needs PyTorch and numpy only, on a GPU or on the CPU.

    python training/train.py --data DIR --config training/stage1.json --out DIR

Checkpoints are written as it goes; the same command goes on from the last one.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from reading_model import ReadingModel, best_span, unit_logits
from torch import Tensor
from torch.nn import functional

LONGEST = 512
FAR = -1e4
OUTSIDE_UNIT = 255


@dataclass
class Batch:
    """Pairs of several questions, padded; positions of the answer count from the row's first token."""

    ids: Tensor
    units: Tensor
    groups: Tensor
    answers: Tensor  # first and last token, first and last unit; -1 where the passage does not answer


class Examples:
    """The pairs of question and passage, grouped by question."""

    def __init__(self, path: Path) -> None:
        data = np.load(path)
        self.rows = data["rows"]
        self._lists = {name: self._split(data, name) for name in ("questions", "titles", "texts")}
        self._units = np.split(data["units"].astype(np.int64), data["texts_ends"][:-1])
        groups: dict[int, list[int]] = defaultdict(list)
        for i, (group, *_) in enumerate(self.rows.tolist()):
            groups[group].append(i)
        self.training = [rows for rows in groups.values() if self.rows[rows[0], 1] == 0]
        self.judged = {k: [r for r in groups.values() if self.rows[r[0], 1] == k] for k in (1, 2)}

    @staticmethod
    def _split(data: Any, name: str) -> list[np.ndarray]:  # noqa: ANN401
        return np.split(data[name].astype(np.int64), data[f"{name}_ends"][:-1])

    def length(self, row: int) -> int:
        """Tokens of a pair."""
        _, _, question, piece, *_ = self.rows[row].tolist()
        return (
            sum(len(self._lists[n][i]) for n, i in (("questions", question), ("titles", piece), ("texts", piece))) + 4
        )

    def batch(self, rows: list[int], device: str, chooser: random.Random | None = None) -> Batch:
        """The pairs as tensors; with a `chooser` some titles are left out."""
        ids, units, answers = [], [], []
        for row in rows:
            _, _, question, piece, first, last, unit_first, unit_last = self.rows[row].tolist()
            title = self._lists["titles"][piece]
            if chooser is not None and chooser.random() < 0.1:
                title = title[:0]
            head = np.concatenate([[0], self._lists["questions"][question], [2], title, [2]])
            text = self._lists["texts"][piece][: LONGEST - len(head) - 1]
            members = self._units[piece][: len(text)]
            ids.append(torch.from_numpy(np.concatenate([head, text, [2]])))
            units.append(torch.full((len(ids[-1]),), -1))
            units[-1][len(head) : len(head) + len(text)] = torch.from_numpy(
                np.where(members == OUTSIDE_UNIT, -1, members)
            )
            seen = first >= 0 and last < len(text) and (members[first : last + 1] != OUTSIDE_UNIT).all()
            shifted = [first + len(head), last + len(head), unit_first, unit_last] if seen else [-1] * 4
            answers.append(shifted)
        pad = torch.nn.utils.rnn.pad_sequence
        return Batch(
            pad(ids, batch_first=True, padding_value=1).to(device, non_blocking=True),
            pad(units, batch_first=True, padding_value=-1).to(device, non_blocking=True),
            torch.tensor(self.rows[rows, 0].tolist()).to(device),
            torch.tensor(answers).to(device),
        )


def losses(model: ReadingModel, batch: Batch, config: dict[str, Any]) -> Tensor:
    """Span, evidence, answerability, and which passage of a question answers, added by the configured weights."""
    reading = model(batch.ids)
    inside = batch.units >= 0
    answering = batch.answers[:, 0] >= 0
    start, end = (logits.masked_fill(~inside, FAR) for logits in (reading.start, reading.end))
    total = functional.binary_cross_entropy_with_logits(reading.answerable, answering.float()) * config["answerable"]
    if answering.any():
        target = batch.answers[answering]
        span = functional.cross_entropy(start[answering], target[:, 0]) + functional.cross_entropy(
            end[answering], target[:, 1]
        )
        total = total + config["span"] * span / 2
    count = int(batch.units.max()) + 1
    logits, there = unit_logits(reading.evidence, batch.units, count)
    places = torch.arange(count, device=logits.device)
    bearing = (places >= batch.answers[:, 2:3]) & (places <= batch.answers[:, 3:4]) & answering[:, None]
    each = functional.binary_cross_entropy_with_logits(logits, bearing.float(), reduction="none")
    total = total + config["evidence"] * each[there].mean() * 4
    same = batch.groups[:, None] == batch.groups[None, :]
    competing = (reading.answerable[None, :].masked_fill(~same, FAR)).log_softmax(1).diagonal()
    return total - config["ranking"] * competing[answering].mean() if answering.any() else total


def epoch_batches(examples: Examples, config: dict[str, Any], chooser: random.Random) -> list[list[int]]:
    """Rows of one epoch: of each question one passage that answers and some that don't; alike lengths together."""
    picked: list[tuple[int, list[int]]] = []
    for rows in examples.training:
        if len(rows) == 1 and chooser.random() > config["swapped"]:
            continue
        positive = [r for r in rows if examples.rows[r, 4] >= 0]
        negative = [r for r in rows if examples.rows[r, 4] < 0]
        # The small passage, as passages are in the index, stands first; the large one costs twice as much.
        chosen = (
            [positive[int(chooser.random() < config["large"])] if len(positive) > 1 else positive[0]]
            if positive
            else []
        )
        # The hardest is taken more often than the rest: what was made for the question stands last, and the passage
        # that a near miss was written for first.
        hardest = negative[-1:] if positive else negative[:1]
        hard = hardest if config["negatives"] and chooser.random() < config["hardest"] else []
        rest = [r for r in negative if r not in hard]
        chosen += hard + chooser.sample(rest, min(len(rest), config["negatives"] - len(hard)))
        picked.append((max(examples.length(r) for r in chosen), chosen))
    chooser.shuffle(picked)
    size = config["questions_per_batch"]
    pools = [sorted(picked[i : i + 50 * size]) for i in range(0, len(picked), 50 * size)]
    batches = [[r for _, rows in pool[i : i + size] for r in rows] for pool in pools for i in range(0, len(pool), size)]
    chooser.shuffle(batches)
    return batches


@torch.no_grad()
def judge(model: ReadingModel, examples: Examples, kind: int, device: str, every: int = 5) -> dict[str, float]:
    """Figures over the questions kept for judging, in tokens."""
    model.eval()
    exact, overlap, unit, first, positive, negative, misleading = [], [], [], [], [], [], []
    for rows in examples.judged[kind][::every]:
        batch = examples.batch(rows, device)
        with torch.autocast(device, torch.bfloat16):
            reading = model(batch.ids)
        answering = batch.answers[:, 0] >= 0
        scores = reading.answerable.tolist()
        own = answering.tolist()
        if not any(own):
            misleading += scores[:1]
            continue
        positive += [s for s, good in zip(scores, own, strict=True) if good][:1]
        negative += [s for s, good in zip(scores, own, strict=True) if not good]
        small = own.index(True)
        rivals = [s for s, good in zip(scores, own, strict=True) if not good]
        first.append(all(scores[small] > s for s in rivals))
        inside = batch.units >= 0
        start, end = (logits.masked_fill(~inside, FAR) for logits in (reading.start, reading.end))
        begin, stop = (x[small].item() for x in best_span(start, end))
        gold_first, gold_last, unit_first, unit_last = batch.answers[small].tolist()
        shared = max(0, min(stop, gold_last) - max(begin, gold_first) + 1)
        exact.append((begin, stop) == (gold_first, gold_last))
        overlap.append(2 * shared / (stop - begin + gold_last - gold_first + 2))
        logits, there = unit_logits(reading.evidence, batch.units, int(batch.units.max()) + 1)
        best = logits.masked_fill(~there, FAR)[small].argmax().item()
        unit.append(unit_first <= best <= unit_last)
    model.train()
    return {
        "questions": len(exact), "exact": _mean(exact), "f1": _mean(overlap), "unit": _mean(unit),
        "first": _mean(first),
        "auroc": auroc(positive, negative), "auroc_misleading": auroc(positive, misleading),
    }  # fmt: skip


def _mean(values: list[Any]) -> float:
    return round(100 * sum(values) / max(len(values), 1), 2)


def auroc(positive: list[float], negative: list[float]) -> float:
    """Probability that a positive scores higher than a negative, 0..1 (Mann-Whitney); nan where one is missing."""
    if not positive or not negative:
        return math.nan
    order = np.argsort(np.argsort(positive + negative))[: len(positive)] + 1
    return round(float((order.sum() - len(positive) * (len(positive) + 1) / 2) / len(positive) / len(negative)), 4)


class Run:
    """A training under way: model, optimiser, and how many steps of the schedule are done."""

    def __init__(self, options: argparse.Namespace, config: dict[str, Any]) -> None:
        self.config = config
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(config["seed"])
        self.examples = Examples(options.data / "examples.npz")
        weights = dict(np.load(options.data / "weights.npz"))
        self.model = ReadingModel(weights, config["layers"], config["dropout"]).to(self.device)
        self.model.freeze(config["frozen"])
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=config["rate"], weight_decay=0.01)
        self.checkpoint = options.out / "checkpoint.pt"
        self.done = 0
        if self.checkpoint.exists():
            saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.done = saved["done"]
        elif options.init is not None:
            saved = torch.load(options.init, map_location=self.device, weights_only=True)
            # The word embeddings are those of the data, which may hold other words.
            self.model.load_state_dict(saved["model"] | {"words.weight": self.model.words.weight})

    def rate(self) -> float:
        """The learning rate: it climbs, stays, and falls to nothing at the end (so a run can be made longer)."""
        share = self.done / self.config["steps"]
        return self.config["rate"] * min(1.0, share / self.config["warmup"], (1 - share) / self.config["cooldown"])

    def step(self, rows: list[int], chooser: random.Random) -> float:
        """One step down the gradient; the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        with torch.autocast(self.device, torch.bfloat16):
            loss = losses(self.model, self.examples.batch(rows, self.device, chooser), self.config)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.done += 1
        return loss.item()

    def save(self) -> None:
        """Write the checkpoint; an interrupted write leaves the one before."""
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "done": self.done}
        new = self.checkpoint.with_suffix(".new")
        torch.save(state, new)
        new.replace(self.checkpoint)


def train(options: argparse.Namespace, config: dict[str, Any]) -> None:
    """All steps, from the last checkpoint on, then the figures."""
    run = Run(options, config)
    started, recent = time.perf_counter(), []
    ahead = run.done + config.get("skip", 0)  # what an earlier stage with the same seed has seen
    for epoch in range(1000):
        batches = epoch_batches(run.examples, config, random.Random(f"{config['seed']}/{epoch}"))
        if ahead >= len(batches):  # an epoch that is behind us
            ahead -= len(batches)
            continue
        for rows in batches[ahead : ahead + config["steps"] - run.done]:
            recent.append(run.step(rows, random.Random(f"{config['seed']}/{run.done}")))
            if run.done % config["report_every"] == 0:
                seconds, mean = time.perf_counter() - started, sum(recent) / len(recent)
                _say(f"step {run.done}/{config['steps']} epoch {epoch} loss {mean:.3f} {seconds:.0f} s")
                recent.clear()
            if run.done % config["save_every"] == 0:
                run.save()
        ahead = 0
        if run.done >= config["steps"]:
            break
    run.save()
    finish(run, options.out)


def finish(run: Run, out: Path) -> None:
    """Judge the model, where the configuration wants that, and write what was done."""
    kinds = (("squad", 1), ("bulletins", 2)) if run.config["judged"] else ()
    figures = {name: judge(run.model, run.examples, kind, run.device) for name, kind in kinds}
    _say(json.dumps(figures))
    log = {"config": run.config, "steps": run.done, "figures": figures}
    (out / "log.json").write_text(json.dumps(log, indent=1), encoding="utf-8")


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def main() -> None:
    """Read the configuration, with single values overridden on the command line, and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("stage1.json"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="checkpoint of an earlier stage to begin with")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="override the configuration")
    options = parser.parse_args()
    config = json.loads(options.config.read_text(encoding="utf-8"))
    config |= {name: json.loads(value) for name, _, value in (pair.partition("=") for pair in options.set)}
    options.out.mkdir(parents=True, exist_ok=True)
    train(options, config)


if __name__ == "__main__":
    main()
