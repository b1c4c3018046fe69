"""Follow-ups restated by a language model, checked against what was asked and against the rules' own reading."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.figures import missing_figures
from ftz_qa.llm import LlmError
from ftz_qa.prompts import fenced
from ftz_qa.questions import kind_of
from ftz_qa.sentence_checks import names_in
from ftz_qa.text import normalize, simplify

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langchain_core.prompts import PromptTemplate
    from langchain_core.runnables import RunnableConfig

    from ftz_qa.llm_calls import LlmClient
    from ftz_qa.questions import Question
    from ftz_qa.types import Turn

CONDENSE_PLACEHOLDERS = frozenset({"history", "question"})
WITHIN = 10.0
"""Seconds for restating a question, or half of what a reply may take to begin, where that is more."""

SHORT = 20
"""A question up to this many characters may lean on the conversation in ways that the rules do not see."""

MAX_TURNS = 6
MAX_TURN_CHARS = 300
MAX_CHARS = 200

_SPEAKERS = {"user": "用户", "assistant": "回答"}
_LABEL = re.compile(r"^(?:改写后?的?(?:问题)?|问题|追问)\s*[:：]\s*")
_MARKERS = re.compile(r"\[\d+\]")
_ISSUES = re.compile(r"\d+期")
_YEARS = re.compile(r"\d{4}年|[今去前明]年")


class Condenser:
    """Restates follow-ups with a chat model.

    Parameters
    ----------
    client
        The model with its limits.
    template
        With the placeholders ``history`` and ``question``.
    """

    def __init__(self, client: LlmClient, template: PromptTemplate) -> None:
        self._client = client
        self._template = template

    def restated(
        self, question: Question, asked: str, history: Sequence[Turn], config: RunnableConfig | None = None
    ) -> Question:
        """The question as the model restates it; as the rules read it where that fails or is not to be trusted.

        Parameters
        ----------
        question
            As the rules read it.
        asked
            What was typed, in simplified characters.
        history
            Oldest turn first.
        """
        if not history or not (question.follow_up or len(asked) <= SHORT):
            return question
        said = "\n".join(
            f"{_SPEAKERS[turn.role]}：{_MARKERS.sub('', turn.content)[:MAX_TURN_CHARS]}"
            for turn in history[-MAX_TURNS:]
        )
        try:
            within = max(WITHIN, self._client.limits.first_token / 2)
            with self._client.session(within) as session:
                reply = session.ask(self._template, {"history": fenced(said), "question": fenced(asked)}, config)
        except LlmError:
            return question
        text = _LABEL.sub("", simplify(reply).strip()).strip("“”\"' ")
        if text == asked or not trusted(text, asked, question.text, said):
            return question
        focus = question.focus if question.focus in text else text
        kind = question.kind if question.follow_up else kind_of(text)
        return replace(question, text=text, focus=focus, kind=kind, follow_up=True)


def trusted(text: str, asked: str, by_rule: str, said: str) -> bool:
    """Whether a restated question keeps what was asked and adds nothing that was not said.

    Parameters
    ----------
    text
        The restated question.
    asked
        The follow-up itself: every figure and name of it has to be kept.
    by_rule
        The follow-up as the rules complete it: an issue, year or name may only go where the follow-up has another.
    said
        The conversation; figures and names that neither it nor the follow-up has may not come in.
    """
    if not text or "\n" in text or len(text) > MAX_CHARS or fenced(text) != text:
        return False
    if kind_of(asked) not in ("other", kind_of(text)):
        return False
    if missing_figures(asked, [text]) or missing_figures(text, [asked, said]):
        return False
    if _lost(names_in(asked), text) or _lost(names_in(text), asked + said):
        return False
    for kind in (_issues, _years, _names):
        if kind(by_rule) - kind(text) and not kind(asked):
            return False
    return len(text) >= len(asked) // 2


def _lost(names: Iterable[str], text: str) -> bool:
    plain = normalize(text)
    return any(normalize(name) not in plain for name in names)


def _issues(text: str) -> set[str]:
    return set(_ISSUES.findall(normalize(text)))


def _years(text: str) -> set[str]:
    return set(_YEARS.findall(normalize(text)))


def _names(text: str) -> set[str]:
    return {normalize(name) for name in names_in(text)}
