"""Year-on-year changes in a sentence of a bulletin."""

from __future__ import annotations

import re

_RATE = r"\d+(?:\.\d+)?(?:%|倍)"
_RATES = rf"{_RATE}(?:[和、及与]{_RATE})*"
_LAST_YEAR = "(?:比|较)(?:上年|去年)(?:同期)?"
CHANGE = (
    rf"(?:(?P<subject>(?!同比|分别)[\u4e00-\u9fff]{{2,6}}?)?(?:分别同比|同比分别|同比|分别(?:{_LAST_YEAR})?|{_LAST_YEAR})"
    rf"|(?<=[,、])(?P<part>(?!环比)[\u4e00-\u9fff]{{2,8}}?)?)"
    rf"(?P<way>增长|上升|提高|增加|下降|减少|回落|下跌|下滑|微增|微降|略增|略降|增幅|降幅)[了为]?[近约超逾]?(?P<rates>{_RATES})"
)
"""A change in a normalised text: groups ``subject`` or ``part`` (of what), ``way`` and ``rates``."""

_RATE_OF = re.compile("(?:增长|上升|提高|增加|下降|减少|回落|下跌|下滑|增幅|降幅)[了近约超逾]?$")
_DOWN = ("下降", "减少", "回落", "下跌", "下滑", "微降", "略降", "降幅")


def rates_of(match: re.Match[str]) -> list[float]:
    """The rates of a match of `CHANGE`, in percent; those of a decline are negative."""
    found = re.findall(r"(\d+(?:\.\d+)?)(%|倍)", match["rates"])
    rates = [round(float(rate) * (1 if unit == "%" else 100), 4) for rate, unit in found]
    return [-rate for rate in rates] if match["way"] in _DOWN else rates


def is_rate(lead: str) -> bool:
    """Whether the words in front of a percentage make it a rate of growth."""
    return bool(_RATE_OF.search(lead))
