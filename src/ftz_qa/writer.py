"""Answers in a language model's words: sentence by sentence as they come, each one checked before it is shown."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.checking import Checked, Desk
from ftz_qa.errors import FtzQaError
from ftz_qa.evidence import evidence_for, token_bound
from ftz_qa.llm import LlmError
from ftz_qa.mending import ask_for_repairs, failures_named
from ftz_qa.prompts import fenced, prompt_version
from ftz_qa.replies import sentences
from ftz_qa.sentence_checks import Problem
from ftz_qa.types import Span, Writing
from ftz_qa.written import Composition

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from langchain_core.prompts import PromptTemplate
    from langchain_core.runnables import RunnableConfig

    from ftz_qa.condensing import Condenser
    from ftz_qa.evidence import Evidence
    from ftz_qa.llm_calls import LlmClient, LlmSession
    from ftz_qa.sentence_checks import Place
    from ftz_qa.types import Answer, Passage, Usage

PLACEHOLDERS = frozenset({"evidence", "question"})
REPAIR_PLACEHOLDERS = frozenset({"evidence", "question", "failures"})
CONTEXT = 8192
"""Tokens that a model can take, where nobody says otherwise."""

_SMALLEST_BUDGET = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that a language model may put into its own words.

    Attributes
    ----------
    question
        Complete in itself.
    passages
        What the answer may rest on, best first.
    extract
        The answer in the bulletins' words, which stands where the model's does not.
    closing
        Lines that stand below either, such as that a part of the question has no answer.
    spent
        Seconds that went by since the question was asked.
    opening
        A line that stands above either.
    lines
        Of a digest: what the extract says of each passage. It is said of those, too, that the model passes over.
    """

    question: str
    passages: tuple[Passage, ...]
    extract: Answer
    closing: tuple[str, ...] = ()
    spent: float = 0.0
    opening: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens that the model can take in all, and how many of them the reply may have."""

    context: int = CONTEXT
    reply: int = 800

    @property
    def longest_reply(self) -> int:
        """Tokens that a reply is allowed: no more than a third of a small context."""
        return min(self.reply, self.context // 3)

    def left(self, template: PromptTemplate, filled: dict[str, str]) -> int:
        """What is left for evidence beside a prompt and the reply."""
        prompt = template.format(**{name: "" for name in template.input_variables} | filled)
        return max(_SMALLEST_BUDGET, self.context - self.longest_reply - token_bound(prompt))


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens read and written."""

    read: float = 0.0
    written: float = 0.0

    def of(self, usage: Usage) -> float:
        """What these tokens cost."""
        return (self.read * usage.read + self.written * usage.written) / 1e6


@dataclass(frozen=True, slots=True)
class Prompts:
    """The templates, of `PLACEHOLDERS` except for `repair`, which has `REPAIR_PLACEHOLDERS`."""

    answer: PromptTemplate
    repair: PromptTemplate
    digest: PromptTemplate


class SilentError(FtzQaError):
    """The model sees no answer in the evidence, or nothing of its reply is borne out; `kind` is which."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Writer:
    """Writes answers with a chat model.

    Parameters
    ----------
    client
        The model with its limits.
    prompts
        What it is asked.
    near
        Whether the meaning of a sentence is nearer to the passages that it cites than to the others shown: called with
        the sentence, the cited ones and all. None goes by the words alone.
    room
        Of the model.
    price
        Of tokens, for the cost of each answer.
    condenser
        Restates follow-ups before anything is searched; None leaves them to the rules.
    reads
        Which figure of a sentence is read otherwise in the passages that it cites; empty for none. None reads nothing.
    """

    def __init__(
        self,
        client: LlmClient,
        prompts: Prompts,
        near: Callable[[str, Sequence[Place], Sequence[Place]], bool] | None = None,
        room: Room | None = None,
        price: Price | None = None,
        condenser: Condenser | None = None,
        reads: Callable[[str, Sequence[Place]], str] | None = None,
    ) -> None:
        self._reads = reads
        self._price = price or Price()
        self.condenser = condenser
        self.client = client
        self._prompts = prompts
        self._near = near
        self._room = room or Room()

    def stream(self, draft: Draft, config: RunnableConfig | None = None) -> Generator[str, None, Answer]:
        """Yield the answer's text sentence by sentence; the generator's value is the answer.

        Only what is borne out, or marked as not, is yielded. Where the model fails after it began, the answer is the
        extract, and what was yielded is void.
        """
        composed = Composition(draft.opening)
        session: LlmSession | None = None
        begun = False
        try:
            with self.client.session(max(0.0, self.client.limits.overall - draft.spent)) as session:
                for piece in filter(None, self._write(session, draft, composed, config)):
                    begun = True
                    yield piece
        except (LlmError, SilentError) as error:
            answer = self._fallback(draft, error.kind, session)
            if not begun:
                yield from answer.text.splitlines(keepends=True)
        else:
            below = "".join(f"\n{line}" for line in draft.closing)
            if below:
                yield below
            answer = self._finished(draft, composed, session, below)
        _log.info("大模型作答：%s", answer.writing)
        return answer

    def _write(
        self, session: LlmSession, draft: Draft, composed: Composition, config: RunnableConfig | None
    ) -> Generator[str, None, None]:
        question = fenced(draft.question)
        template = self._template(draft)
        budget = self._room.left(template, {"question": question})
        evidence = evidence_for(draft.question, draft.passages, budget)
        desk = Desk(evidence, self._near, self._reads, marks=not draft.lines)
        reply = session.stream(template, {"evidence": evidence.text, "question": question}, config)
        held: list[Checked] = []
        for checked in map(desk.check, sentences(reply)):
            # Behind a sentence that failed, the others wait, so that the order stays.
            if held or checked.problem is not None:
                held.append(checked)
            else:
                yield desk.settle(checked, composed)
        if any(checked.problem for checked in held):
            held = self._repaired(session, draft, evidence, desk, held, config)
        settled = [desk.settle(checked, composed) for checked in held]
        if not composed.verified:
            raise SilentError("silent" if desk.silent else "unverified")
        yield from settled
        yield from _passed_over(draft, composed)

    def _template(self, draft: Draft) -> PromptTemplate:
        return self._prompts.digest if draft.lines else self._prompts.answer

    def _repaired(
        self,
        session: LlmSession,
        draft: Draft,
        evidence: Evidence,
        desk: Desk,
        held: list[Checked],
        config: RunnableConfig | None,
    ) -> list[Checked]:
        """The sentences with those that failed mended, as far as the model can do so when asked once."""
        failed = [n for n, checked in enumerate(held) if checked.problem is not None]
        named = failures_named([(held[n].sentence, held[n].problem or Problem("meaning")) for n in failed])
        fields = {"question": fenced(draft.question), "failures": named}
        # The failures need room of their own; what still fits is the beginning, under the same numbers.
        budget = self._room.left(self._prompts.repair, fields)
        fields["evidence"] = evidence_for(draft.question, evidence.passages, budget).text
        answers = ask_for_repairs(session, self._prompts.repair, fields, len(failed), config)
        mended = list(held)
        for n, sentence in zip(failed, answers, strict=True):
            if sentence is None:
                continue
            if not sentence.text:
                mended[n] = replace(held[n], deleted=True)
                continue
            checked = desk.check(replace(sentence, opens_line=held[n].sentence.opens_line))
            if checked.problem is None:
                mended[n] = replace(checked, repaired=True)
        return mended

    def _finished(self, draft: Draft, composed: Composition, session: LlmSession | None, below: str) -> Answer:
        counts = Writing("", composed.repaired, composed.replaced, composed.dropped, len(composed.unverified))
        notes = [wording.SOME_UNVERIFIED] if composed.unverified else []
        if composed.dropped:
            notes.append(wording.sentences_dropped(composed.dropped))
        return replace(
            draft.extract,
            text=composed.text + below,
            citations=tuple(composed.citations),
            mode="llm",
            highlights=(),
            unverified=tuple(composed.unverified),
            notes=(*draft.extract.notes, *notes),
            writing=self._writing(counts, draft, session),
        )

    def _fallback(self, draft: Draft, kind: str, session: LlmSession | None) -> Answer:
        note = wording.LLM_SILENT if kind == "silent" else wording.llm_fallback(wording.LLM_FAILURES[kind])
        notes = (*draft.extract.notes, note)
        return replace(draft.extract, notes=notes, writing=self._writing(Writing(kind), draft, session))

    def _writing(self, counts: Writing, draft: Draft, session: LlmSession | None) -> Writing:
        usage = session.usage if session else counts.usage
        cost = self._price.of(usage)
        return replace(counts, usage=usage, cost=cost, prompt=prompt_version(self._template(draft)))


def _passed_over(draft: Draft, composed: Composition) -> Iterator[str]:
    """Put the lines of a digest whose passages nothing cites."""
    cited = {(citation.issue, citation.article_no) for citation in composed.citations}
    rest = [
        (line, passage)
        for line, passage in zip(draft.lines, draft.passages, strict=False)
        if (passage.issue.number, passage.article.number) not in cited
    ]
    if rest:
        yield composed.head(wording.DIGEST_REST)
    for line, passage in rest:
        yield composed.put(line, [(passage, Span(passage.start, passage.end))], opens_line=True)
