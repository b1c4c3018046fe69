"""The sentences of one reply, held against the evidence that it was shown, and what is to become of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.mending import source_sentence
from ftz_qa.sentence_checks import FEW_WORDS, Place, Problem, problem_of, share_held
from ftz_qa.text import tidy
from ftz_qa.wording import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.evidence import Evidence
    from ftz_qa.replies import Sentence
    from ftz_qa.written import Composition


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence and what is wrong with it; whether it was mended, or given up, when the model was asked again."""

    sentence: Sentence
    problem: Problem | None
    repaired: bool = False
    deleted: bool = False


class Desk:
    """The evidence of one answer, against which its sentences are checked.

    Parameters
    ----------
    near
        As in `Writer`.
    reads
        As in `Writer`.
    marks
        Whether a sentence that is not borne out may be shown with a mark; False leaves it out.
    """

    def __init__(
        self,
        evidence: Evidence,
        near: Callable[[str, Sequence[Place], Sequence[Place]], bool] | None,
        reads: Callable[[str, Sequence[Place]], str] | None = None,
        *,
        marks: bool = True,
    ) -> None:
        self._places = [Place(passage) for passage in evidence.passages]
        self._near = near
        self._reads = reads
        self._marks = marks
        self.silent = False

    def places(self, sentence: Sentence) -> list[Place]:
        """The passages that a sentence cites, as far as they exist."""
        return [self._places[n - 1] for n in sentence.markers if 1 <= n <= len(self._places)]

    def check(self, sentence: Sentence) -> Checked:
        """A sentence with what is wrong with it."""
        if SILENT in sentence.text:
            self.silent = True
            return Checked(sentence, None, deleted=True)
        cited = self.places(sentence)
        problem = problem_of(sentence.text, cited, self._is_near)
        if problem and problem.kind == "no_marker" and sentence.markers:
            problem = Problem("unknown_marker", "".join(f"[{n}]" for n in sentence.markers))
        if problem is None and self._reads is not None and (figure := self._reads(sentence.text, cited)):
            problem = Problem("figure", figure)
        return Checked(sentence, problem)

    def _is_near(self, sentence: str, cited: Sequence[Place]) -> bool:
        return self._near is None or self._near(sentence, cited, self._places)

    def settle(self, checked: Checked, composed: Composition) -> str:
        """Put a sentence in the best form that it can have: its own, the bulletin's, marked, or none at all."""
        sentence, cited = checked.sentence, self.places(checked.sentence)
        if checked.deleted:
            composed.repaired += SILENT not in sentence.text
            return ""
        if checked.problem is None:
            composed.repaired += checked.repaired
            return composed.add(sentence, cited)
        found = source_sentence(sentence.text, cited or self._places)
        if found is not None:
            place, span = found
            composed.replaced += 1
            quote = tidy(place.passage.article.body[span.start : span.end]).rstrip("。；;")
            return composed.put(quote, [(place.passage, span)], opens_line=sentence.opens_line)
        about_it = checked.problem.kind != "meaning" or share_held(sentence.text, cited) >= FEW_WORDS
        if self._marks and cited and sentence.whole and checked.problem.kind != "markup" and about_it:
            return composed.mark(sentence, cited)
        composed.dropped += 1
        return ""
