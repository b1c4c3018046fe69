"""What is read in evaluation reports and comparisons, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELS = {
    "n": "题数",
    "accuracy": "正确率",
    "concise": "简短且正确",
    "chars": "平均字数",
    "judged": "大模型判对",
    "refusal_precision": "拒答准确率",
    "refusal_recall": "拒答召回率",
    "refusal_f1": "拒答 F1",
    "citation_recall": "引对文章",
    "citation_precision": "引文切题",
    "quote_recall": "有引文支持",
    "quote_precision": "引文必要",
    "recall@1": "检索 @1",
    "recall@5": "检索 @5",
    "recall@10": "检索 @10",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "llm_fallback": "改用摘录",
    "llm_unverified": "未核实",
    "llm_repaired": "改正",
    "llm_replaced": "换成原文",
    "llm_dropped": "略去",
    "llm_read": "读入",
    "llm_written": "写出",
    "llm_cost": "费用",
    "latency_mean": "平均耗时",
    "latency_p50": "耗时中位数",
    "latency_p95": "耗时 95 分位",
}
"""Names of the figures, in the order in which they are shown."""

MEANINGS = {
    "accuracy": "有答案的问题中，答案含全部要点、不含错误说法的比例；误拒算错",
    "concise": "要求简短的问题中，200 字以内答对的比例",
    "chars": "要求简短的问题的答案字数",
    "judged": "有答案的问题中，大模型认为答对的比例；误拒算错",
    "refusal_precision": "拒答的问题中，通报确实没有答案的比例",
    "refusal_recall": "通报没有答案的问题中，拒答的比例",
    "refusal_f1": "以上两项的调和平均",
    "citation_recall": "已作答的问题中，引用了标准文章之一的比例",
    "citation_precision": "引文中出自标准文章的比例",
    "quote_recall": "答案各句中，所引原文包含该句，或包含其全部数字和多数词语的比例（ALCE，未用推理模型）",
    "quote_precision": "引文中，所在句有支持、且该引文单独支持或不可缺少的比例",
    "recall@1": "检索结果第一篇是标准文章的问题的比例",
    "recall@5": "检索结果前五篇中有标准文章的问题的比例",
    "recall@10": "检索结果前十篇中有标准文章的问题的比例",
    "mrr@10": "首篇标准文章名次倒数的平均",
    "ndcg@10": "前十篇的归一化折损累计增益",
    "llm_fallback": "请大模型作答的问题中，因故障、未见答案或对不上而改用原文摘录的比例",
    "llm_unverified": "大模型的答案中，标明“未核实”的句数，每个答案平均",
    "llm_repaired": "大模型的答案中，核对不符、经大模型改正或收回的句数，每个答案平均",
    "llm_replaced": "大模型的答案中，核对不符、换成原文句子的句数，每个答案平均",
    "llm_dropped": "大模型的答案中，与原文无关而略去的句数，每个答案平均",
    "llm_read": "每题大模型读入的词元，以接口报告的为准",
    "llm_written": "每题大模型写出的词元，以接口报告的为准",
    "llm_cost": "每题费用，按 FTZ_QA_LLM_PRICE_IN、FTZ_QA_LLM_PRICE_OUT 计算",
    "latency_mean": "每题作答耗时",
    "latency_p50": "一半的问题不超过这个时间",
    "latency_p95": "95 % 的问题不超过这个时间",
}

_UNITS = {
    "n": "题",
    "chars": "字",
    "llm_unverified": "句",
    "llm_repaired": "句",
    "llm_replaced": "句",
    "llm_dropped": "句",
    "llm_read": "词元",
    "llm_written": "词元",
    "llm_cost": "元",
}

FAULTS = {
    "missing": "缺少要点",
    "forbidden": "含有错误说法",
    "wrong_refusal": "误拒：通报中有答案",
    "wrong_answer": "误答：通报中没有答案，应当拒答",
    "no_gold_cited": "没有引用标准文章",
    "too_long": "超过 200 字",
}

ASPECTS = {"right": "答对", "cited": "引对文章", "brief": "简短"}
"""What of an answer is compared."""


def fault(kind: str, texts: Sequence[str]) -> str:
    """One thing that is wrong with an answer."""
    if kind == "missing":
        return f"{FAULTS[kind]}：{' / '.join(texts)}"
    if kind == "too_long":
        return f"{FAULTS[kind]}（{''.join(texts)} 字）"
    return f"{FAULTS[kind]}{'：' if texts else ''}{'、'.join(texts)}"


def as_number(name: str, value: float) -> str:
    """A figure as tables show it: shares in per cent, characters and milliseconds as they are."""
    if name in ("n", "chars", "llm_read", "llm_written") or name.startswith("latency"):
        return f"{value:.0f}"
    if name in _UNITS:
        return f"{value:.4f}" if name == "llm_cost" else f"{value:.2f}"
    return f"{100 * value:.1f}"


def unit(name: str) -> str:
    """What `as_number` counts."""
    return "ms" if name.startswith("latency") else _UNITS.get(name, "%")


def interval(name: str, low: float | None, high: float | None) -> str:
    """``78.9–88.0``, or nothing."""
    if low is None or high is None:
        return ""
    return f"{as_number(name, low)}–{as_number(name, high)}"
