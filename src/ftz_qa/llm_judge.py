"""A language model's opinion of answers: a second look beside the facts that a question set asks for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.errors import InputError
from ftz_qa.evaluation import Verdict
from ftz_qa.llm import chat_model, check_local, provider_errors
from ftz_qa.llm_setup import api_key
from ftz_qa.prompts import load_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.prompts import PromptTemplate

    from ftz_qa.evaluation import Item, Outcome
    from ftz_qa.settings import Settings

JUDGE_PLACEHOLDERS = frozenset({"question", "facts", "answer", "quotes"})
_REPLY = re.compile(r"\W*(正确|错误)(?!率)\W*(.*)", re.S)
_NOTHING = "通报中没有答案"


class LlmJudge:
    """Asks a chat model whether answers are right.

    Parameters
    ----------
    model
        Any LangChain chat model.
    template
        With the placeholders ``question``, ``facts``, ``answer`` and ``quotes``.
    """

    def __init__(self, model: BaseChatModel, template: PromptTemplate) -> None:
        self._chain = template | model

    def judged(self, outcome: Outcome) -> Outcome:
        """The outcome with the model's verdict; refusals are left as they are, there is nothing to read in them."""
        if outcome.answer.refused:
            return outcome
        quotes = (f"[{c.marker}]《{c.title}》{c.quote}" for c in outcome.answer.citations)
        filled = {
            "question": outcome.answer.resolved or outcome.item.question,
            "facts": _facts(outcome.item),
            "answer": outcome.answer.text,
            "quotes": "\n".join(quotes) or "无",
        }
        try:
            reply = self._chain.invoke(filled).text
        except provider_errors() as error:
            return replace(outcome, judged=Verdict(None, type(error).__name__))
        return replace(outcome, judged=read_verdict(reply))

    def all_judged(
        self, outcomes: Sequence[Outcome], progress: Callable[[int, int], None] | None = None
    ) -> list[Outcome]:
        """Every outcome with its verdict; a model that cannot be reached leaves verdicts that say nothing."""
        judged = []
        for outcome in outcomes:
            judged.append(self.judged(outcome))
            if progress is not None:
                progress(len(judged), len(outcomes))
        return judged


def _facts(item: Item) -> str:
    if not item.answerable:
        return _NOTHING
    lines = [f"- {' / '.join(group)}" for group in item.must]
    lines += [f"- 不得说成：{wrong}" for wrong in item.must_not]
    return "\n".join(lines) or "无，请根据所引的原文判断"


def read_verdict(reply: str) -> Verdict:
    """Read a reply that begins with 正确 or 错误; anything else is no verdict."""
    match = _REPLY.match(reply)
    if match is None:
        return Verdict(None, " ".join(reply.split())[:200])
    return Verdict(match[1] == "正确", " ".join(match[2].split())[:200])


def load_judge(settings: Settings) -> LlmJudge:
    """The judge that the settings name.

    Raises
    ------
    InputError
        No model is named, or the prompt cannot be used.
    ModelError
        The package for OpenAI-compatible endpoints is not installed.
    """
    if not settings.llm_model:
        raise InputError("--judge 要请大模型判断，请先设置 FTZ_QA_LLM_MODEL（见 README 的“接入大模型”）")
    if settings.llm_local_only:
        check_local(settings.llm_base_url)
    template = load_prompt(settings.prompts_dir, "judge", JUDGE_PLACEHOLDERS)
    model = chat_model(
        settings.llm_model,
        settings.llm_base_url,
        api_key(settings),
        timeout=settings.llm_overall,
        retries=settings.llm_retries,
    )
    return LlmJudge(model, template)
