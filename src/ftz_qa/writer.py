"""Composing with a language model: its sentences are kept only where the passages that they cite bear them out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.errors import FtzQaError
from ftz_qa.grounding import cite
from ftz_qa.passages import passage_label
from ftz_qa.terms import tokens_of
from ftz_qa.text import normalize, split_sentences
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.prompts import PromptTemplate
    from langchain_core.runnables import RunnableConfig

    from ftz_qa.types import Citation, Passage

PLACEHOLDERS = frozenset({"evidence", "question"})
_MARKED = re.compile(r"(.+?)((?:\s*\[\d+\])+)\s*([。！？；.!?;]?)", re.S)
_MARKER = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SILENT = "没有找到答案"


class WriterError(FtzQaError):
    """The model could not be used, or nothing of its reply is borne out."""


@dataclass(frozen=True, slots=True)
class Written:
    """A checked reply: text with markers and their citations; both empty where the model says that nothing answers."""

    text: str
    citations: tuple[Citation, ...]


class Writer:
    """Writes answers with a chat model.

    Parameters
    ----------
    model
        Any LangChain chat model.
    template
        With the placeholders ``evidence`` and ``question``.
    """

    def __init__(self, model: BaseChatModel, template: PromptTemplate) -> None:
        self._chain = template | model

    def write(self, question: str, passages: Sequence[Passage], config: RunnableConfig) -> Written:
        """Let the model answer from the passages and keep what is borne out.

        Raises
        ------
        WriterError
            The endpoint failed, or no sentence of the reply cites a passage that holds its figures.
        """
        evidence = "\n\n".join(
            f"[{n}] {passage_label(p)} 《{p.article.title}》\n{p.text}" for n, p in enumerate(passages, start=1)
        )
        try:
            reply = self._chain.invoke({"evidence": evidence, "question": question}, config).text
        except provider_errors() as error:
            raise WriterError(type(error).__name__) from error
        if _SILENT in reply:
            return Written("", ())
        return _checked(reply, passages)


def _checked(reply: str, passages: Sequence[Passage]) -> Written:
    citations: list[Citation] = []
    sentences: list[str] = []
    for match in _MARKED.finditer(reply.strip()):
        sentence = match[1].strip(" \n。；;")
        cited = [passages[n - 1] for n in map(int, _MARKER.findall(match[2])) if 1 <= n <= len(passages)]
        held = _figures("\n".join(f"{passage_label(p)}{p.article.title}{p.text}" for p in cited))
        if not cited or not sentence or not _figures(sentence) <= held:
            continue
        markers = []
        for passage in cited:
            citations.append(
                cite(len(citations) + 1, passage.issue, passage.article, _nearest_sentence(sentence, passage))
            )
            markers.append(f"[{len(citations)}]")
        sentences.append(f"{sentence}。{''.join(markers)}")
    if not sentences:
        raise WriterError(wording.UNVERIFIED_REPLY)
    return Written("".join(sentences), tuple(citations))


def _figures(text: str) -> set[str]:
    return set(_NUMBER.findall(normalize(text)))


def _nearest_sentence(text: str, passage: Passage) -> Span:
    """The sentence of a passage that shares most figures, then most words, with a text; as a span of the body."""
    wanted, figures = tokens_of(text), _figures(text)
    spans = [Span(passage.start + s.start, passage.start + s.end) for s in split_sentences(passage.text)]
    body = passage.article.body

    def shared(span: Span) -> tuple[int, int]:
        sentence = body[span.start : span.end]
        return len(figures & _figures(sentence)), len(wanted & tokens_of(sentence))

    return max(spans, key=shared, default=Span(passage.start, passage.end))


def provider_errors() -> tuple[type[Exception], ...]:
    """What a chat model raises when its endpoint fails."""
    # Replies without choices or message come out of langchain-openai as errors of these general types.
    malformed = (TypeError, LookupError, AttributeError)
    errors: list[type[Exception]] = [OSError, TimeoutError, ValueError, *malformed]
    try:
        from openai import OpenAIError
    except ImportError:
        return tuple(errors)
    return (*errors, OpenAIError)
