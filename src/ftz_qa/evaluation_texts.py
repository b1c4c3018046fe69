"""Headings and sentences of evaluation reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftz_qa.calibration import Reliability, RiskCoverage
    from ftz_qa.evaluation import Verdict
    from ftz_qa.evaluation_report import CitationRecord, Report

TITLE = "评测报告"
FIGURES = "总体指标"
BY_TYPE = "按问题类型"
CALIBRATION = "置信度是否可信"
RELIABILITY_PLOT = "置信度与实际"
RISK_PLOT = "风险与覆盖"
CONFIDENCE_AXIS = "置信度"
ANSWERABLE_AXIS = "确有答案的比例"
COVERAGE_AXIS = "作答的比例"
RISK_AXIS = "答错的比例"
WRONG = "有问题的回答"
QUESTION = "问"
ANSWER = "答"
UNSUPPORTED = "引文不支持"
ROLES = {"user": "上文问", "assistant": "上文答"}
OVERVIEW = ("指标", "数值", "95 % 区间", "例数", "含义")
BINS = ("置信度", "题数", "平均置信度", "确有答案")
INTERVALS = "区间由自助法得到（对问题重抽样 2000 次，取百分位）；例数少时区间宽，全对或全错时不反映不确定性。"
NO_CONFIDENCE = "没有带置信度的回答。"
NOTHING_SHOWN = "没有可列出的问题。"


def source(citation: CitationRecord) -> str:
    """``[1] 第239期第3篇《标题》``."""
    issue = f"第{citation.issue}期" if citation.issue is not None else ""
    return f"[{citation.marker}] {issue}第{citation.article_no}篇《{citation.title}》"


def head(report: Report) -> list[tuple[str, str]]:
    """What was evaluated, as names and values."""
    return [
        ("时间", f"{report.created:%Y-%m-%d %H:%M:%S}"),
        ("问题", f"{len(report.items)} 题（{report.split}），{'、'.join(s.name for s in report.sets)}"),
        ("索引版本", report.build),
        ("嵌入模型", report.model),
        ("大模型", str(report.settings.get("llm_model") or "无")),
        ("程序", f"ftz-qa {report.version}，{report.system}"),
    ]


def hidden(count: int) -> str:
    """Questions kept for reporting are not shown."""
    return f"另有 {count} 题留作报告（split 为 report），不显示内容，以免照着它们调整程序。"


def calibration_error(found: Reliability) -> str:
    """The calibration error in words."""
    return f"{found.n} 题有置信度（按结构作答的没有），期望校准误差 ECE {100 * found.error:.1f} 个百分点。"


def bins(found: Reliability) -> list[tuple[str, str, str, str]]:
    """The rows of the reliability table."""
    return [
        (f"{b.low:.1f}–{b.high:.1f}", str(b.count), f"{100 * b.confidence:.1f} %", f"{100 * b.answerable:.1f} %")
        for b in found.bins
    ]


def risk(found: RiskCoverage) -> str:
    """The end of the risk-coverage curve in words."""
    last = found.points[-1]
    return (
        f"{found.n} 题中作答 {100 * last.coverage:.1f} %，其中答错 {100 * last.risk:.1f} %；"
        f"按置信度由高到低作答的平均风险 AURC {100 * found.area:.1f} %。拒答的题没有答案可评，曲线到此为止。"
    )


def verdict(judged: Verdict) -> str:
    """What the language model says."""
    words = {True: "正确", False: "错误", None: "没有判断"}
    return f"大模型认为：{words[judged.right]}（{judged.reason}）"
