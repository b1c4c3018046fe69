"""Passages that do not answer a question though they look as if they did."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.lexical import LexicalIndex
from ftz_qa.text import split_sentences, tagged_words
from ftz_qa.years import years_in_full

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from corpora import Asked, Text

_NAME_TAGS = frozenset({"ns", "nr", "nt", "nz", "nrt"})
_YEAR = re.compile(r"(?<!\d)(1[5-9]|20)\d\d(?=年)")
_SIBLINGS = (
    ("进口", "出口"), ("入境", "出境"), ("上半年", "下半年"), ("一期", "二期"), ("去年", "今年"), ("最大", "最小"),
    ("第一", "第二"), ("第二", "第三"), ("首次", "第二次"), ("父亲", "母亲"), ("东部", "西部"), ("南部", "北部"),
    ("国内", "国外"), ("最高", "最低"), ("最早", "最晚"), ("哥哥", "弟弟"), ("开始", "结束"), ("成立", "解散"),
    ("出生", "去世"), ("毕业", "入学"), ("总投资", "年产值"), ("增长", "下降"), ("面积", "人口"), ("人数", "金额"),
)  # fmt: skip


def without_answer(body: str, answer: str) -> str:
    """The body less every sentence or clause that holds the answer; empty where nothing is left."""
    kept = [
        body[s.start : s.end] for s in split_sentences(body, semicolons=True) if answer not in body[s.start : s.end]
    ]
    return "".join(kept)


class Swapper:
    """Asks for something else of the same kind: another year, another name, the opposite.

    Parameters
    ----------
    texts
        Where other names come from.
    """

    def __init__(self, texts: Sequence[Text]) -> None:
        names: dict[str, set[str]] = defaultdict(set)
        for text in texts:
            for word, tag in tagged_words(f"{text.title} {text.body[:200]}"):
                if tag in _NAME_TAGS and 2 <= len(word) <= 6:
                    names[tag].add(word)
        self._names = {tag: sorted(found) for tag, found in names.items()}

    def swapped(self, asked: Asked, chooser: random.Random) -> str | None:
        """A question like this one that its text does not answer; None where nothing can be exchanged."""
        question, body = asked.question, years_in_full(f"{asked.text.title}{asked.text.body}", asked.text.date)
        makers = [self._other_year, self._other_name, self._opposite]
        chooser.shuffle(makers)
        return next((new for make in makers if (new := make(question, body, chooser)) is not None), None)

    def _other_year(self, question: str, body: str, chooser: random.Random) -> str | None:
        match = _YEAR.search(question)
        if match is None:
            return None
        others = [y for n in range(1, 8) for y in (int(match[0]) - n, int(match[0]) + n) if str(y) not in body]
        return question.replace(match[0], str(chooser.choice(others[:6]))) if others else None

    def _other_name(self, question: str, body: str, chooser: random.Random) -> str | None:
        found = [(w, t) for w, t in tagged_words(question) if t in _NAME_TAGS and len(w) > 1 and w in body]
        if not found:
            return None
        word, tag = chooser.choice(found)
        for _ in range(10):
            other = chooser.choice(self._names.get(tag) or [word])
            if other not in body and other != word:
                return question.replace(word, other)
        return None

    def _opposite(self, question: str, body: str, chooser: random.Random) -> str | None:
        pairs = [*_SIBLINGS, *((b, a) for a, b in _SIBLINGS)]
        fitting = [(a, b) for a, b in pairs if a in question and b not in question and b not in body]
        if not fitting:
            return None
        old, new = chooser.choice(fitting)
        return question.replace(old, new)


class Finder:
    """Finds the texts that look most like answering a question, by BM25."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = texts
        self._bm25 = LexicalIndex.build(f"{text.title} {text.body}" for text in texts)

    def wrong(self, asked: Asked, count: int) -> list[Text]:
        """The first `count` texts, best first, that do not hold the answer."""
        answers = [asked.text.body[asked.answer.start : asked.answer.end]] if asked.answer else []
        return self.nearest(asked.question, asked.text, answers, count)

    def nearest(self, question: str, own: Text, answers: Sequence[str], count: int) -> list[Text]:
        """The same for a question about a text of its own, with its answers."""
        order = np.argsort(-self._bm25.scores(question))[: 4 * count]
        found = [self._texts[int(i)] for i in order]
        return [t for t in found if t is not own and not any(answer in t.body for answer in answers)][:count]
