"""What stands before a figure, taken apart: where, what is measured, and whether that states a value at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftz_qa.text import tagged_words

_UNITS = (
    "辆次|架次|人次|艘次|台次|列次|班次|车次|标准箱|标箱|平方公里|平方米|立方米|平米|公里|千米|公斤|千克|公顷|千瓦时|兆瓦时|千瓦|兆瓦|美元|欧元|元|吨"
    "|%|家(?!庭)|项(?!目)|[列辆台份件艘架箱亩位户场批名人票单柜座套张条只头个例](?![新内外间体月百])"
)
FIGURE = rf"(?P<value>\d+(?:\.\d+)?)(?P<scale>[万亿千百])?(?P<more>[余多])?(?P<unit>{_UNITS})"
"""A figure in a normalised text: groups ``value``, ``scale``, ``more`` and ``unit``."""

_PLACE = re.compile(
    r"(?P<own>[我全][省市])(?:自贸试验区)?|(?:自贸试验区|自由贸易试验区)?(?P<name>[\u4e00-\u9fff]{2,8}?(?:铁路口岸|公路口岸|航空口岸|水运口岸|口岸|国际机场|机场|综合保税区|保税区|自贸港|自贸试验区|自贸片区|片区|互市点"
    r"|产业园区?|园区|核心区|新区|国际港|海关|省(?!级)(?:自贸试验区)?|(?<!互)市(?![场中政级委])(?:自贸试验区)?|港(?!口|航))|[\u4e00-\u9fff]{2,20}(?:有限公司|集团公司|股份公司))|(?P<back>该关|该港|该区|该市|该省|全港|全区|片区|园区|口岸)"
)
_PLACE_LEAD = re.compile(r"^.*[经在从由对于据与和及为向把将任的以年月]|^(?:其中|目前|如今)")
_NO_NAMES = frozenset(
    {"自贸片区", "片区", "园区", "工业园区", "产业园区", "产业园", "口岸", "海关", "公司", "新区", "机场"}
)
_CHANGED = re.compile(
    r"[由从][^,]*$|(?:提高|提升|压缩|缩短|减少|降低?|扩大?|扩展|增加?|升|减|压减|下降|上升|增长|增收|节[省约]|多出)了?[到至为]?了?(?:约|近)?$|(?<!占)比(?![例重])[^,]*$|每[^,]*$"
)
_GOES_ON = re.compile(r"^(?:提高|提升|压缩|缩短|减少|降|扩|增|升|减|到|至|左右|以[上下内]|的(?!同|增))")
_ENDING = re.compile(
    r"(?:分别|已经|已|共计|共有|共|总共|合计|首次)*(?:达到了?|达|为|突破|超过|超|有|是|完成|实现)?(?:近|约|逾|超)?$"
)
_BEGINNING = re.compile(
    r"^(?:[|、和及与的]|以及|其中|同期|累积|已经|已|先后|共计|合计|共|首次|全年|期间|当月|当年|全港|分别|实现|完成|拥有|现有|设有|有|并|也|还|则|而|又|,|年)+"
)
_GENERIC = frozenset(
    {
        "货值",
        "金额",
        "总值",
        "价值",
        "合同金额",
        "总投资",
        "投资",
        "产值",
        "年产值",
        "面积",
        "总面积",
        "容量",
        "箱量",
        "销售额",
        "收入",
        "重量",
        "数量",
        "总量",
    }
)
# Say enough where a place stands in front of them.
_WITH_PLACE = frozenset(
    {"成交额", "交易额", "出口额", "进口额", "进出口额", "结算额", "营业收入", "销售收入", "工业产值"}
)
_NOUN_ENDINGS = "额|值|量|率|占比|比重|收入|投资|面积|余额|规模|利润|税收|总数|人数|户数|企业|线路|航线|项目"
_ENDS_WITH_NOUN = re.compile(rf"(?:{_NOUN_ENDINGS})$")
_RATE = re.compile(r"(?:率|占比|比重|比例|满意度)$")
_UNTOLD = re.compile(
    r"\d|[□'\"“”《》?？|、]|[将把被让使给每这那哪等只仅至该了]|^公司|(?<!占)比(?![例重])|平均|单[日月周]|最[高低多少]|日均|上述|销往|覆盖|来自|两个月|可以|能够|需要|因为|由于|通过|包括|例如|如今|作为|成为|以及"
)
_MOST, _LEAST, _PART_MOST = 16, 3, 8
_SAYING = frozenset("vnajlsNbztuec")


@dataclass(frozen=True, slots=True)
class Lead:
    """The words before a figure.

    Attributes
    ----------
    measure
        What is measured; empty where that cannot be told.
    place
        Named there; empty where none is.
    part
        The same words as the name of a part of something larger; empty where they can be none.
    adjacent
        Whether nothing stands between this figure and the one before it.
    generic
        Whether the measure says nothing by itself (``货值``).
    """

    measure: str
    place: str = ""
    part: str = ""
    adjacent: bool = False
    generic: bool = False


def place_of(text: str) -> str:
    """The last place that a normalised text names; empty where it names none."""
    return _place(text)[0]


def read_lead(text: str, behind: str, figure: re.Match[str]) -> Lead | None:
    """Take apart the words between the last stop and a figure; None for what is no statement of a value.

    Parameters
    ----------
    behind
        What follows the figure.
    figure
        A match of `FIGURE`.
    """
    if _CHANGED.search(text) or _GOES_ON.match(behind):
        return None
    if re.match("[\u4e00-\u9fffa-z](?<!同)(?<!增)(?<!分)", behind):
        return None  # 23家企业签约: what is counted stands behind
    if not text:
        return Lead("", adjacent=True)
    place, rest = _place(text)
    measure = _ENDING.sub("", _BEGINNING.sub("", rest)).replace("已", "")
    part = measure if 1 < len(measure) <= _PART_MOST and not _UNTOLD.search(measure) else ""
    if measure in _GENERIC or (measure.endswith("金额") and len(measure) <= 4):
        return Lead(measure, place, part, generic=True)
    if measure in _WITH_PLACE and rest == text:
        return Lead(measure, "", part, generic=True)
    return Lead(_capital(measure) if _tells(measure, figure["unit"]) else "", place, _capital(part))


def _place(text: str) -> tuple[str, str]:
    """The last place that is named, and what follows it."""
    found = list(_PLACE.finditer(text))
    if not found:
        return "", text
    match = found[-1]
    return match["own"] or _name_of(match["name"] or ""), text[match.end() :]


def _name_of(found: str) -> str:
    """The name without words that stand before it and belong to the sentence; empty where no name is left."""
    name = ""
    for word, tag in reversed(tagged_words(_PLACE_LEAD.sub("", found).removesuffix("自贸试验区"))):
        if name and tag[0] in "mquc":
            break
        name = word + name
    return name if len(name) > 1 and name not in _NO_NAMES else ""


def _tells(measure: str, unit: str) -> bool:
    """Whether the words say what is measured, without more around it."""
    if not _LEAST <= len(measure) <= _MOST or _UNTOLD.search(measure):
        return False
    if unit == "%":
        return bool(_RATE.search(measure))
    if _RATE.search(measure):
        return False
    words = tagged_words(measure)
    tags = [tag[0] for _, tag in words]
    if len(words[0][0]) == 1 and tags[0] == "v":
        return False  # cut off from a longer word
    if _ENDS_WITH_NOUN.search(measure):
        return True
    return all(tag in _SAYING for tag in tags) and "n" in tags and "v" in tags


def _capital(text: str) -> str:
    return re.sub("[a-z]+", lambda match: match[0].upper(), text)
