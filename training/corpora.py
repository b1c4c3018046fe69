"""Questions to learn reading from: SQuAD-layout files and made-up bulletin articles."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.text import simplify, split_sentences
from ftz_qa.types import Span
from ftz_qa.years import years_in_full

if TYPE_CHECKING:
    from pathlib import Path


MARKED = 0.8  # share of the questions that end with a question mark


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or article that questions are asked about.

    Attributes
    ----------
    group
        What all texts of one entry share.
    date
        What ``今年`` means in it; None where nothing tells.
    """

    group: str
    title: str
    body: str
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a text; `answer` is a span of its body, None where the text does not say.

    Attributes
    ----------
    evidence
        What bears the answer out, at least the sentence around it; the sentence that misleads where there is none.
    """

    question: str
    text: Text
    answer: Span | None
    evidence: Span


def read_squad(path: Path) -> list[Asked]:
    """The questions of a SQuAD-layout file, in simplified characters."""
    asked: list[Asked] = []
    for entry in json.loads(path.read_text(encoding="utf-8"))["data"]:
        title = simplify(entry.get("title", ""))
        for paragraph in entry["paragraphs"]:
            context = paragraph["context"]
            body = simplify(context)
            text = Text(f"{path.stem}/{entry.get('id', title)}", title, body)
            for qa in paragraph["qas"]:
                span = _answer_span(body, len(body) == len(context), qa["answers"][0])
                if span is not None:
                    asked.append(Asked(simplify(qa["question"]), text, span, _sentences_around(body, span)))
    return asked


def _answer_span(body: str, same_length: bool, answer: dict[str, object]) -> Span | None:
    """Where the answer stands; None where the file's offset is wrong and the answer is not found either."""
    wanted = simplify(str(answer["text"]))
    start = int(str(answer["answer_start"])) if same_length else -1
    if start < 0 or body[start : start + len(wanted)] != wanted:
        start = body.find(wanted)
    return Span(start, start + len(wanted)) if start >= 0 and wanted else None


def _sentences_around(body: str, span: Span) -> Span:
    inside = [s for s in split_sentences(body) if s.start < span.end and span.start < s.end]
    return Span(min(inside[0].start, span.start), max(inside[-1].end, span.end)) if inside else span


def read_bulletins(path: Path) -> list[Asked]:
    """The questions of a file of made-up articles; ``docs/evaluation.md`` documents the format.

    Questions are asked at the date of their article, and read with their years in full, as texts are.
    Question marks are put and left out by chance: written by hand, they tell near misses from questions with an answer.
    """
    chooser = random.Random(path.stem)
    asked: list[Asked] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        body, date = entry["text"], dt.date.fromisoformat(entry["date"])
        text = Text(entry["id"], f"{date.year}年{date.month}月 {entry['title']}", body, date)

        def asking(item: dict[str, str], date: dt.date = date) -> str:
            return _marked(years_in_full(item["question"], date), chooser)

        for item in entry["questions"]:
            evidence = _find(body, item["evidence"], 0)
            answer = _find(body, item["answer"], evidence.start)
            asked.append(Asked(asking(item), text, answer, evidence))
        for item in entry["unanswerable"]:
            asked.append(Asked(asking(item), text, None, _find(body, item["near"], 0)))
    return asked


def _marked(question: str, chooser: random.Random) -> str:
    return question.rstrip("？?") + ("？" if chooser.random() < MARKED else "")


def _find(body: str, part: str, start: int) -> Span:
    at = body.index(part, start)
    return Span(at, at + len(part))
