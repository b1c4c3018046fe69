"""A model's answer as it grows: its text, the citations behind its markers, and what happened to its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.grounding import cite
from ftz_qa.mending import nearest_unit
from ftz_qa.text import tidy
from ftz_qa.types import Span
from ftz_qa.wording import UNVERIFIED_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftz_qa.replies import Sentence
    from ftz_qa.sentence_checks import Place
    from ftz_qa.types import Citation, Passage


class Composition:
    """The answer so far.

    Parameters
    ----------
    opening
        A line above the first sentence, once there is one.

    Attributes
    ----------
    text, citations, unverified
        As they will be in the `Answer`.
    verified
        How many of its sentences are the model's own and borne out.
    repaired, replaced, dropped
        As in `Writing`.
    """

    def __init__(self, opening: str = "") -> None:
        self._opening = opening
        self._headed = False
        self.text = ""
        self.citations: list[Citation] = []
        self.unverified: list[Span] = []
        self.verified = self.repaired = self.replaced = self.dropped = 0
        self._said: set[str] = set()

    def add(self, sentence: Sentence, cited: Sequence[Place]) -> str:
        """Put a sentence that is borne out; returns what was added to the text, nothing where it stands there."""
        self.verified += 1
        return self.put(sentence.text, _units(sentence, cited), opens_line=sentence.opens_line)

    def mark(self, sentence: Sentence, cited: Sequence[Place]) -> str:
        """Put a sentence with the mark that it is not borne out."""
        return self.put(sentence.text, _units(sentence, cited), opens_line=sentence.opens_line, verified=False)

    def head(self, words: str) -> str:
        """Put a line of its own above what comes next."""
        self._headed = True
        self.text += f"\n{words}"
        return f"\n{words}"

    def put(
        self, words: str, sources: Iterable[tuple[Passage, Span]], *, opens_line: bool = False, verified: bool = True
    ) -> str:
        """Put a sentence without its full stop, with markers for its sources (spans of the articles' bodies)."""
        words = tidy(words)
        if words in self._said:
            return ""
        self._said.add(words)
        start = "\n" if (opens_line or self._headed) and self.text else ""
        if not self.text and self._opening:
            start = f"{self._opening}\n"
        self._headed = False
        markers = "".join(f"[{n}]" for n in dict.fromkeys(self._number(*source) for source in sources))
        if not verified:
            words += UNVERIFIED_MARK
            begin = len(self.text) + len(start)
            self.unverified.append(Span(begin, begin + len(words)))
        stop = "" if words[-1] in "。！？!?" else "。"
        added = f"{start}{words}{stop}{markers}"
        self.text += added
        return added

    def _number(self, passage: Passage, span: Span) -> int:
        """The marker of a source; one that is cited already keeps its number."""
        citation = cite(len(self.citations) + 1, passage.issue, passage.article, span)
        for known in self.citations:
            if (known.issue, known.series, known.article_no, known.start, known.end) == (
                citation.issue,
                citation.series,
                citation.article_no,
                citation.start,
                citation.end,
            ):
                return known.marker
        self.citations.append(citation)
        return citation.marker


def _units(sentence: Sentence, cited: Sequence[Place]) -> list[tuple[Passage, Span]]:
    return [(place.passage, nearest_unit(sentence.text, place)) for place in cited]
