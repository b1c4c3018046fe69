"""What a question names and its evidence has to name too: an office, a phase, a way across the border, a day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_OFFICE = re.compile(
    r"(?P<vice>(?:常务)?副)?(?P<office>主任|书记|市长|省长|县长|区长|镇长|局长|厅长|部长|司长|行长|院长|秘书长|总?经理|董事长?|会长|科长|处长"
    r"|关长|总监|总裁|站长|馆长|理事长|总干事|总指挥|校长|所长|队长|政委|总工程师|首席\w{1,4}官|组长|庭长|船长|厂长|社长|店长|监事)"
)
_IN_A_ROW = re.compile(
    r"(?<![第\d几])[一二三四五六]期|(?:首|第[一二三四五六七八九十])(?:[批届座条艘家只单列次个轮支期])"
)
_OVERALL = re.compile("进出口|出入境|进出境")
_INWARD = re.compile("入境|进境|进口|进来|回程|返程|来程|流入")
_OUTWARD = re.compile("出境|出口|出去|去程|流出")
_COUNTERPARTS = tuple(
    tuple(map(re.compile, kinds))
    for kinds in (
        ("内贸", "外贸|进出口"),
        ("铁路|班列|铁水|火车", "公路|货车|卡车|车辆", "水路|水运|海运|航线|海路|船", "航空|空运|货机|机场|飞"),
        ("博士", "硕士", "本科|学士", "大专|专科", "高级", "中级", "初级"),
        ("原告|申请人|出租|卖方|甲方|中方", "被告|被申请人|承租|买方|乙方|外方"),
        ("当月|单月",),
    )
)
"""Words of which one is meant and not the others; each with what bulletins may say in its place."""

_STAGES = tuple(
    map(
        re.compile,
        (
            "开工|动工|破土|开建|奠基",
            "竣工|完工|建成|落成|封顶",
            "投产|投用|启用|投运|运营|开业|开张|营业|开门|投入使用|运行|使用",
            "签约|签署|签订|签",
            "揭牌|成立|挂牌|设立",
            "获批|批复|批准|批下来|核准|通过",
            "首航|开航|首飞|首发|开通|开行",
        ),
    )
)
_WHICH_DAY = re.compile("几月几[日号]|几号|哪一?天|哪一?日|几日")
_DAY = re.compile(r"\d{1,2}日|今天|昨天|当日|当天")


def office_missing(question: str, units: Sequence[str]) -> bool:
    """Whether a question for a person names an office that none of the units names (``关长`` is not ``副关长``).

    Parameters
    ----------
    question, units
        Normalised.
    """
    asked = [_office(match) for match in _OFFICE.finditer(question)]
    return bool(asked) and all(_office(match) != asked[-1] for unit in units for match in _OFFICE.finditer(unit))


def _office(match: re.Match[str]) -> tuple[bool, str]:
    return bool(match["vice"]), match["office"]


def named_missing(question: str, units: str, above: str) -> bool:
    """Whether a question names one of several things that are much alike, and the evidence does not.

    That is a phase or one of a row (``二期``, ``首批``), a way across the border, a kind of transport, a degree, a
    party of a case, or a single month. It is missing, too, where a day is asked for and none told.

    Parameters
    ----------
    above
        What stands above the units, in their paragraphs and as their titles, normalised.
    """
    around = f"{units}\n{above}"
    rows = {match[0] for match in _IN_A_ROW.finditer(question)}
    if rows and not any(row in around for row in rows):
        return True
    if _way_missing(question, around) or (_WHICH_DAY.search(question) and not _DAY.search(units)):
        return True
    for kinds in _COUNTERPARTS:
        asked = [kind for kind in kinds if kind.search(question)]
        if len(asked) == 1 and not asked[0].search(around):
            return True
    return False


def _way_missing(question: str, around: str) -> bool:
    if _OVERALL.search(question):
        return False
    asked = [way for way in (_INWARD, _OUTWARD) if way.search(question)]
    return len(asked) == 1 and not asked[0].search(_OVERALL.sub("", around))


def other_stage(question: str, units: str) -> bool:
    """Whether the units tell of another stage of an undertaking than the one asked about, and not of that one.

    ``什么时候投产`` where only ``开工`` is told.
    """
    asked = [stage for stage in _STAGES if stage.search(question)]
    if len(asked) != 1 or asked[0].search(units):
        return False
    return any(stage.search(units) for stage in _STAGES if stage is not asked[0])
