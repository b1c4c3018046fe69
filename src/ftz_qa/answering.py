"""Flow 2: a question and the conversation so far, to a short cited answer; as a LangChain Runnable."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from langchain_core.runnables import Runnable

from ftz_qa import wording
from ftz_qa.completeness import missing_alone, missing_parts, named
from ftz_qa.composing import compose
from ftz_qa.coordination import names_phases
from ftz_qa.corroboration import with_other_issues
from ftz_qa.courtesy import courtesy_of, without_courtesies
from ftz_qa.distinction import told_apart
from ftz_qa.engine import Engine
from ftz_qa.english import in_chinese
from ftz_qa.errors import FtzQaError, InputError
from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.finishing import finish
from ftz_qa.foremost import foremost, with_all_figures
from ftz_qa.grounding import cite, nearest_articles
from ftz_qa.index import PassageIndex
from ftz_qa.issue_names import by_number
from ftz_qa.issue_parts import InIssue, parts_in_issues, rank_in_issues
from ftz_qa.issue_replies import Reply, digest_line
from ftz_qa.limits import dated_limit, section_limit, within
from ftz_qa.questions import Question, parts_of, understand
from ftz_qa.retrieval import document_hit
from ftz_qa.scope import issues_meant, not_indexed, with_numbers, without_issue
from ftz_qa.store import current_build
from ftz_qa.structure import sought_topic, structural_reply
from ftz_qa.text import load_dictionaries, simplify, tidy
from ftz_qa.types import Answer, Hit, Passage
from ftz_qa.whats_new import comparison_reply
from ftz_qa.writer import Draft

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from langchain_core.callbacks import CallbackManagerForChainRun
    from langchain_core.runnables import RunnableConfig
    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder
    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Turn
    from ftz_qa.writer import Writer

MAX_QUESTION_CHARS = 500
MAX_TURNS = 20
READ_HITS = 8
PART_HITS = 3
_LATIN = re.compile("[A-Za-z]+")

_log = logging.getLogger(__name__)


class Request(TypedDict):
    """What the chain takes."""

    question: str
    history: NotRequired[Sequence[Turn]]
    filters: NotRequired[Filters]


@dataclass(frozen=True, slots=True)
class _Limits:
    """Positions of the issues to search (None for all), and titles of the sections (empty for all)."""

    issues: Collection[int] | None
    sections: tuple[str, ...] = ()


class AnswerChain(Runnable[Request, str | Answer]):
    """The retrieval chain: `invoke` gives an `Answer`; `stream` gives pieces of its text, then the `Answer`.

    Parameters
    ----------
    index
        What is searched.
    embedder
        The model that made the index's vectors.
    reading
        The trained reader.
    index_dir
        Where a newer build may appear; it is taken up between two questions. None keeps to `index`.
    writer
        Writes the answers with a language model; None takes them from the bulletins word for word.
    """

    def __init__(
        self,
        index: PassageIndex,
        embedder: Embedder,
        reading: ReadingModel,
        index_dir: Path | None = None,
        writer: Writer | None = None,
    ) -> None:
        self._embedder = embedder
        self._reading = reading
        self._writer = writer
        self._index_dir = index_dir
        self._lock = Lock()
        load_dictionaries()
        self._engine = Engine.over(index, embedder, reading)

    @property
    def index(self) -> PassageIndex:
        """The index now in use, the newest that could be loaded."""
        return self._current().index

    def _current(self) -> Engine:
        if self._index_dir is None:
            return self._engine
        with self._lock:
            try:
                if current_build(self._index_dir) != self._engine.index.build_id:
                    self._engine = Engine.over(PassageIndex.load(self._index_dir), self._embedder, self._reading)
            except FtzQaError as error:
                _log.warning("新索引未能启用，继续使用 %s：%s", self._engine.index.build_id, error)
            return self._engine

    @property
    def embedder(self) -> Embedder:
        """The model that questions are embedded with."""
        return self._embedder

    @property
    def reading(self) -> ReadingModel:
        """The trained reader."""
        return self._reading

    def search(self, question: str, k: int) -> list[Hit]:
        """The `k` best passages for a question, best first, limited as an answer to it would be."""
        engine = self._current()
        vector = self._embedder.embed_queries([question])[0]
        return engine.retriever.search(question, vector, k, issues_meant(question, engine.index.issues))

    def invoke(self, input: Request, config: RunnableConfig | None = None, **kwargs: Any) -> str | Answer:  # noqa: ANN401
        """Answer one question; the result is always an `Answer`."""
        return self._call_with_config(self._drain, input, config, **kwargs)

    def stream(
        self,
        input: Request,
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> Iterator[str | Answer]:
        """Yield the answer's text piece by piece, then exactly one `Answer`.

        The pieces make up its text, unless a language model broke off: then the `Answer` takes their place.
        """
        return self._transform_stream_with_config(iter([input]), self._transform, config, **kwargs)

    def _drain(self, request: Request, run_manager: CallbackManagerForChainRun, config: RunnableConfig) -> str | Answer:
        *_, answer = self._pieces(request, config)
        return answer

    def _transform(
        self, requests: Iterator[Request], run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Iterator[str | Answer]:
        for request in requests:
            yield from self._pieces(request, config)

    def _pieces(self, request: Request, config: RunnableConfig) -> Iterator[str | Answer]:
        started = time.perf_counter()
        question = _readable(request["question"]).strip()
        if not question:
            raise InputError(wording.EMPTY_QUESTION)
        if len(question) > MAX_QUESTION_CHARS:
            raise InputError(wording.question_too_long(len(question), MAX_QUESTION_CHARS))
        history = [
            replace(turn, content=_readable(turn.content)[:MAX_QUESTION_CHARS])
            for turn in request.get("history", ())[-MAX_TURNS:]
        ]
        answer = self._answer(question, history, request.get("filters", UNFILTERED), config)
        if isinstance(answer, Draft) and self._writer is not None:
            draft = replace(answer, spent=time.perf_counter() - started)
            answer = yield from self._writer.stream(draft, config)
        elif isinstance(answer, Draft):
            answer = answer.extract
            yield from answer.text.splitlines(keepends=True)
        else:
            yield from answer.text.splitlines(keepends=True)
        yield replace(answer, latency_ms=(time.perf_counter() - started) * 1000)

    def _answer(self, asked: str, history: Sequence[Turn], filters: Filters, config: RunnableConfig) -> Answer | Draft:
        engine = self._current()
        plain = simplify(asked) if courtesy_of(asked) else without_courtesies(simplify(asked))[0]
        spelled = engine.speller.respell(plain)
        answer = self._answer_spelled(engine, asked, plain, spelled, history, filters, config)
        if spelled != plain and _is_refusal(answer) and _LATIN.findall(spelled) == _LATIN.findall(plain):
            # What was taken for a slip may have been meant.
            as_typed = self._answer_spelled(engine, asked, plain, plain, history, filters, config)
            return answer if _is_refusal(as_typed) else as_typed
        return answer

    def _answer_spelled(
        self,
        engine: Engine,
        asked: str,
        plain: str,
        spelled: str,
        history: Sequence[Turn],
        filters: Filters,
        config: RunnableConfig,
    ) -> Answer | Draft:
        """Answer what was asked, spelled as given; `plain` is it without courtesies, as it was typed."""
        issues = engine.index.issues
        courtesy = courtesy_of(asked)
        respelled = in_chinese(spelled)
        history = [replace(t, content=in_chinese(t.content)) if t.role == "user" else t for t in history]
        question = understand(respelled, history, engine.speller.knows)
        if not courtesy and self._writer is not None and self._writer.condenser is not None:
            question = self._writer.condenser.restated(question, respelled, history, config)
        restated = question.follow_up or respelled != plain
        question = replace(question, rough=respelled != spelled)
        named = by_number(question.text, issues)
        if named.text != question.text and not named.unknown:
            question, restated = _about(question, named.text), True
        notes = (wording.understood_as(question.text, question.follow_up),) if restated else ()
        blank = Answer(
            asked, "", True, (), "extractive", resolved=question.text, notes=notes, build=engine.index.build_id
        )
        if not any(char.isalnum() for char in asked):
            return replace(blank, text=wording.UNREAD_QUESTION)
        if courtesy:
            order = courtesy == "order"
            reply_text = wording.REFUSED_ORDER if order else wording.COURTESIES[courtesy]
            return replace(blank, text=reply_text, refused=order, mode="structure", resolved=asked, notes=())
        if named.unknown:
            return replace(blank, text=wording.not_indexed_then(named.unknown, issues), mode="structure")
        if unknown := not_indexed(question.text, issues):
            return replace(blank, text=wording.not_indexed(unknown, issues), mode="structure")
        return self._within(engine, question, filters, blank, config)

    def _within(
        self, engine: Engine, question: Question, filters: Filters, blank: Answer, config: RunnableConfig
    ) -> Answer | Draft:
        """Answer by what the filters and the question itself admit."""
        blank = replace(blank, notes=(*blank.notes, *filters.notes()))
        admitted = filters.admitted(engine.index.issues)
        if not admitted:
            return replace(blank, text=wording.NONE_ADMITTED)
        issues = [issue for _, issue in admitted]
        meant = issues_meant(question.text, engine.index.issues)
        places = [place for place, _ in admitted if meant is None or place in meant]
        if not places and filters != UNFILTERED:
            return replace(blank, text=wording.NOT_ADMITTED)
        if (limit := dated_limit(question.text, issues)) and not within(limit, issues):
            return replace(blank, text=wording.not_indexed_then(limit.name, issues), mode="structure")
        numbered = with_numbers(question.text, issues)
        figures = engine.index.figures.of
        phases = names_phases(question.text)
        reply = comparison_reply(numbered, issues, question, figures)
        if reply is None and not phases:
            reply = structural_reply(numbered, issues, engine.plain)
        if reply:
            return _structural(blank, reply)
        if not phases and (topic := sought_topic(numbered, issues)):
            question = replace(_about(question, topic), sourced=True)
        in_issues = (
            [one for one in parts_in_issues(question, engine.index.issues) if one.issue in places] if meant else []
        )
        if meant is not None:
            numbers = [number for i in places if (number := engine.index.issues[i].number) is not None]
            blank = replace(blank, notes=(*blank.notes, wording.only_searched(numbers)))
            question = _about(question, without_issue(question.text, issues))
        sections, matter = section_limit(question.text, issues)
        if sections:
            blank = replace(blank, notes=tuple(dict.fromkeys((*blank.notes, wording.only_sections(sections)))))
            question = _about(question, matter)
        free = meant is None and filters == UNFILTERED
        limits = _Limits(None if free else places, sections or filters.sections)
        return self._read(engine, question, limits, blank, config, in_issues)

    def _read(
        self,
        engine: Engine,
        question: Question,
        limits: _Limits,
        blank: Answer,
        config: RunnableConfig,
        in_issues: Sequence[InIssue] = (),
    ) -> Answer | Draft:
        vector = self._embedder.embed_queries([question.text])[0]

        def find(
            text: str, near: NDArray[np.float32], k: int = PART_HITS, issues: Collection[int] | None = limits.issues
        ) -> list[Hit]:
            documents = engine.retriever.invoke(text, config, vector=near, issues=issues, sections=limits.sections, k=k)
            return [document_hit(document, engine.index) for document in documents]

        hits = find(question.text, vector, READ_HITS)
        asked = [one.part for one in in_issues] or parts_of(question)
        if in_issues:
            rankings = rank_in_issues(in_issues, engine.reader, self._embedder, find)
        else:
            rankings = told_apart(asked, engine.reader.rank_parts(question, vector, hits, find))
            rankings = [with_all_figures(question.focus, units) for units in rankings]
        parts = [(part, units[0]) for part, units in zip(asked, rankings, strict=True) if units]
        selected = compose(question, rankings)
        blank = replace(blank, confidence=engine.judge.probability(question, selected.evidence))
        answered = engine.judge.answers(question, selected.evidence)
        missing = (missing_parts if answered else missing_alone)(engine.judge, parts)
        if missing is None:
            all_issues = engine.index.issues
            searched = all_issues if limits.issues is None else [all_issues[i] for i in limits.issues]
            in_sections = [issue for _, issue in Filters(sections=limits.sections).admitted(searched)]
            return replace(blank, text=wording.not_found(in_sections), leads=nearest_articles(hits))
        if missing:
            selected = compose(question, [units for n, units in enumerate(rankings) if n not in missing])
        elif len(parts) == 1:
            selected = with_other_issues(question, selected, rankings[0])
        unused = nearest_articles(hits, besides=selected.citations)
        extract = replace(blank, text=selected.text, citations=selected.citations, refused=False, leads=unused)
        extract = finish(extract, question, selected, [part for n, part in enumerate(parts) if n not in missing])
        names = [one.name for one in in_issues] or [part.focus for part, _ in parts]
        closing = tuple(wording.part_missing(named(names[n])) for n in missing)
        sources = _sources(extract) if question.sourced else ()
        first = foremost(question.focus, extract.citations)
        leading = (wording.leads(*first),) if first else ()
        extract = replace(extract, text="\n".join([extract.text, *leading, *closing, *sources]))
        chosen = [item.hit.passage for item in selected.evidence]
        # What the extract quotes comes first: it has to be among what the model is shown.
        passages = {id(passage): passage for passage in [*chosen, *(hit.passage for hit in hits)]}
        return Draft(question.text, tuple(passages.values()), extract, closing)


def _is_refusal(answer: Answer | Draft) -> bool:
    return isinstance(answer, Answer) and answer.refused


def _about(question: Question, matter: str) -> Question:
    """The question without the words that limit the search."""
    return replace(question, text=matter, focus=matter if question.focus == question.text else question.focus)


def _sources(answer: Answer) -> tuple[str, ...]:
    """A line that says in which issues and articles an answer's sentences stand."""
    places: dict[str, list[int]] = {}
    for citation in answer.citations:
        where = f"{wording.at_day(citation.issue, citation.date)}第{citation.article_no}篇《{tidy(citation.title)}》"
        places.setdefault(where, []).append(citation.marker)
    marked = [where + "".join(f"[{n}]" for n in markers) for where, markers in places.items()]
    return (wording.found_in(marked),) if marked else ()


def _readable(text: str) -> str:
    """The text without what no tokenizer takes: lone surrogates and NULs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _structural(blank: Answer, reply: Reply) -> Answer | Draft:
    """A reply as an answer; of a digest, also what a language model may make of it: each article's quoted sentence."""
    citations = [
        cite(n, reference.issue, reference.article, reference.quote)
        for n, reference in enumerate(reply.references, start=1)
    ]
    answer = replace(blank, text=reply.text, citations=tuple(citations), refused=False, mode="structure")
    if not reply.digest:
        return answer
    passages = tuple(Passage(r.issue, r.article, r.quote.start, r.quote.end) for r in reply.references)
    opening, _, _ = reply.text.partition("\n")
    return Draft(blank.resolved, passages, answer, opening=opening, lines=tuple(map(digest_line, reply.references)))
