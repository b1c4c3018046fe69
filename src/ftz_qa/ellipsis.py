"""Follow-ups that leave out what was said before, made whole: what takes the place of what in the earlier question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.bulletin_words import NUMERAL, SECTION_WORD, matter_of
from ftz_qa.text import normalize, tagged_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3}|两)"
_YEAR = r"(?:(?:19|20)\d{2}年(?:全年)?|今年|去年|前年|本年|上年|明年)"
_MONTHS = (
    rf"(?:[上下]半年|全年|第?[一二三四1-4]季度|前[两二三]季度|[前头]{_N}个?月"
    rf"|{_N}月?(?:份)?(?:-|—|至|到){_N}月(?:份)?|{_N}月(?:份|底|末|初)?)"
)
_PERIOD = re.compile(rf"(?P<year>{_YEAR})的?(?P<months>{_MONTHS})?|(?P<alone>{_MONTHS})")
_ONLY_PERIOD = re.compile(rf"^(?:在|到|截至)?(?:{_YEAR}的?(?:{_MONTHS})?|{_MONTHS})$")
_CLASSES = (
    re.compile(r"(?:港|口岸|机场|车站|码头|[片园新辖]区|保税区|综保区|开发区|试验区|产业园|[省市县州])$"),
    re.compile(r"(?:公司|集团|银行|海关|企业|大学|学院|医院|法院|协会|基金)$"),
)
"""Endings of names of places, and of bodies: one asked about after another takes its place in the question."""
_STEM = re.compile(
    r"(?P<stem>[\u4e00-\u9fff]{2,4}?)(?P<class>铁路口岸|公路口岸|口岸|片区|新区|海关|港|机场|农商行|农商银行|综合保税区|保税区|[省市县])"
)
_ONE_LIKE_IT = re.compile(r"(?:的)?(?:那|这)?(?:场|边|个|家|次|座|条|份|只|批|起|支|方面|那里|那儿)?(?:的)?$")
_MEASURED = re.compile(
    r"(?:有|是|为|达|了)*(?:多少|几)(?P<unit>[\u4e00-\u9fff]{0,2}?)(?P<thing>[\u4e00-\u9fffA-Za-z]{3,})$"
)
_LIKE_MEASURED = re.compile(
    r"(?:企业|人才|项目|成果|证书|航线|货物|车辆|机构|平台|人员|专家|案例|事项|船舶|班列|公司|银行)$"
)
_PAIR = re.compile(
    r"(?P<first>[\u4e00-\u9fffA-Za-z0-9]{2,12})(?:和|与|跟|同|及|还是|、)(?P<second>[\u4e00-\u9fffA-Za-z0-9]{2,12}?)(?=哪|谁|都|各|分别|两|相|比|的|在|有|是|[,，?？]|$)"
)
_NAMED = re.compile(r".*?(?:口岸|港|机场|片区|新区|海关|公司|集团|银行|基金|[一二三四]期)")
_ASKS_FROM = re.compile(r"什么|多少|几(?!乎)|哪|谁|怎|如何|为何|为啥|何时|何地|是否|有没有|是不是|吗|呢|[?？]")
_LOOSE_END = re.compile(r"(?:是|在|有|为|于|了|的|都|又|由|被|从|到|会|能|要|将|共|一共|总共|分别|具体|主要)+$")
_ISSUE = re.compile(
    rf"第?{NUMERAL}期(?:(?:的|之)?(?:[上下前后]面?的?一?期))?|最[新近早](?:的|这|那)?一?期|最近{NUMERAL}期|[上前]一?期|[本这]一?期"
    rf"|{_YEAR}(?:{_MONTHS})?(?:的)?[那这]?一?期|{_MONTHS}[的出]*[那这]一?期"
)
_BESIDE = re.compile(r"^(?:再|那|它的?|这期的?|本期的?)?(?P<way>[上下前后])(?:面|边)?的?(?:一|1|个)*期")
_PHASE = re.compile(r"[一二三四五六七八九]期$")
_ASKS_INSIDE = re.compile(r"哪[一几]?篇|哪些文章|(?:有没有|是否)(?:提到|讲|写|说|关于)|^(?:里面|其中|里头).*提到")
_BULLETIN_PRONOUN = re.compile(r"^(?:那么|那|它们?|其中?|这一?期|本期|该期|这份通报|里面|其中)(?:的|里面?|中|上)?")
_WHICH_ISSUES = re.compile(r"哪(?:些|几|一)?个?期|(?<![\d一二三四五六七八九十第])几个?期|第几期")
_PRONOUN = re.compile(r"^(?:它们?|他们?|她们?|其|该)的?(?=.{2})")
_CONTRAST = 12
_SHORTEST_GIST = 4


def completed(
    question: str, core: str, previous: str, *, open_kind: bool, known: Callable[[str], bool] | None = None
) -> str:
    """A follow-up as a question of its own; empty where no rule applies.

    Parameters
    ----------
    question
        Without courtesies at its beginning.
    core
        The same without ``呢`` and the like at its end.
    previous
        The question before it, itself complete.
    open_kind
        Whether its words do not tell what kind of answer is wanted, so that it is the one asked for before.
    known
        Whether the bulletins have some words; None where that cannot be told.
    """
    if bulletin := _of_bulletins(question, core, previous):
        return bulletin
    if paired := _of_pair(question, previous):
        return paired
    core = _PRONOUN.sub("", core)
    if not open_kind or not core:
        return ""
    return (
        _swap_period(core, previous)
        or swap_contrast(core, previous)
        or _swap_stem(core, previous, known)
        or _swap_measured(core, previous)
    )


def names_issue(text: str) -> bool:
    """Whether a question names an issue of the bulletin (and not only a phase of a project)."""
    found = _ISSUE.search(normalize(text))
    return found is not None and not _PHASE.fullmatch(found[0])


def gist(previous: str) -> str:
    """What an earlier question is about: its words up to those that ask; all of it where too little stands there."""
    asks = _ASKS_FROM.search(previous)
    about = _LOOSE_END.sub("", previous[: asks.start()]) if asks else ""
    return about if len(about) >= _SHORTEST_GIST else previous


def _of_bulletins(question: str, core: str, previous: str) -> str:
    """Another issue asked of as one before, or something else asked of the same issue."""
    before = _ISSUE.search(normalize(previous))
    if before is None or _PHASE.fullmatch(before[0]):
        return _another_topic(core, previous)
    text, standing = normalize(question), normalize(previous)
    if _ONLY_PERIOD.match(core):
        return _swap_period(core, previous)
    beside, now = _BESIDE.search(text), _ISSUE.search(text)
    if beside or now:
        name = f"{before[0]}的{beside['way']}一期" if beside else now[0] if now else ""
        rest = text[(beside or now).end() :] if (beside or now) else ""  # type: ignore[union-attr]
        rest = re.sub(r"^(?:的|呢|[?，,])+|(?:呢|[?])+$", "", rest)
        if matter_of(rest):
            return ""
        return name + rest if rest else standing.replace(before[0], name, 1)
    if _ASKS_INSIDE.search(text):
        return f"{before[0]}{_BULLETIN_PRONOUN.sub('', text)}"
    if matter_of(_BULLETIN_PRONOUN.sub("", text)) and not re.search(SECTION_WORD, text):
        return ""
    if re.search(r"一共收录|所有|全部|总共收|库里|目前收", text):
        return ""
    asked = _BULLETIN_PRONOUN.sub("", text)
    return f"{before[0]}的{asked}" if asked else ""


def _another_topic(core: str, previous: str) -> str:
    """``那RCEP呢？`` after ``哪几期提到CEPA？``: the one takes the other's place, or is put behind."""
    standing = normalize(previous)
    which = _WHICH_ISSUES.search(standing)
    if which is None or not core:
        return ""
    if not matter_of(normalize(core)) and not _ONLY_PERIOD.match(core):
        return f"{standing.rstrip('?')},{normalize(core)}"
    said = re.search(
        r"(?:提到|提及|涉及|报道|写到?|讲到?|说到?|谈到?|登|介绍|有)(?:过|了)?(?P<topic>[^,?]{2,})\??$", standing
    )
    if said and not _ASKS_FROM.search(core):
        return standing[: said.start("topic")] + core
    before = standing[: which.start()]
    head = re.match(
        r"(?P<topic>.+?)(?:的(?:文章|报道|消息|新闻|内容|事))?(?:都|是)?(?:登|出现|刊登|报道)?(?:在|过)?$", before
    )
    return core + standing[head.end("topic") :] if head and len(before) > 1 and not _ASKS_FROM.search(core) else ""


def _of_pair(question: str, previous: str) -> str:
    """``前者`` and ``后者`` as what they stand for, with what the earlier question says of it."""
    said = re.search(r"前者|后者", question)
    pair = _PAIR.search(previous) if said else None
    if said is None or pair is None:
        return ""
    one = pair["first"] if said[0] == "前者" else pair["second"]
    named = _NAMED.match(one)
    one = named[0] if named else one
    about = previous[: pair.start()] + previous[pair.end() :]
    asks = re.sub(r"哪一?[个家座条项边]|谁|分别|各|都|吗|呢|[?？]|多少|几|什么(?:时候)?", "", about)
    asks = re.sub(r"[，,。]+$", "", asks)
    return f"{question.replace(said[0], one)[:-1] if question[-1] in '?？' else question.replace(said[0], one)}" + (
        f"（{asks}）？" if len(asks) > 1 else "？"
    )


def _swap_period(core: str, previous: str) -> str:
    """Another time in the place of the one asked about; in front where there was none."""
    if not _ONLY_PERIOD.match(core):
        return ""
    new = _PERIOD.search(core)
    old = _PERIOD.search(previous)
    if new is None:
        return ""
    if old is None:
        return f"{core}{previous}"
    if new["year"] and not new["months"] and old["months"] and old["year"]:
        return previous[: old.start("year")] + core + previous[old.end("year") :]
    if new["alone"] and old["year"]:
        # The months are of the same year: ``2024年一季度`` and then ``上半年``.
        return previous[: old.end("year")] + core + previous[old.end() :]
    if new["year"] and not new["months"] and old["alone"]:
        return previous[: old.start()] + core + previous[old.start() :]
    return previous[: old.start()] + core + previous[old.end() :]


def swap_contrast(core: str, previous: str) -> str:
    """Put `core` in the place of the word or phrase of `previous` that it contrasts with; empty if there is none."""
    if len(core) > _CONTRAST or core in previous:
        return ""
    best, fitness = "", (0, 0)
    words = [word for word, _ in tagged_words(previous)]
    phrases = ["".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 4, len(words)) + 1)]
    for phrase in phrases:
        shared, gap = _common_suffix(phrase, core), abs(len(phrase) - len(core))
        if shared and phrase != core and gap <= 2 and (shared, -gap) > fitness:
            best, fitness = phrase, (shared, -gap)
    best = _of_its_class(core, phrases) or best
    return previous.replace(best, core, 1) if best else ""


def _of_its_class(core: str, phrases: Sequence[str]) -> str:
    """The first phrase for a place or a body, where `core` is one, in its longest form; empty if there is none."""
    suffixes = next((pattern for pattern in _CLASSES if pattern.search(core)), None)
    if suffixes is None:
        return ""
    timeless = [phrase for phrase in phrases if not _PERIOD.match(phrase)]
    of_class = [phrase for phrase in timeless if (found := suffixes.search(phrase)) and found.start() > 1]
    first = next(iter(of_class), "")
    return max((phrase for phrase in of_class if phrase.startswith(first[:2])), key=len, default="")


def _common_suffix(a: str, b: str) -> int:
    size = 0
    while size < min(len(a), len(b)) and a[-1 - size] == b[-1 - size]:
        size += 1
    return size


def _swap_stem(core: str, previous: str, known: Callable[[str], bool] | None) -> str:
    """``青屿那场呢？`` after ``雁口片区政银企对接会…``: the name of a place in front of what kind of place it is."""
    name = _ONE_LIKE_IT.sub("", core)
    if not 2 <= len(name) <= 4 or name in previous:
        return ""
    place = _STEM.search(previous)
    if place is None:
        return ""
    there = known(name + place["class"]) if known else any(tag == "ns" for _, tag in tagged_words(name))
    return previous[: place.start("stem")] + name + previous[place.end("stem") :] if there else ""


def _swap_measured(core: str, previous: str) -> str:
    """``那高新技术企业呢？`` after ``…多少项制度创新成果？``: another thing that is counted."""
    counted = _MEASURED.search(previous.rstrip("？?。 "))
    if counted is None or not _LIKE_MEASURED.search(core) or len(core) > _CONTRAST:
        return ""
    words = tagged_words(previous[: counted.start()])
    while len(words) > 1 and words[-1][1][0] in "vdpu":
        words.pop()
    return f"{''.join(word for word, _ in words)}有多少{core}？"
