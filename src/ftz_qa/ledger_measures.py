"""What stands before a figure, taken apart: where, what is measured, and whether that states a value at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftz_qa.ledger_counted import belongs_elsewhere, read_counted
from ftz_qa.ledger_words import GENERIC, MEASURING, OWNED, TELLING, WITH_PLACE
from ftz_qa.text import tagged_words

_PLACE = re.compile(
    r"(?P<own>[我全][省市])(?:自贸试验区)?|(?:自贸试验区|自由贸易试验区)?(?P<name>[\u4e00-\u9fff]{2,8}?(?:铁路口岸|公路口岸|航空口岸|水运口岸|口岸|国际机场|机场|综合保税区|保税区|自贸港|自贸试验区|自贸片区|片区|互市点"
    r"|产业园区?|园区|核心区|新区|国际港|海关|省(?!级)(?:自贸试验区)?|(?<![互开上])市(?![场中政级委])(?:自贸试验区)?|(?<![到离抵进出])港(?!口|航|片区))|[\u4e00-\u9fff]{2,20}(?:有限公司|集团公司|股份公司))|(?P<back>该关|该港|该院|该局|该站|该口岸|该中心|该园|该区|该市|该省|全港|全区|片区|园区|口岸)"
)
_PLACE_LEAD = re.compile(r"^.*[经在从由对于据与和及为向把将任的以年月后]|^(?:其中|目前|如今)")
_NO_NAMES = frozenset(
    {"自贸片区", "片区", "园区", "工业园区", "产业园区", "产业园", "口岸", "海关", "公司", "新区", "机场", "城市"}
)
_CHANGED = re.compile(
    r"[由从][^,]*$|(?:提高|提升|压缩|缩短|减少|降低?|扩大?|扩展|(?<!新)增加?|升|减|压减|下降|上升|增长|增收|恢复到|修订|调整|核[减增定]|节[省约]|多出)了?[到至为]?了?(?:约|近)?$|(?<!占)比(?![例重])[^,]*$|每[^,]*$"
)
_GOES_ON = re.compile(r"^(?:提高|提升|压缩|缩短|减少|降|扩|增|升|减|到|至|左右|以[上下内]|的(?!同|增))")
_ENDING = re.compile(
    r"(?:分别|已经|已|共计|共有|共|总共|合计|首次)*(?:达到了?|达|为|突破|超过|超|[只仅]?有|是|完成|实现|恢复至|仅为|折合人民币)?(?:近|约|逾|超|仅)?$"
)
_BEGINNING = re.compile(
    r"^(?:[|、和及与的就仅]|(?:举办|组织|开展)?各[类种项]|其(?!中)|[至到](?=\|)|自[^,]{0,12}以来|以来|以及|其中|同期|累积|已经|已|先后|共计|合计|共|首次|全年|期间|当月|当年|全港|分别|实现|完成|拥有|现有|设有|有|并|也|还|则|而|又|,|年(?![化加处产均]))+"
)
# Who does it, where a sum follows (``大厅共收到登记咨询173件``).
_WHO = re.compile(r"^[^,]{1,20}?(?<!公)(?:共计|合计|共(?![享建同有])|已经|已)(?=..)")
# Names whatever their words: in quotation marks, or of trade with somebody (``对台出口``).
_NAMED = re.compile("“[^”]*”|[对自][\u4e00-\u9fff]{1,4}?(?=进出口|出口|进口|贸易|投资|小额)")
_SUMMED = re.compile("(?<=.)(?:累计|新增|完成|实现)[\u4e00-\u9fff、]{2,12}$")
_SUMS = frozenset({"累计", "合计", "总计", "同期"})
_RATE = re.compile(r"(?:率|占比|比重|比例|满意度)$")
_UNTOLD = re.compile(
    r"\d|[□'\"《》?？|、]|[将把被每这那哪等只仅至该了]|(?<![转出受减])让|使(?!用)|(?<![供补])给|^公司|(?<!占)比(?![例重])|[平人户日月年]均|单[日月周]|[首本每各]期|为|最[高低多少]|日均|上述|销往|覆盖|来自|两个月|可以|能够|需要|因为|由于|通过|包括|例如|如今|作为|成为|以及|较|的$|以来|着|少[开收于]|多[开收]|闲置|年产(?![值量])|新增.{0,4}中|^年(?:加工|处理|可)|历史|[长宽高]$|同期|能力|工作日"
)
_SHARE = re.compile(
    r"(?P<part>[^占]{2,14}?)?占(?P<whole>[^占]{2,10}?)?(?P<ratio>比重|比例|比)?的?(?:比重|比例)?(?:分别)?(?:为|高达|达到?|超过?|近|约|逾)*"
)
_MOST, _LEAST, _PAIR, _LONG_NAME = 18, 3, 2, 8
PART_MOST = 8
"""How many characters the name of a part has at most."""

_ADVERBS = frozenset("已也均都还又就仅只不未较约共曾将即更最很总各")
_SAYING = frozenset("vnajlsNbztuecfi")


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
    listed
        Whether it goes on with a list (``安居卡318张、优学卡96张``).
    adjacent
        Whether nothing stands between this figure and the one before it.
    generic
        Whether the measure says nothing by itself (``货值``).
    owned
        Whether it says enough all the same where it is known whose it is (``销售收入``).
    again
        Whether only a place or a time stands there, of which the measure before it is told as well.
    """

    measure: str
    place: str = ""
    part: str = ""
    listed: bool = False
    adjacent: bool = False
    generic: bool = False
    owned: bool = False
    again: bool = False


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
    counted = read_counted(behind)
    if counted is None or (counted.goes_on and counted.thing):
        return None
    if not text.strip("、和及与") and not counted.thing:
        return Lead("", adjacent=True)
    place, rest = _place(text)
    said = _BEGINNING.sub("", rest)
    said = shorter if _ENDING.sub("", shorter := _BEGINNING.sub("", _WHO.sub("", said))) else said
    measure = _joined(_ENDING.sub("", said).replace("已", ""))
    if figure["unit"] == "%":
        return None if counted.thing else _share(text, measure, text if text.startswith("占") else said, place)
    if counted.thing and figure["unit"] in MEASURING:
        return None  # 8万吨设备: how large it is
    if counted.thing:
        return _of_counted(measure, counted.thing, place, rest)
    return _of_words(measure, text, rest, place, figure["unit"])


def _of_words(measure: str, text: str, rest: str, place: str, unit: str) -> Lead | None:
    """What is measured by the words in front of a figure."""
    whole = re.sub("(?<=[\u4e00-\u9fff])、(?=[\u4e00-\u9fff])", "", measure)
    part = measure if 1 < len(measure) <= PART_MOST + len(measure) - len(whole) and not _UNTOLD.search(whole) else ""
    if measure == "投资" and "完成投资" in rest:
        measure = part = "完成投资"
    if measure in GENERIC or (measure.endswith("金额") and len(measure) <= 4):
        return Lead(measure, place, part, generic=True, owned=measure in OWNED)
    if measure in WITH_PLACE and rest == text:
        return Lead(measure, "", part, generic=True, owned=True)
    if measure in _SUMS and "|" not in text:
        return None  # of how long?
    if measure in _SUMS or (not measure and (place or text.endswith("|"))):
        return Lead("", place, place, again=True)
    told = _tells(whole, unit, cut=not re.sub("[|、]", "", text).startswith(measure))
    if not told and (deed := _deed(measure)):
        measure, told = deed, _tells(deed.replace("、", ""), unit)
    return Lead(_capital(measure) if told else "", place, _capital(part), listed=text.startswith(("、", "和")))


def _joined(measure: str) -> str:
    """The words around a time that stands among them: ``两江片区文化出口上半年达``, ``重庆段上半年运输``."""
    before, _, behind = measure.rpartition("|")
    return f"{before.replace('|', '')}{behind}" if len(before) + len(behind) <= _MOST else behind


def _share(text: str, measure: str, said: str, place: str) -> Lead | None:
    """``办结率97%``, ``出口占81%``, ``新能源车占出口总量的32%``."""
    match = _SHARE.fullmatch(said)
    if match and not _UNTOLD.search(f"{match['part'] or ''}{match['whole'] or ''}".replace("、", "")):
        part = re.sub("(?:的|仅|约)$", "", match["part"] or "")
        if not part:
            name = f"占{match['whole']}比重" if match["whole"] else "占比"
            return Lead(name, place, generic=True) if text.startswith("占") else None
        if match["whole"]:
            return Lead(_capital(f"{part}占{match['whole']}比重"), place)
        return Lead(_capital(f"{part}占比"), place, generic=not match["ratio"])
    part = measure if 1 < len(measure) <= PART_MOST and not _UNTOLD.search(measure) else ""
    return Lead(_capital(measure) if _tells(measure, "%") else "", place, _capital(part))


def _of_counted(action: str, thing: str, place: str, said: str) -> Lead | None:
    """What is done to what is counted behind the figure."""
    measure = f"{action}{thing}"
    if belongs_elsewhere(said) or belongs_elsewhere(action) or not _LEAST <= len(measure) <= _MOST:
        return None
    if _UNTOLD.search(measure) or (action and not all(tag[0] in _SAYING for _, tag in tagged_words(action))):
        return None
    return Lead(_capital(measure), place)


def _place(text: str) -> tuple[str, str]:
    """The last place that is named, and what follows it."""
    found = list(_PLACE.finditer(text))
    if not found:
        return "", text
    match = found[-1]
    place = match["own"] or _name_of(match["name"] or "")
    return place, text[match.end() :] if place or match["back"] or match.end() < len(text) else text


def _name_of(found: str) -> str:
    """The name without words that stand before it and belong to the sentence; empty where no name is left."""
    name = ""
    # So much is hardly a name, except of companies.
    cut = len(found) > _LONG_NAME and not found.endswith("公司")
    for word, tag in reversed(tagged_words(_PLACE_LEAD.sub("", found).removesuffix("自贸试验区"))):
        if name and (tag[0] in "mquc" or (tag == "v" and cut)):
            break
        name = word + name
    if name[-2:] in ("全省", "我省", "全市", "我市"):
        return name[-2:]
    if name.startswith("该"):
        return ""
    return name if len(name) > 1 and name not in _NO_NAMES else ""


def _tells(measure: str, unit: str, *, cut: bool = True) -> bool:
    """Whether the words say what is measured, without more around it; `cut` where others stood before them."""
    if not 1 < len(measure) <= _MOST or _UNTOLD.search(measure) or measure in _SUMS:
        return False
    if unit == "%" or _RATE.search(measure):
        return unit == "%" and len(measure) > _PAIR and bool(_RATE.search(measure))
    # What stands in quotation marks is a name, whatever its words.
    words = tagged_words(_NAMED.sub("事项", measure))
    tags = [_kind(word, tag) for word, tag in words]
    if cut and tags[0] == "v" and len(words[0][0]) == 1:
        return False  # cut off from a longer word
    if not set(tags) <= _SAYING or tags[0] in "uc" or tags[-1] in "ucf":
        return False
    return set(tags) != {"v"} or len(words) > 1 or unit in TELLING


def _deed(measure: str) -> str:
    """What is done, behind for whom or by what: ``依托平台为台企发放贷款``; empty where that does not stand last."""
    if match := _SUMMED.search(measure):
        return match[0]
    words = tagged_words(_NAMED.sub("事项", measure))
    last = max((n for n, (word, tag) in enumerate(words) if tag == "v" and len(word) > 1), default=0)
    if not any(tag[0] == "p" for _, tag in words[:last]) or any(tag[0] not in "nu" for _, tag in words[last + 1 :]):
        return ""
    return "".join(word for word, _ in words[last:])


def _kind(word: str, tag: str) -> str:
    """The kind of a word; a character of a name that was taken for an adverb is no adverb (``中越``)."""
    if tag == "zg" or (tag == "m" and word.endswith(("元", "手"))):
        return "n"
    return "n" if tag == "d" and len(word) == 1 and word not in _ADVERBS else tag[0]


def _capital(text: str) -> str:
    return re.sub("[a-z]+", lambda match: match[0].upper(), re.sub("[“”]", "", text))
