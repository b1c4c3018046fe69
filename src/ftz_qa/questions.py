"""What is asked: the kind of answer wanted, the issues meant, and follow-ups completed from the conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ftz_qa.text import normalize, parse_int, simplify, tagged_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Turn

Kind = Literal["number", "percent", "date", "who", "organisation", "where", "list", "reason", "how", "yesno", "other"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("reason", r"为什么|为何|为啥|缘何|何以|原因|凭什么|怎么会|怎么回事|\bwhy\b"),
    (
        "percent",
        r"百分之几|占比|比例|比重|(增长|下降|提高|同比|完成|竣工|通过)率|(增长|同比|下降|提高|增|涨|提升)了?(了)?(多少|几)"
        r"|增幅|涨幅|降幅|\bpercent|\bgrowth rate|\bgrow",
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
        r"(吗|么|没有|嘛)[？?]?$|是否|是不是|有没有|能不能|可不可以|能否|可否|会不会|对不对"
        r"|^(is|are|was|were|does|did|do|has|have|can)\b",
    ),
)
_KIND_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple((kind, re.compile(p)) for kind, p in _KINDS)
_NUMERAL = r"(?:(?<!\d)\d{1,15}|[零〇一二两三四五六七八九十百千]{1,7})"
_ISSUE = re.compile(
    rf"第?\s*({_NUMERAL})\s*期(?!工程|项目|建|投|厂|园|二|三|的?投资|的?产)"
    r"|\b(?:issue|no\.?)\s*(?:no\.?\s*)?(\d{1,15})(?!\d)",
    re.I,
)
_RANGE = re.compile(rf"第?({_NUMERAL})期?(?:-|至|到)第?({_NUMERAL})期")
_LATEST = re.compile(r"(最新|最近|最后|新近)(的)?(一|1)?期|(the )?(latest|newest|most recent) issue")
_PREVIOUS = re.compile(r"(上|前)(一|1)?期(?!工程|项目)|previous issue")
_THIS = re.compile(r"(本|这)(一|1)?期(?!工程|项目)|this issue")
_FILLER = re.compile(
    r"^(请问一下|请问|你好|您好|麻烦问下|麻烦|想问(一)?下|我想(知道|了解|问)(一下)?|帮我(查|看|找)(一下|下)?|查(一下|下)|那么|那|哦|嗯|好的|还有|另外)[，,。！!：:\s]*"
)
_PRONOUN = re.compile(
    r"它们?|他们?|她们?|其(?=[^他它中实余次])|此(?=[^次外])|上述|前者|后者|那里|这里|那儿|当地|同期"
    r"|[这那该](?=家|个|项|些|位|次|条|座|片|部|起|支|只|一|两|三|几|种|公司|企业|项目|园|活动|会|规定|条例|办法|基金|协议|口岸|港|片区|中心|产业|法规|模式|平台|市|省|县|区)"
)
_ELLIPSIS = re.compile(r"^(那|那么|还有|另外|至于)|(呢|的呢)[？?。]?$")
_QUESTION_WORDS = re.compile(
    r"什么时候|为什么|什么|多少|哪[些个里儿家位天年月种几一]*|几|谁|怎么样?|如何|为何|何时|是否|吗|呢|有没有|是不是|分别|具体|主要|请问|情况|介绍|告诉我"
)
_PIECES = re.compile(r"[，,；;？?。]|(?<=[多少几谁里])(?:和|以及|及)")
_COMPARED = re.compile(
    r"(?P<first>[^，,？?]{2,}?)(?:和|与|跟|同|以及|、)(?P<second>[^，,？?、]{2,}?)"
    r"(?P<rest>[，,]?(?:哪一?[个家边项座]|谁|各|分别|相比|对比|比起来|有(?:什么|何|哪些)(?:区别|不同|差别|差异)|的?(?:区别|不同|差别|差异)).*)"
)
_ABOUT_ISSUE = re.compile(
    r"(?:的|里|中|上|都|一共|共|总共)*"
    r"(?:有?(?:几|多少|哪些?|什么)[篇条个]?(?:文章|报道|板块|栏目|内容)"
    r"|通报|简报|讲|主要内容|目录|主办)"
)
_NOT_ISSUES = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9})


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
    """

    text: str
    focus: str
    kind: Kind
    follow_up: bool = False


def understand(question: str, history: Sequence[Turn] = ()) -> Question:
    """Complete a question from the conversation so far and tell what kind of answer it asks for.

    Parameters
    ----------
    history
        Oldest turn first; only what the user said is used.
    """
    focus = simplify(question.strip())
    previous = _standing_question([simplify(turn.content.strip()) for turn in history if turn.role == "user"])
    if not previous or not _leans_on_history(focus):
        return Question(focus, focus, kind_of(focus))
    text, kind = complete(focus, previous), kind_of(focus)
    if kind == "other":
        # ``那出境呢？`` asks what was asked before, of something else.
        return Question(text, text if focus not in text else focus, kind_of(previous), follow_up=True)
    return Question(text, focus, kind, follow_up=True)


def parts_of(question: Question) -> list[Question]:
    """The single questions of one that asks several things (``建在哪里，离码头多远？``); itself where it asks one.

    Each part keeps the whole text, which says what it is about, and has the part as its focus.
    """
    if compared := _COMPARED.match(question.focus):
        first, second, rest = compared["first"], compared["second"], compared["rest"]
        return [replace(question, focus=first + rest), replace(question, focus=second + rest)]
    pieces = [piece for piece in _PIECES.split(question.focus) if piece.strip()]
    asking = [piece for piece in pieces if kind_of(piece) not in ("other", "yesno")]
    if len(asking) < 2:
        return [question]
    return [replace(question, focus=piece, kind=kind_of(piece)) for piece in asking]


def _standing_question(asked: Sequence[str]) -> str:
    """The last question of the user, itself completed from those before it."""
    standing = ""
    for question in asked:
        standing = complete(question, standing) if standing and _leans_on_history(question) else question
    return standing


def _leans_on_history(question: str) -> bool:
    """Whether a question points back (pronoun, ``那…呢``) or names nothing of its own (``为什么？``)."""
    return (
        bool(_PRONOUN.search(question) or _ELLIPSIS.search(question))
        or len(re.sub(r"\W|[的了是有在和与]", "", content_words(question))) < 3
    )


def content_words(question: str) -> str:
    """What a question says besides its question words and courtesies, with blanks where they stood."""
    return _QUESTION_WORDS.sub(" ", _strip_filler(question))


def _strip_filler(question: str) -> str:
    while (shorter := _FILLER.sub("", question, count=1)) != question:
        question = shorter
    return question


def complete(question: str, previous: str) -> str:
    """Make a follow-up stand alone.

    ``那出境呢？`` after ``…入境多少列？`` becomes ``…出境多少列？``: the new words take the place of the ones that they
    contrast with (same length, same last character). Where there are none, the earlier question is put in front.
    """
    core = re.sub(r"(的)?(呢|情况)?[？?。！!]*$", "", _strip_filler(question))
    if kind_of(question) == "other" and core:
        swapped = _swap_contrast(core, previous)
        if swapped:
            return swapped
    return f"{previous.rstrip('？?。 ')}，{_strip_filler(question)}"


def _swap_contrast(core: str, previous: str) -> str:
    """Put `core` in the place of the word or phrase of `previous` that it contrasts with; empty if there is none."""
    if len(core) > 12:
        return ""
    best, size = "", 0
    words = [word for word, _ in tagged_words(previous)]
    for i in range(len(words)):
        for j in range(i + 1, min(i + 4, len(words)) + 1):
            phrase = "".join(words[i:j])
            shared = _common_suffix(phrase, core)
            if phrase != core and abs(len(phrase) - len(core)) <= 2 and shared > size and core not in previous:
                best, size = phrase, shared
    return previous.replace(best, core, 1) if best else ""


def _common_suffix(a: str, b: str) -> int:
    size = 0
    while size < min(len(a), len(b)) and a[-1 - size] == b[-1 - size]:
        size += 1
    return size


def kind_of(question: str) -> Kind:
    """The kind of answer that a question asks for; ``other`` where its words do not tell."""
    text = question.strip().lower()
    for kind, pattern in _KIND_PATTERNS:
        if pattern.search(text):
            return kind
    return "other"


def named_issues(question: str, numbers: Sequence[int]) -> tuple[int, ...] | None:
    """The issue numbers that a question names, or None where it names none.

    Parameters
    ----------
    numbers
        The numbers that are indexed, newest last; ``最新一期`` and ``上一期`` are relative to them. ``一期`` to
        ``九期`` are phases of projects rather than issues unless ``第`` stands before them and such an issue exists.
    """
    text = normalize(question)
    if match := _RANGE.search(text):
        first, last = parse_int(match[1]), parse_int(match[2])
        if first is not None and last is not None and first <= last and first not in _NOT_ISSUES:
            return tuple(range(first, min(last, first + 1000) + 1))
    found = []
    for match in _ISSUE.finditer(text):
        number = parse_int(match[1] or match[2])
        meant = number in numbers or _ABOUT_ISSUE.match(text, match.end())
        phase = number in _NOT_ISSUES and not (meant and match[0].startswith("第"))
        if number is not None and not phase and number not in found:
            found.append(number)
    if found:
        return tuple(found)
    return _relative_issue(text, numbers)


_DATED = re.compile(
    rf"(?:(?P<year>(?:19|20)\d{{2}})年)?(?P<month>{_NUMERAL})月(?:份)?(?:(?P<day>{_NUMERAL})[日号])?(?:的|那|这|出|发|刊|印|第?一)*期(?!工程|项目|间)"
)


def without_issue(question: str) -> str:
    """The question without the words that name issues, which are no part of the matter (``第239期中``)."""
    text = normalize(question)
    for pattern in (_DATED, _RANGE, _LATEST, _PREVIOUS, _THIS):
        text = pattern.sub("", text)
    text = re.sub(rf"第{_NUMERAL}期", "", text)
    rest = re.sub(
        r"^(?:的?(?:通报|简报|动态|自贸动态))?(?:里面?|中|上|内)?(?:提到|说到?|讲到?|报道)?的?[，,]?", "", text
    )
    return rest if rest != normalize(question) and len(rest) > 3 else question


def dated_issue(question: str) -> tuple[int | None, int, int | None] | None:
    """Year, month and day of an issue that a question names by its date (``2025年4月那期``); None where it does not."""
    match = _DATED.search(normalize(question))
    month = parse_int(match["month"]) if match else None
    if match is None or month is None or not 1 <= month <= 12:
        return None
    return parse_int(match["year"] or ""), month, parse_int(match["day"] or "")


def _relative_issue(text: str, numbers: Sequence[int]) -> tuple[int, ...] | None:
    if not numbers:
        return None
    if _LATEST.search(text):
        return (numbers[-1],)
    if _PREVIOUS.search(text):
        return (numbers[-2],) if len(numbers) > 1 else ()
    if _THIS.search(text) and len(numbers) == 1:
        return (numbers[-1],)
    return None
