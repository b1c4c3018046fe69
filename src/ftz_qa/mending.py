"""What becomes of sentences that are not borne out: asked for again, or given in the bulletin's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.figures import figures
from ftz_qa.llm import LlmError
from ftz_qa.prompts import fenced
from ftz_qa.replies import Sentence, sentences
from ftz_qa.sentence_checks import content_words
from ftz_qa.terms import tokens_of
from ftz_qa.text import split_sentences
from ftz_qa.types import Span
from ftz_qa.wording import DELETE, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.prompts import PromptTemplate
    from langchain_core.runnables import RunnableConfig

    from ftz_qa.llm_calls import LlmSession
    from ftz_qa.sentence_checks import Place, Problem

NEAR_ENOUGH = 1 / 2
"""Share of a failed sentence's words that the bulletin's sentence has to hold to take its place."""

_LINE = re.compile(r"^\s*(\d{1,2})\s*[.．、:：)）]\s*(.+)$", re.M)


def failures_named(failed: Sequence[tuple[Sentence, Problem]]) -> str:
    """Sentences that failed, a numbered line each, with what is wrong."""
    lines = []
    for n, (sentence, wrong) in enumerate(failed, start=1):
        markers = "".join(f"[{marker}]" for marker in sentence.markers)
        lines.append(f"{n}. {fenced(sentence.text)}{markers}（{problem(wrong.kind, fenced(wrong.what))}）")
    return "\n".join(lines)


def ask_for_repairs(
    session: LlmSession,
    template: PromptTemplate,
    fields: dict[str, str],
    count: int,
    config: RunnableConfig | None,
) -> list[Sentence | None]:
    """What the model writes in place of sentences that failed, when told what is wrong with each.

    Parameters
    ----------
    fields
        With `failures_named` among them.
    count
        How many failed.

    Returns
    -------
    list
        For each sentence its substitute, still unchecked; one without text where the model takes it back; None where
        it said nothing of use, or could not be asked.
    """
    try:
        reply = session.ask(template, fields, config)
    except LlmError:
        # What is borne out of the first reply still stands.
        return [None] * count
    said = {int(match[1]): match[2] for match in _LINE.finditer(reply)}
    return [_read(said.get(n, "")) for n in range(1, count + 1)]


def _read(line: str) -> Sentence | None:
    """The first sentence of a line that has markers; the others are not what was asked for."""
    found = list(sentences([line]))
    if found and found[0].text == DELETE:
        return Sentence("", ())
    return next((sentence for sentence in found if sentence.markers), None)


def nearest_unit(text: str, place: Place) -> Span:
    """The sentence of a passage that shares most figures, then most words, with a text; a span of the body."""
    passage = place.passage
    wanted, counted = tokens_of(text), figures(place.plain(text))
    spans = [Span(passage.start + s.start, passage.start + s.end) for s in split_sentences(passage.text)]

    def shared(span: Span) -> tuple[int, int]:
        sentence = passage.article.body[span.start : span.end]
        held = figures(place.plain(sentence))
        return sum(any(one.same(other) for other in held) for one in counted), len(wanted & tokens_of(sentence))

    return max(spans, key=shared, default=Span(passage.start, passage.end))


def source_sentence(text: str, places: Sequence[Place]) -> tuple[Place, Span] | None:
    """The bulletin's sentence that a failed one comes near to by its words; None where none does."""
    best, most = None, NEAR_ENOUGH
    for place in places:
        body = place.passage.article.body
        words = [word for word in content_words(place.plain(text))]
        for span in split_sentences(place.passage.text):
            unit = Span(place.passage.start + span.start, place.passage.start + span.end)
            sentence = place.plain(body[unit.start : unit.end])
            held = sum(word in sentence for word in words) / len(words) if len(words) > 1 else 0.0
            if held > most or (held == most and best is None):
                best, most = (place, unit), held
    return best
