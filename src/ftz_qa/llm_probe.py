"""Trying an endpoint: reachable, model there, streams, keeps to the prompt."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ftz_qa.errors import FtzQaError
from ftz_qa.evidence import evidence_for
from ftz_qa.llm import LlmError, failure_of, provider_errors
from ftz_qa.llm_setup import load_client
from ftz_qa.prompts import load_prompt
from ftz_qa.replies import sentences
from ftz_qa.sentence_checks import Place, problem_of
from ftz_qa.types import Article, Issue, Passage, Section
from ftz_qa.wording import SILENT, problem
from ftz_qa.writer import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.llm_calls import LlmClient
    from ftz_qa.settings import Settings

_BODY = "今年上半年，云江铁路口岸开行中欧班列481列，换装时间缩短到3小时。"
_ANSWERED = "今年上半年云江铁路口岸开行中欧班列多少列？"
_UNANSWERED = "该口岸的食堂供应几种早餐？"

_REMEDIES = {
    "unreachable": "检查 FTZ_QA_LLM_BASE_URL（通常以 /v1 结尾）、服务是否启动、代理和防火墙",
    "slow": "检查网络和服务的负载；或调大 FTZ_QA_LLM_FIRST_TOKEN",
    "unauthorised": "检查 FTZ_QA_LLM_API_KEY 或 FTZ_QA_LLM_API_KEY_FILE，以及账户的权限和余额",
    "missing": "检查 FTZ_QA_LLM_BASE_URL 是否以 /v1 结尾，FTZ_QA_LLM_MODEL 是否写对",
    "busy": "稍后再试，或调小 FTZ_QA_LLM_CONCURRENCY",
    "rejected": "检查 FTZ_QA_LLM_MODEL；上下文较小的模型请调小 FTZ_QA_LLM_CONTEXT",
    "failed": "查看大模型服务的日志",
    "malformed": "该地址的接口与 OpenAI 不兼容，请检查 FTZ_QA_LLM_BASE_URL",
    "interrupted": "检查网络；或调大 FTZ_QA_LLM_OVERALL",
}
_WEAK = "回答仍会逐句核对，对不上的改用原文摘录；要更好的回答，请换一个能力较强的模型"


class Probe(NamedTuple):
    """One thing tried; `ok` is None where it is unusual but need not be wrong."""

    name: str
    ok: bool | None
    detail: str
    remedy: str = ""


def probe_endpoint(settings: Settings) -> Iterator[Probe]:
    """Ask the endpoint that the settings name; ends early where nothing more can be told."""
    try:
        client = load_client(settings)
        template = load_prompt(settings.prompts_dir, "answer", PLACEHOLDERS)
    except FtzQaError as error:
        yield Probe("大模型设置", False, str(error), "改正上述设置")
        return
    if client is None:
        return
    reached = _listed(client, settings)
    yield from reached
    if any(probe.ok is False for probe in reached):
        return
    evidence = evidence_for(_ANSWERED, [_sample()], 1000).text
    try:
        with client.session() as session:
            began = time.monotonic()
            times, pieces = [], []
            for piece in session.stream(template, {"evidence": evidence, "question": _ANSWERED}):
                times.append(time.monotonic() - began)
                pieces.append(piece)
            silent = session.ask(template, {"evidence": evidence, "question": _UNANSWERED})
            counted = session.usage.written > 0
    except LlmError as error:
        yield Probe("大模型作答", False, str(error), _REMEDIES.get(error.kind, "稍后再试"))
        return
    yield _streamed(times)
    yield _cited("".join(pieces))
    yield _declined(silent)
    yield Probe(
        "大模型用量", True if counted else None, "接口报告用量" if counted else "接口不报告用量，评测中没有费用"
    )


def _listed(client: LlmClient, settings: Settings) -> list[Probe]:
    """Whether the endpoint answers, and lists the model."""
    root: Any = getattr(client.model, "root_client", None)
    try:
        names = [model.id for model in root.with_options(max_retries=0).models.list()]
    except provider_errors() as error:
        failure = failure_of(error, begun=False)
        if failure.kind in ("missing", "malformed", "rejected"):
            return [Probe("大模型连接", None, "接口不提供模型列表", "不影响使用，以下面的作答为准")]
        return [Probe("大模型连接", False, str(failure), _REMEDIES.get(failure.kind, ""))]
    reached = Probe("大模型连接", True, settings.llm_base_url or "OpenAI")
    if settings.llm_model in names:
        return [reached, Probe("大模型名称", True, settings.llm_model)]
    shown = "、".join(names[:5]) or "无"
    remedy = f"接口列出的模型：{shown}；请检查 FTZ_QA_LLM_MODEL"
    return [reached, Probe("大模型名称", None, f"列表中没有 {settings.llm_model}", remedy)]


def _streamed(times: list[float]) -> Probe:
    if not times:
        return Probe("大模型流式输出", False, "没有回答", _REMEDIES["malformed"])
    detail = f"{times[0]:.1f} 秒后开始，{times[-1]:.1f} 秒答完，共 {len(times)} 段"
    if len(times) == 1:
        return Probe("大模型流式输出", None, f"{detail}：一次给出全部", "不影响使用，只是要等到答完才显示")
    return Probe("大模型流式输出", True, detail)


def _cited(reply: str) -> Probe:
    """Whether a reply cites the evidence and is borne out by it."""
    place = Place(_sample())
    said = list(sentences([reply]))
    problems = [found for one in said if (found := problem_of(one.text, [place] if one.markers == (1,) else []))]
    if said and not problems and "481" in reply:
        return Probe("大模型按要求注明出处", True, "数字正确，出处齐全")
    detail = problem(problems[0].kind, problems[0].what) if problems else "没有答出示例摘录里的数字"
    return Probe("大模型按要求注明出处", None, detail, _WEAK)


def _declined(reply: str) -> Probe:
    if SILENT in reply:
        return Probe("大模型不知则说不知", True, "摘录没有答案时按约定答复")
    return Probe("大模型不知则说不知", None, "摘录没有答案时没有按约定答复", _WEAK)


def _sample() -> Passage:
    section = Section(1, "示例板块", "一、示例板块")
    article = Article(1, "云江口岸开行中欧班列", "（一）云江口岸开行中欧班列", section, _BODY)
    date = dt.date(2025, 7, 15)
    issue = Issue("示例动态", 1, date, "示例省自贸办", "示例动态", (section,), (article,), "示例")
    return Passage(issue, article, 0, len(_BODY))
