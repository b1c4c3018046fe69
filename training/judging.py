"""How well a reader reads: figures over questions that it was not trained on, with right and with wrong paragraphs."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from corpora import Text
from negatives import Finder
from train import auroc

from ftz_qa.reading import ReadingText
from ftz_qa.reading_batch import GivenPassage, ToRead, read_question
from ftz_qa.text import split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ftz_qa.reading import ReadingModel


@dataclass(frozen=True, slots=True)
class Gold:
    """A question about a paragraph, and where its answers (at least one) stand in it."""

    question: str
    text: Text
    answers: tuple[tuple[int, str], ...]


def read_gold(path: Path, most: int) -> tuple[list[Gold], list[Text]]:
    """Up to `most` questions, spread over a file in SQuAD layout, and all of its paragraphs."""
    golds, texts = [], []
    for entry in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            text = Text(entry.get("title", ""), entry.get("title", ""), paragraph["context"])
            texts.append(text)
            for qa in filter(lambda qa: qa["question"].strip(), paragraph["qas"]):
                answers = tuple((int(a["answer_start"]), str(a["text"])) for a in qa["answers"])
                golds.append(Gold(qa["question"], text, answers))
    step = max(len(golds) / most, 1.0)
    return [golds[int(n * step)] for n in range(min(most, len(golds)))], texts


def plain(text: str) -> str:
    """Characters that count: letters and figures, in lower case."""
    return "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LN")


def overlap(found: str, gold: str) -> float:
    """F1 over characters by their longest common substring, as the evaluation script of CMRC 2018 counts."""
    a, b = plain(found), plain(gold)
    best, row = 0, Counter[int]()
    for char in a:
        row = Counter({j + 1: row[j] + 1 for j, other in enumerate(b) if other == char})
        best = max([best, *row.values()])
    return 2 * best / (len(a) + len(b)) if best else 0.0


def judge(model: ReadingModel, golds: Sequence[Gold], texts: Sequence[Text]) -> dict[str, float]:
    """EM, F1 and sentences right given the right paragraph, in percent; AUROC against the nearest wrong ones.

    The wrong paragraphs are the first two that BM25 finds and that do not hold the answer.
    """
    finder = Finder(texts)
    exact, shared, sentence = [], [], []
    positive: list[float] = []
    negative: list[float] = []
    for gold in golds:
        given = GivenPassage(title=gold.text.title, text=gold.text.body)
        found = read_question(model, ToRead(id=0, question=gold.question, passages=(given,)))
        answer = gold.text.body[found.answer.start : found.answer.end] if found.answer else ""
        exact.append(any(plain(answer) == plain(text) for _, text in gold.answers))
        shared.append(max(overlap(answer, text) for _, text in gold.answers))
        unit = found.sentence
        sentence.append(
            unit is not None
            and any(unit.start < start + len(text) and start < unit.end for start, text in gold.answers)
        )
        wrong = finder.nearest(gold.question, gold.text, [text for _, text in gold.answers], 2)
        logits = [reading.answerable for reading in model.read(gold.question, [_reading_text(t) for t in wrong])]
        positive.append(found.probability)
        negative += [1 / (1 + float(np.exp(-logit))) for logit in logits]
    named = {"em": exact, "f1": shared, "sentence": sentence}
    figures = {name: round(100 * float(np.mean(values)), 2) for name, values in named.items()}
    return {"questions": len(golds), **figures, "auroc": auroc(positive, negative)}


def _reading_text(text: Text) -> ReadingText:
    return ReadingText(text.title, text.body, tuple(split_sentences(text.body)))
