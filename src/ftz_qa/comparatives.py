"""What a comparison asks of each of its sides: ``哪个投资更大，各是多少`` is ``投资是多少`` of either."""

from __future__ import annotations

import re
from typing import NamedTuple

from ftz_qa.listed_times import PERIOD
from ftz_qa.text import parse_int

COUNTED = "个家项座只期类种头场条份部批次支起届名位款艘区片处样"
"""What things that are compared are counted in, as characters of a class."""

_WHICH = rf"(?:哪一?[{COUNTED}边方段年月所张]?(?![天里儿些几])|谁)"
_DEGREE = "(?:要|会|都)?(?:更加?|最|较|比较)?"
_ADJECTIVE = "多|少|大|小|高|低|长|短|远|近|快|慢|贵|便宜|猛|强|重|轻|早|晚|厉害|靠前|领先"
_END = r"(?:一?些|一?点儿?)?[了呢啊吗]*"
COMPARATIVE = re.compile(
    rf"(?P<before>[^，,；;？?、]*?)(?P<which>{_WHICH})(?:的)?(?P<what>[^，,；;？?、]*?)"
    rf"(?:得?{_DEGREE}(?P<how>{_ADJECTIVE}){_END}|(?P<first>先|最早|更早|最先|率先)(?P<does>[^，,；;？?、]+)|(?P<place>(?:排|站)?在[前先后]){_END})"
    r"(?=[，,；;？?、]|$)"
)
"""A clause that asks which of several things has more of something, or comes first."""

DIFFERENCE = re.compile(
    r"(?:前后)?(?:相差|差距|差额|差值|差(?=多|几|了|大))(?:了|有|是|为)*(?:多少|多大|几|大不大)?[^，,；;？?]*"
    r"|(?:有(?:什么|何|哪些|多大|没有)|的)*(?:区别|不同|差别|差异)[^，,；;？?]*"
)
"""A clause, or the end of one, that asks how far things differ."""

EACH = re.compile(
    r"[，,]?(?:前后)?(?:分别|各自|各(?![种类项级地界方路国位]|片区|部门|单位|园区|企业|口岸|国|有特色|有千秋))都?"
    r"|都(?=[是有在叫]?(?:多少|几|哪|什么|谁))"
)
"""What says that each of several things is asked about."""

_AMONG = "当中|之中|里面?|中"
AMONG = re.compile(rf"(?<=.{{3}})(?:{_AMONG})$")
"""What stands behind several things of which one is asked for (``甲、乙两个园区里``)."""

_OF_ALL = re.compile(
    rf"(?P<set>(?:^|[，,])[^，,；;？?、和与及跟]*?(?<!第)(?P<number>[两三四五六七八九十]{{1,2}})[{COUNTED}大](?P<of>[^，,；;？?、]{{0,8}}?)(?:{_AMONG})?[，,]?)(?={_WHICH})"
)
_LEADS = re.compile(
    rf"(?P<what>[^，,；;？?、]*?)最(?P<how>{_ADJECTIVE})的(?:[一那]?[{COUNTED}])?(?:到底|究竟)?[是为](?P<which>{_WHICH})(?=[，,；;？?]|$)"
)
_INSIDE = re.compile(rf".*(?:{_AMONG})(?=[^中里]{{2}})")
_THAN_ONE = re.compile(
    r"(?:相?比|比起来|相比较)[，,]?(?:[又就]?[多少增减]|增加|减少|新增|多出|少)[了出]?(?P<ask>多少|几)(?P<unit>[^，,；;？?多少]{0,4})(?=[，,；;？?]|$)"
)
_FROM_TO = re.compile(
    rf"从(?P<one>{PERIOD})(?:到|至)(?P<other>{PERIOD})[，,]?(?:一?共|总共|累计)?"
    r"(?:(?:[多少增减]|增加|减少)了(?P<ask>多少|几)|由几[^，,几]{1,3}(?:增|减|升|降|变|涨|扩)[^，,几]{0,3}(?:到|为|成)了?(?P<to>几))"
    r"(?P<unit>[^，,；;？?多少]{0,4})(?=[，,；;？?]|$)"
)
_IN_KIND = re.compile("什么|何|哪些|区别|不同|差异")
_EITHER = re.compile(
    r"[^，,；;？?]*(?P<one>[多少大小高低快慢增减升降涨跌早晚])了?还是(?P<other>[多少大小高低快慢增减升降涨跌早晚])了?[^，,；;？?]*"
)
_BY = re.compile(r"[又就]?[多少高低快慢大小长短贵早晚][了出上]?(?:多少|几)[^，,；;？?]*")
_ASKS = re.compile(r"多少|多[大高长远久宽重]|几|什么|哪|谁|何|怎|如何")
_BARE = re.compile(r"(?:是|有|为|达|占|在|于|到|了|的|多少|多[大高长远久宽重]|几|[个家条份项列人名亩元吨]|\s)*")
_CLAUSES = re.compile(r"[，,；;？?。！!、]+")
_BY_HOW_MUCH = re.compile(r"[又就]?(?:[增涨降减多少]|增长|下降|提高|增加|减少)[了到至]?(?:多少|几)[^，,；;？?]{0,4}")
_GROWS = re.compile(r"(?:增|增长|涨|上涨|提高|提升|降|下降|减少|增加|扩大|改善)得?$")


def in_usual_order(question: str) -> str:
    """A comparison put as most are: ``最大的是哪个`` as ``哪个最大``, ``跟甲比，多了多少`` as ``各是多少``."""
    question = _LEADS.sub(_which_first, question)
    question = _FROM_TO.sub(
        lambda found: f"{found['one']}和{found['other']}各是{found['ask'] or found['to']}{found['unit']}", question
    )
    return _THAN_ONE.sub(lambda found: f"各是{found['ask']}{found['unit']}", question)


def _which_first(found: re.Match[str]) -> str:
    inside = _INSIDE.match(found["what"])
    among, what = (inside[0], found["what"][inside.end() :]) if inside else ("", found["what"])
    return f"{among}{found['which']}{what}最{found['how']}"


def asked_of_all(question: str) -> str:
    """One question about what is asked of all of several things that it counts but does not name; empty for others.

    ``三个园区里，投资最大的是哪个`` is ``三个园区里，投资各是多少``: bulletins give such figures in one sentence.
    """
    asked = superlative_of(question)
    return "，".join([asked.among, asked.what + "各是多少", *asked.rest]) + "？" if asked else ""


class Superlative(NamedTuple):
    """Which of several things that are counted but not named has most of something.

    Attributes
    ----------
    among
        The words for all of them.
    number, of
        How many they are, and of what kind.
    what, how
        What is compared, and the adjective.
    rest
        What else is asked: by how much.
    """

    among: str
    number: int
    of: str
    what: str
    how: str
    rest: tuple[str, ...]


def superlative_of(question: str) -> Superlative | None:
    """What a question asks of all of several things that it counts; None where it asks another thing."""
    question = in_usual_order(question)
    among = _OF_ALL.search(question)
    which = COMPARATIVE.match(question, among.end()) if among else None
    number = parse_int(among["number"]) if among else None
    if among is None or number is None or which is None or _is_of_time(which) or not _noun(which):
        return None
    rest = tuple(
        clause
        for clause in _CLAUSES.split(EACH.sub("", question[which.end() :]))
        if clause and not _BY.fullmatch(clause)
    )
    if not all(_BARE.fullmatch(clause) or _BY_HOW_MUCH.fullmatch(clause) for clause in rest):
        return None
    return Superlative(question[: among.end()].rstrip("，,"), number, among["of"], _noun(which), which["how"], rest)


def asked_of_one(rest: str, bare: str = "有多少") -> str:
    """What is asked of each thing, as it is asked of one: with ``多少`` in the place of the words of comparison.

    Parameters
    ----------
    rest
        What stands behind the things compared or listed.
    bare
        What is asked where it names nothing that could be asked about.
    """
    plain, compared, what = [], [], ""
    for clause in _CLAUSES.split(rest):
        asked = EACH.sub("", clause)
        if not asked.strip() or _EITHER.fullmatch(asked) or _BY.fullmatch(asked):
            continue
        if found := COMPARATIVE.fullmatch(asked):
            compared.append(found)
            continue
        difference = DIFFERENCE.search(asked)
        if difference and difference.end() == len(asked):
            asked = asked[: difference.start()].removesuffix("的")
            if not _ASKS.search(asked):
                what = asked
                bare = "是什么情况" if _IN_KIND.search(difference[0]) else bare
                continue
        plain.append(asked)
    asking = [clause for clause in plain if _ASKS.search(clause)]
    told = "，".join(clause for clause in plain if not _ASKS.search(clause))
    firsts = [_when(found) for found in compared if _is_of_time(found)]
    measures = [noun for found in compared if not _is_of_time(found) and (noun := _noun(found))]
    if asking and measures and _BARE.fullmatch(asking[0]):
        asking[0] = measures[0] + asking[0]
    if not asking and not firsts:
        asking = [_how_much(measures[0] if measures else what, bare)]
    return "，".join(filter(None, [told, *firsts, *asking])) + "？"


def _is_of_time(found: re.Match[str]) -> bool:
    return bool(found["first"] or found["place"] or found["how"] in ("早", "晚", "靠前"))


def _when(found: re.Match[str]) -> str:
    does = found["does"] or found["before"] + found["what"]
    return f"什么时候{does}" if does else "是什么时候"


def _noun(found: re.Match[str]) -> str:
    return (found["before"] + found["what"]).removesuffix("得")


def _how_much(noun: str, bare: str) -> str:
    if _GROWS.search(noun):
        return f"{noun.removesuffix('得')}了多少"
    return noun + ("是多少" if noun and bare == "有多少" else bare)
