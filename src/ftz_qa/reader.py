"""Reading without an LLM: which sentences of the passages found answer the question."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.passages import passage_context
from ftz_qa.periods import Periods
from ftz_qa.questions import asked_alone, parts_of
from ftz_qa.reading import ReadingText
from ftz_qa.types import Span
from ftz_qa.unit_features import FEATURES, Asked, unit_features
from ftz_qa.years import years_in_full

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.questions import Question
    from ftz_qa.reading import Reading, ReadingModel
    from ftz_qa.types import Hit

READ_FIRST, READ_MOST = 4, 6
"""How many of the hits the trained reader reads, and how many where none of these surely answers."""
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class Evidence:
    """A unit (sentence or semicolon clause) of a passage, judged for a question.

    Attributes
    ----------
    span
        In the article's body.
    score
        The higher the likelier it answers; comparable within one question only.
    features
        The values of `FEATURES`.
    reading
        What the trained reader saw in the passage; None where it did not read it.
    """

    hit: Hit
    span: Span
    score: float
    features: tuple[float, ...]
    reading: Reading | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The unit as printed."""
        return self.hit.passage.article.body[self.span.start : self.span.end]

    def answer_span(self) -> tuple[Span, float] | None:
        """The likeliest answer within the unit, in characters of the article's body, with its probability.

        None where the trained reader did not read it.
        """
        start = self.hit.passage.start
        within = Span(self.span.start - start, self.span.end - start)
        found = None if self.reading is None else self.reading.best_span(within)
        return found and (Span(found[0].start + start, found[0].end + start), found[1])


class Reader:
    """Ranks the units of the hits by a linear model of `FEATURES`.

    Parameters
    ----------
    index
        Where the units and their vectors are.
    embedder
        The model that made them.
    reading
        The trained reader.
    weights
        Of the features, by name; None for those that come with the package (fitted by ``benchmarks/fit_reader.py``).
    """

    def __init__(
        self,
        index: PassageIndex,
        embedder: Embedder,
        reading: ReadingModel,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self._index = index
        self._embedder = embedder
        weights = weights or stored_weights()
        self._weights = np.array([weights.get(name, 0.0) for name in FEATURES], dtype=np.float32)
        self._reading = reading

    def rank(self, question: Question, vector: NDArray[np.float32], hits: Sequence[Hit]) -> list[Evidence]:
        """Every unit of the hits, the likeliest answer first; `vector` is the question's unit vector (dimension,)."""
        asked = Asked(question, self._index.lexical.idf, self._index.newest_date)
        evidence: list[Evidence] = []
        readings = self._read(question, hits)
        for rank, hit in enumerate(hits):
            spans, vectors = self._index.units_of(hit.position)
            reading = readings.get(rank)
            features = unit_features(asked, hit, rank, spans, vectors @ vector, reading)
            scores = features @ self._weights
            evidence.extend(
                Evidence(hit, span, float(score), tuple(row), reading)
                for span, score, row in zip(spans, scores, features.tolist(), strict=True)
            )
        evidence.sort(key=lambda item: -item.score)
        return evidence

    def _read(self, question: Question, hits: Sequence[Hit]) -> dict[int, Reading]:
        """What the trained reader sees, by the place of the hit; hits that tell of the months asked about go first."""
        order = self._in_reading_order(question, hits)
        readings: dict[int, Reading] = {}
        for places in (order[:READ_FIRST], order[READ_FIRST:READ_MOST]):
            if all(reading.probability < _SURE for reading in readings.values()):
                found = self._read_all(question, [hits[place] for place in places])
                readings |= dict(zip(places, found, strict=True))
        return readings

    def _in_reading_order(self, question: Question, hits: Sequence[Hit]) -> list[int]:
        asked = Periods(question.text, self._index.newest_date)
        if not asked.months:
            return list(range(len(hits)))

        def told(hit: Hit) -> bool:
            said = Periods(f"{hit.passage.article.title}\n{hit.passage.text}", hit.passage.issue.date)
            return asked.matches(said)[0]

        return sorted(range(len(hits)), key=lambda place: not told(hits[place]))

    def _read_all(self, question: Question, hits: Sequence[Hit]) -> list[Reading]:
        texts = []
        for hit in hits:
            passage = hit.passage
            spans, _ = self._index.units_of(hit.position)
            units = tuple(Span(span.start - passage.start, span.end - passage.start) for span in spans)
            date = passage.issue.date
            when = f"{date.year}年{date.month}月 " if date is not None else ""
            texts.append(ReadingText(when + passage_context(passage), passage.text, units, date))
        return self._reading.read(years_in_full(asked_alone(question), self._index.newest_date), texts)

    def rank_parts(
        self,
        question: Question,
        vector: NDArray[np.float32],
        hits: Sequence[Hit],
        find: Callable[[str, NDArray[np.float32]], Sequence[Hit]] | None = None,
    ) -> list[list[Evidence]]:
        """One ranking for each thing that a question asks (`parts_of`); the newly asked words count twice.

        Parameters
        ----------
        find
            Searches for a part that is a question of its own, given its text and vector; None looks in `hits` only.
        """
        rankings = []
        for part in parts_of(question):
            if part.focus == question.text:
                rankings.append(self.rank(part, vector, hits))
                continue
            focus = self._embedder.embed_queries([part.focus])[0]
            found = {hit.position: hit for hit in hits}
            near = vector + focus
            if part.text != question.text:
                near = focus
                if find is not None:
                    found |= {hit.position: hit for hit in find(part.text, focus) if hit.position not in found}
            rankings.append(self.rank(part, near / np.linalg.norm(near), list(found.values())))
        return rankings


def stored_weights() -> Mapping[str, float]:
    """The weights of `FEATURES` that come with the package."""
    stored = json.loads(resources.files("ftz_qa").joinpath("data/reader.json").read_text(encoding="utf-8"))
    weights: Mapping[str, float] = stored["weights"]
    return weights
