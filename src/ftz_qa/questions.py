"""What is asked: the kind of answer wanted, the issues meant, and follow-ups completed from the conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ftz_qa.anaphora import leans_on_history
from ftz_qa.bulletin_words import matter_of
from ftz_qa.comparatives import asked_of_all
from ftz_qa.coordination import about_each
from ftz_qa.ellipsis import completed, names_issue
from ftz_qa.text import normalize, simplify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Turn

Kind = Literal["number", "percent", "date", "who", "organisation", "where", "list", "reason", "how", "yesno", "other"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        "reason",
        r"为什么|为何|为啥|缘何|何以|原因|凭什么|怎么会|怎么回事|(?:怎么|如何|作何|怎样)解释|缘故|靠的是(?:什么|啥)"
        r"|(?<!项)目的(?:是|何在|在于)|为的是(?:什么|啥)|图的?(?:是)?(?:什么|啥)|看[中重](?:了|的是)?[^，。？]{0,8}(?:什么|啥|哪)|\bwhy\b",
    ),
    (
        "list",
        r"哪几(?![天日号年家位点]|个?月)|哪[“\"]?[两三四五六七八九十]|几(个)?(方面|大类|大难|难\b)"
        r"|[“\"][两三四五六七八九十][^，。？]{1,6}[”\"][^，。？]{0,8}(什么|哪|啥|几)",
    ),
    (
        "percent",
        r"百分之几|占比|比例|比重|(增长|下降|提高|同比|完成|竣工|通过)率|(增长|同比|下降|提高|增|涨|提升)了?(了)?(多少|几)"
        r"|增幅|涨幅|降幅|增速|\bpercent|\bgrowth rate|\bgrow",
    ),
    (
        "date",
        r"什么时候|何时|啥时候|哪天|哪一?年|哪个?月|几月|几号|几时|什么时间|时间(是|为)|日期|多久|哪一天"
        r"|\bwhen\b|\bwhat date",
    ),
    (
        "number",
        r"多少|多大|多高|多长|多远|几(?=[^乎]|$)|数量|规模(是|有|为)|总额|金额"
        r"|how (many|much|big|long|large)|\bnumber of",
    ),
    (
        "organisation",
        r"哪(一)?[家些]?(公司|企业|单位|部门|机构|银行|集团|院校|高校)|哪(一)?家|什么(公司|企业|单位|部门|机构)"
        r"|\bwhich (company|bank|department|organi)",
    ),
    ("who", r"谁|哪(一)?位|何人|什么人|哪些人|\bwho\b|\bwhom\b"),
    ("where", r"哪里|哪儿|在哪|何处|何地|什么地方|哪[个座]?(城市|省|市|地区|地方|片区|国家|口岸)|\bwhere\b|地点"),
    (
        "list",
        r"哪些|哪几|有什么|包括什么|包含什么|什么(措施|内容|方式|举措|做法)|分别(是|为|指)|列举|都有谁|\bwhich\b|\blist\b"
        r"|\bwhat are\b|[两三四五六七八九十]([个种项条大方]|类)[^，。？]{0,12}(是|指)",
    ),
    ("how", r"如何|怎么|怎样|咋|\bhow\b"),
    (
        "yesno",
        r"(吗|(?<![什怎])么|没有|嘛)[？?]?$|是否|是不是|有没有|能不能|可不可以|能否|可否|会不会|对不对"
        r"|^(is|are|was|were|does|did|do|has|have|can)\b",
    ),
)
_KIND_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple((kind, re.compile(p)) for kind, p in _KINDS)
_FILLER = re.compile(
    r"^(请问一下|请问|你好|您好|麻烦问下|麻烦|想问(一)?下|我想(知道|了解|问)(一下)?|帮我(查|看|找)(一下|下)?|查(一下|下)|那么|那(?![篇期场家个项条份座位次年里边些种时天])|哦|嗯|好的|还有|另外)[，,。！!：:\s]*"
)
_THANKS = re.compile(r"[，,。！!？?\s]*(?:谢谢|多谢|感谢|辛苦|麻烦|拜托)(?:你|您|了|啦)*[，,。！!\s]*$")
_SOURCE = re.compile(
    r"^(?:这|那|它|这个|那个|这些|上面|刚才|请问|具体)?(?:个|条|句|话|数据|数字|说法|内容|信息|结论|消息)*(?:说的)?(?:是|在|出自|来自|见|登在|写在|引自|取自)*"
    r"(?:哪一?期|第几期|哪[一几]?[篇条]|哪里|哪儿|何处)(?:的?(?:文章|通报|简报|报道))?(?:里|上|中)?(?:说|写|讲|提|报道|登|看|来|载|刊|找)?(?:过|到|的|了|出)*[?？呢啊]*$"
    r"|^(?:请?问?)?(?:出处|来源|依据|根据|原文|原话|原句|引文)(?:是|在|怎么|如何|为)*(?:什么|哪里?|哪一?期|说|写|讲|表述|的|呢|何处)*[?？呢]*$|^(?:给|看|贴|发)[我看一下出]*原文"
)
MEASURE_WORDS = (
    "标准箱|标箱|平方公里|平方米|立方米|平米|公里|千米|公斤|千克|公顷|万吨|百分点|工作日|小时|分钟|学时|课时|千瓦时|兆瓦时|千瓦|兆瓦|班次|车次|架次|人次"
    "|项(?!目)|条(?!例)|人(?!才|员)|家(?!庭)|车(?!辆)|期(?!间|限)|名(?!称)"
    "|[个件份种列台辆亩位户次场批艘架吨斤箱元米天日年月周倍度层间座栋所处套张只头笔单票宗起例款类级届篇字部本册门支班趟柜页卷幅块片根颗岁秒路]"
)
"""What figures are counted in: a pattern of the measure words and units that bulletins use."""
_QUESTION_WORDS = re.compile(
    rf"什么时候|为什么|什么|(?:多少|几)(?:[个多来余万亿]*(?:{MEASURE_WORDS}))?|哪[些个里儿家位天年月种几一]*|谁|怎么样?|如何|为何|何时"
    r"|是否|吗|呢|有没有|是不是|分别|具体|主要|请问|情况|介绍|告诉我"
)
_STOPS = re.compile(r"[，,；;。？?！!\s]+")
_PIECES = re.compile(r"[，,；;？?。]|(?<=[多少几谁里])(?:和|以及|及)")
_MOST_PARTS = 6
_ASKS_WHAT = re.compile(r"[^，,]{2}(?:什么|啥)(?!时候|意思)")
_ASKS_FOR_FIGURE = re.compile(
    r"(?<![那这前后近头好])几|多少|多[大高长远久宽重]|什么|哪|谁|何|怎|还是|呢|吗|[A-Za-z]|[是为]$"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    Attributes
    ----------
    text
        Complete in itself and in simplified characters: what is searched for.
    focus
        The newly asked part of a follow-up; the same as `text` for a question that stands alone.
    kind
        The kind of answer that `focus` (or else `text`) asks for.
    follow_up
        Whether the conversation was needed to understand it.
    sourced
        Whether it asks where something stands: in which issue, in which words.
    rough
        Whether its words are Chinese only by a list of words (`english`), so that their order and forms say little.
    """

    text: str
    focus: str
    kind: Kind
    follow_up: bool = False
    sourced: bool = False
    rough: bool = False


def understand(question: str, history: Sequence[Turn] = (), known: Callable[[str], bool] | None = None) -> Question:
    """Complete a question from the conversation so far and tell what kind of answer it asks for.

    Parameters
    ----------
    history
        Oldest turn first; only what the user said is used.
    known
        Whether the bulletins have some words.
    """
    focus = _THANKS.sub("", simplify(question.strip())) or question
    previous = _standing_question([simplify(turn.content.strip()) for turn in history if turn.role == "user"], known)
    leans = _leans(focus, known) or (names_issue(previous) and not matter_of(normalize(focus)))
    if not previous or not leans:
        return Question(focus, focus, kind_of(focus))
    if _SOURCE.search(focus):
        return Question(previous, previous, kind_of(previous), follow_up=True, sourced=True)
    text, kind = complete(focus, previous, known), kind_of(focus)
    if kind == "other":
        # ``那出境呢？`` asks what was asked before, of something else.
        return Question(text, text if focus not in text else focus, kind_of(previous), follow_up=True)
    return Question(text, focus, kind, follow_up=True)


def parts_of(question: Question) -> list[Question]:
    """The single questions of one that asks several things (``建在哪里，离码头多远？``); itself where it asks one.

    Each part keeps the whole text, which says what it is about, and has the part as its focus. Things that are compared
    or listed (`coordination`) become questions of their own, and several things asked of these are parts of them.
    """
    if each := about_each(question.focus):
        before = question.text.replace(question.focus, "")
        parts = [replace(question, text=before + text, focus=before + text, kind=kind_of(text)) for text in each]
        singles = [single for part in parts for single in _asked_in_turn(part)]
        return singles if len(singles) <= _MOST_PARTS else parts
    if whole := asked_of_all(question.focus):
        whole = question.text.replace(question.focus, "") + whole
        return [replace(question, text=whole, focus=whole, kind=kind_of(whole))]
    return _asked_in_turn(question)


def _asked_in_turn(question: Question) -> list[Question]:
    """The things that a question asks one after another, of the same thing."""
    pieces = [single for piece in _PIECES.split(question.focus) if piece.strip() for single in _asked_in_row(piece)]
    asking = [piece for piece in pieces if _asks(piece)]
    if len(asking) < 2:
        return [question]
    return [replace(question, focus=piece, kind=kind_of(piece)) for piece in asking]


def _asked_in_row(piece: str) -> list[str]:
    """``什么时候开工、投资多少`` as two questions; a piece that only lists things stays whole."""
    row = piece.split("、")
    return row if all(_ASKS_FOR_FIGURE.search(one) and kind_of(one) != "other" for one in row) else [piece]


def _asks(piece: str) -> bool:
    """Whether a piece of a question asks something, rather than says what is asked of (``增幅，一季度……``)."""
    kind = kind_of(piece)
    if kind in ("number", "percent"):
        return bool(_ASKS_FOR_FIGURE.search(piece))
    return kind not in ("other", "yesno") or bool(_ASKS_WHAT.search(piece))


def _standing_question(asked: Sequence[str], known: Callable[[str], bool] | None = None) -> str:
    """The last question of the user, itself completed from those before it."""
    standing = ""
    for question in asked:
        standing = complete(question, standing, known) if standing and _leans(question, known) else question
    return standing


def _leans(question: str, known: Callable[[str], bool] | None) -> bool:
    return bool(_SOURCE.search(question)) or leans_on_history(question, content_words(question), known)


def content_words(question: str) -> str:
    """What a question says besides its question words and courtesies, with commas where they stood.

    Blanks would be taken for accidents of scanning, and the words on both sides for one.
    """
    return _QUESTION_WORDS.sub("，", _strip_filler(question))


def asked_alone(question: Question) -> str:
    """What is newly asked, behind what the words before it are about but without what these ask.

    ``冷链仓什么时候启用，哪家公司建的？`` with its second part as the focus: ``冷链仓，启用，哪家公司建的``.
    """
    start = question.text.find(question.focus)
    if start < 0:
        return question.text
    before = _STOPS.sub("，", content_words(question.text[:start])).strip("，")
    return f"{before}，{question.focus}" if before else question.focus


def _strip_filler(question: str) -> str:
    while (shorter := _FILLER.sub("", question, count=1)) != question:
        question = shorter
    return question


def complete(question: str, previous: str, known: Callable[[str], bool] | None = None) -> str:
    """Make a follow-up stand alone.

    What it says takes the place of what it contrasts with in the earlier question (`ellipsis`): ``那出境呢？`` after
    ``…入境多少列？`` becomes ``…出境多少列？``. Where there is nothing such, the earlier question is put in front.
    """
    plain = _strip_filler(question)
    core = re.sub(r"(的)?(呢|情况)?[？?。！!]*$", "", plain)
    whole = completed(plain, core, previous, open_kind=kind_of(question) == "other", known=known)
    return whole or f"{previous.rstrip('？?。 ')}，{plain}"


def kind_of(question: str) -> Kind:
    """The kind of answer that a question asks for; ``other`` where its words do not tell."""
    text = question.strip().lower()
    for kind, pattern in _KIND_PATTERNS:
        if pattern.search(text):
            return kind
    return "other"
