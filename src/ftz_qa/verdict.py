"""Yes or no: what the sentences chosen for a question say to it, decided by rules on the side of caution.

A wrong yes does more harm than a missing one, so yes needs every figure, name and nearly every word of the question in
the evidence, and nothing there that denies or postpones it. No needs a denial, a plan, a part where the whole was
asked about, or another figure in the place of the one asked about. All else is left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ftz_qa.claim_rules import by_absence, by_cost, by_goal, by_need
from ftz_qa.claims import DAY, DENIED, Claim, asks_for_content, asks_yes_or_no, yes_or_no_beside
from ftz_qa.directions import moved
from ftz_qa.leaning import leaning
from ftz_qa.periods import Periods
from ftz_qa.quantities import compared, quantities, threshold
from ftz_qa.same_words import forms, holds
from ftz_qa.text import normalize

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

Verdict = Literal["yes", "no", "open", "content"]

_PLANNED = re.compile(
    r"计划|预计|力争|拟(?=[于在定再新])|将(?=[于在要会从在把进启开建推组设对继以与]|.{0,8}$)|即将|尽早|争取|有望|正在|准备|筹备|下一步|仍在|处于|目标|打算|着手|研究|谋划|规划"
)
_SOME = re.compile(
    r"部分|近\d|其余|剩余|尚有|还有|仅有?|只有|多数|大部分|首批|一期|先行|约?\d[\d.]*%|占\d|[一二三四五六七八九]成"
)
_WHOLE = re.compile(r"全部|所有|全都|均已|都已|均|各|一律|全面|100%|完成全部|全体")
_MAY = re.compile(r"可以|可(?=[以凭在由按享自直申])|允许|能够|均可|即可|准予|支持|自由|得以|可")
_NEED = re.compile(r"需要?|须|应当|必须|要求|收取|缴纳")
_OTHER_RATE = re.compile(r"每(?:个)?(?:周|月|年|季度|两周)")
# Shares of the claim's words in a sentence and what stands above it: to be about the claim at all, to contradict its
# figures, to deny it, to bear it out.
_ABOUT, _RATHER, _DENIABLE, _ENOUGH = 0.5, 0.6, 0.7, 0.8
_LATER = re.compile("下一步|接下来|今后|下阶段")
_NEXT_YEAR = re.compile("明年|后年")
# What keeps a clause from bearing out a claim that does not hold the same words.
_AGAINST = re.compile(
    r"不(?!断|仅|少|同|久|但|止|只|论|动产|锈|超过|低于|少于)|未(?!来)|没|无(?!论|线|人|缝|纸|感|障碍|锡|忧|偿|形)|尚|暂|待(?!遇|命|客)"
    r"|是否|能否|禁|拒|取消|停止|关闭|除外|下降|减少|降低|回落|下跌|差距|谈判|磋商|协商|推迟|终止|撤销|失败|其中.{0,3}\d|部分"
    r"|前[\d一二两三四五六]+(?:年|个月)|首[年月]|期内|减半"
)
_STILL = re.compile("仍|还|继续|依然|照常|须|需|保持|维持|不变")
_OFFICE = re.compile(r"副?(?:主任|市长|州长|省长|部长|局长|厅长|院长|主席|总经理|会长|书记|总领事|校长|行长|处长|科长)")
_AIDE = "馆|办|助理"
_ROUGHLY = re.compile("[多余来近约快]|左右|上下|差不多|大概|大约")
_OPPOSITES = (("高", "低"), ("多", "少"), ("大", "小"), ("快", "慢"), ("长", "短"), ("早", "晚"))
_WAYS = {"贵": ("[贵高]", "低|便宜"), "便宜": ("低|便宜", "[贵高]")}
_WAYS |= {one: (one, other) for one, other in (*_OPPOSITES, *((b, a) for a, b in _OPPOSITES))}
_GOES_ON = re.compile("(?:分别)?同比|[比较]|增|下降|占|达|为|共|累计|其中|货值|总")
_CLAUSE = re.compile("[，,；;。！？!?]")

_DONE = re.compile("已|了(?!解)")
_DAILY = re.compile(r"每[天日]|天天")
_NO_DENIAL = "(?:不断|不仅|不少|无论|不同|不久|无线|不只|不但)"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the evidence.

    Attributes
    ----------
    text
        The sentence or clause.
    context
        What stands above it: title, heading, the paragraph so far.
    whole
        The quote that it is part of, which may hold the other side of a comparison.
    date
        Of the issue; None where that is not known.
    span
        Where in it the trained reader sees the answer; None where it does not.
    likely
        How likely the answer stands just there.
    read
        How likely its passage answers at all.
    """

    text: str
    context: str = ""
    whole: str = ""
    date: dt.date | None = None
    span: tuple[int, int] | None = None
    likely: float = 0.0
    read: float = 0.0


def verdict(question: str, evidence: Sequence[Said], *, learned: bool = True) -> Verdict | None:
    """What the evidence says to a question that wants yes or no.

    Where no rule decides, `leaning` does, if it is sure enough.

    Parameters
    ----------
    question
        Complete in itself.
    evidence
        The sentences of the answer, the best first.
    learned
        False for the rules alone.

    Returns
    -------
    Verdict | None
        ``content`` for one that asks in this form for what there is (``有没有关于……的规定``); None for a question that
        does not want yes or no, or without evidence. Where sentences contradict each other it is ``open``.
    """
    if not evidence:
        return None
    whole = asks_yes_or_no(question)
    if whole and asks_for_content(question):
        return "content"
    asked = question if whole else yes_or_no_beside(question)
    if not asked:
        return None
    claim = Claim(asked)
    found = [(view, said.date) for said in evidence if (view := _Sentence(claim, said).verdict()) != "open"]
    if found or not whole:
        return _settled(claim, found) or ("open" if whole else None)
    return leaning(asked, evidence) if learned else "open"


def _settled(claim: Claim, found: Sequence[tuple[Verdict, dt.date | None]]) -> Verdict | None:
    """What all say, or the newest word on whether something is done: what was only planned may be done by now."""
    views = {view for view, _ in found}
    if len(views) == 1:
        return views.pop()
    done, undone = ([date for view, date in found if view == one and date] for one in ("yes", "no"))
    return "yes" if claim.done and done and undone and max(done) > max(undone) else None


class _Sentence:
    """One sentence of the evidence, held against the claim."""

    def __init__(self, claim: Claim, said: Said) -> None:
        self.claim = claim
        self.said = said
        self.text = normalize(said.text)
        self.around = self.text + normalize(said.context)
        self.share = claim.share(self.around)
        holding = [piece for piece in _CLAUSE.split(self.text) if claim.verb and holds(piece, claim.verb)]
        self.clause = max(holding, key=self._fitness, default="")
        self.denied = bool(self.clause) and self._denied()
        self.planned = bool(self.clause) and self._planned()

    def _fitness(self, clause: str) -> float:
        return self.claim.share(clause) + sum(name in clause for name in self.claim.numbered)

    def _denied(self) -> bool:
        """Whether the predicate has a denial close in front of it."""
        predicate = "|".join(map(re.escape, forms(self.claim.verb)))
        denial = rf"(?:{DENIED}[\u4e00-\u9fff]{{0,3}}?|(?:尚待|有待|等待)[\u4e00-\u9fff]{{0,8}}?)(?:{predicate})"
        return bool(re.search(denial, self.clause)) and not re.search(
            rf"{_NO_DENIAL}[\u4e00-\u9fff]{{0,3}}(?:{predicate})", self.clause
        )

    def _planned(self) -> bool:
        """Whether the clause of the predicate tells of what is still to come."""
        before = self.text[: self.text.index(self.clause)]
        later = _LATER.search(before) or (self.clause.startswith(("并", "同时")) and _PLANNED.search(before))
        here = _PLANNED.search(self.clause) or _NEXT_YEAR.search(self.clause)
        return bool(here) or (bool(later) and not _DONE.search(self.clause))

    def verdict(self) -> Verdict:
        """The first rule that decides counts."""
        other_time = any(self.claim.periods.conflicts(Periods(self.text, self.said.date)))
        nameless = not all(holds(self.around, name) for name in self.claim.names)
        if self.share < _ABOUT or nameless or (other_time and not self.claim.dates):
            return "open"
        if (result := compared(self.claim.text, normalize(self.said.whole or self.said.text))) is not None:
            return "yes" if result else "no"
        if (way := moved(self.claim.text, self.claim.words, self.text, self.around)) is not None:
            return way
        for special in (by_goal, by_need, by_cost, by_absence):
            if (found := special(self.claim, self.text, self.share)) is not None:
                return found
        rules = (self._by_limit, self._by_rate, self._by_whole, self._by_phrase, self._by_day, self._by_direction)
        for rule in rules:
            view = rule()
            if view is not None:
                return view
        if not self.clause:
            return self._by_figure(self.text)
        return self._by_denial() or self._by_support()

    def _by_limit(self) -> Verdict | None:
        """``超过80列了吗``: by the figure of the same unit."""
        result = threshold(self.claim.text, self.text)
        if result is None:
            return None
        hoped = any(
            quantities(piece) and (_PLANNED.search(piece) or re.search(f"{DENIED}[^，,]{{0,4}}达", piece))
            for piece in _CLAUSE.split(self.text)
        )
        if result == "unknown" or hoped or self.share < _RATHER:
            return "open"
        return "yes" if result == "met" else "no"

    def _by_rate(self) -> Verdict | None:
        """``每天``, where another rate is said."""
        return "no" if self.claim.daily and not _DAILY.search(self.text) and _OTHER_RATE.search(self.text) else None

    def _by_whole(self) -> Verdict | None:
        """``都……了吗``: yes where the whole is said, no where only a part is."""
        if not self.claim.whole:
            return None
        less = any(
            other.unit == figure.unit and other.value < figure.value
            for figure in self.claim.figures
            for other in quantities(self.text)
        )
        whole = bool(_WHOLE.search(self.clause))
        if less or (_SOME.search(self.clause) and not whole):
            return "no" if self.share >= _RATHER else "open"
        if whole and self.planned and self.claim.done and not _DONE.search(self.clause):
            return "no" if self.share >= _DENIABLE else "open"
        against = self.denied or self.planned or self._is_against(self.clause)
        fits = whole and not against and self.claim.figures_in(self.text)
        return "yes" if fits and self.share >= _ENOUGH else "open"

    def _by_phrase(self) -> Verdict | None:
        """``转人事关系吗``, where ``不转人事关系`` is said."""
        if any(re.search(rf"{DENIED}{re.escape(phrase)}", self.text) for phrase in self.claim.phrases):
            return "yes" if self.claim.denies else "no"
        return None

    def _by_day(self) -> Verdict | None:
        """Another day in the clause of the predicate."""
        days = set(DAY.findall(self.clause))
        other = bool(self.claim.dates and days and not self.claim.dates & days)
        return "no" if other and self.share >= _ENOUGH else None

    def _by_direction(self) -> Verdict | None:
        """``甲比乙高吗`` by words: yes for the same, no for the opposite in the clause of what is compared."""
        way = self.claim.way
        if not way or not self.clause or self.denied:
            return None
        same, opposite = (bool(re.search(words, self.clause)) for words in _WAYS[way])
        turned = self._is_turned()
        if self.share < _DENIABLE or same == opposite or turned is None:
            return "open"
        return "yes" if same != turned else "no"

    def _is_turned(self) -> bool | None:
        """Whether the sentence compares the second side with the first; None where it does not tell."""
        first, second = (side.strip("的")[:2] for side in self.claim.sides)
        standards = [name for name in (first, second) if re.search(f"(?:[比较于与和跟]|相比于){name}", self.text)]
        if first == second or len(standards) != 1:
            return None
        return standards == [first]

    def _by_denial(self) -> Verdict | None:
        """No where the predicate is denied, or asked about as done and only planned; yes to a denial asked about."""
        postponed = self.claim.done and self.planned and not _DONE.search(self.clause)
        if not self.denied and not postponed:
            return None
        if self.share < _DENIABLE or (self.claim.denies and not self.claim.figures_in(self.text)):
            return "open"
        return "yes" if self.claim.denies and self.denied else "no"

    def _by_support(self) -> Verdict:
        """Yes where all is borne out: names, figures, predicate and times, and the form that is asked for."""
        near = _with_subject(self.clause, self.text)
        if not self.claim.figures_in(near):
            return self._by_figure(near)
        said = (
            self.share >= _ENOUGH,
            all(holds(near, word) for word in self.claim.words[-2:]),
            all(holds(self.text, word) for word in [*self.claim.numbered, *self.claim.verbs, *self.claim.only]),
            all(word in self.around for word in self.claim.kinds),
            self._in_years(),
            self.claim.predicated and not self._is_against(near) and not self._is_elsewhere(),
            not self.claim.still or bool(_STILL.search(near)),
            not self.claim.compares,
            not self.claim.may or bool(_MAY.search(self.clause)),
            not self.claim.need or bool(_NEED.search(self.clause)),
            not self.planned or self.claim.plans or self._is_scheduled(),
        )
        if not all(said):
            return "open"
        return "no" if self.claim.denies else "yes"

    def _is_against(self, near: str) -> bool:
        """Whether words stand there that turn a clause round, and not in the question."""
        turning = [match[0] for match in _AGAINST.finditer(near) if match[0] not in self.claim.text]
        return bool(turning) and not self.claim.denies

    def _is_elsewhere(self) -> bool:
        """Whether a name stands only behind the clause, as of something else, or an office only as another one."""
        before = normalize(self.said.context) + self.text[: self.text.index(self.clause) + len(self.clause)]
        behind = any(holds(self.text, word) and not holds(before, word) for word in self.claim.words)
        shared = [word for word in self.claim.words if word in self.clause]
        others = [piece for piece in _CLAUSE.split(self.text) if piece and piece != self.clause]
        behind |= any(self._is_against(piece) and any(word in piece for word in shared) for piece in others)
        offices = {match[0] for match in _OFFICE.finditer(self.claim.text)}
        lower = any(
            office.strip("副") in self.around and not re.search(f"(?<!副)(?<!代表){office}(?!{_AIDE})", self.around)
            for office in offices
        )
        return behind or lower

    def _in_years(self) -> bool:
        """Whether the years asked about are named, or are that of the issue."""
        said = Periods(self.around, self.said.date).years
        return self.claim.periods.years <= (said or ({self.said.date.year} if self.said.date else set()))

    def _is_scheduled(self) -> bool:
        """``7月1日将施行`` answers ``7月1日施行吗``."""
        return bool(self.claim.dates & set(DAY.findall(self.text))) and not self.claim.done

    def _by_figure(self, text: str) -> Verdict:
        """No where another figure of the same unit stands in the place of the only one asked about."""
        figures = self.claim.figures
        if len(figures) == 1 and self.share >= _ENOUGH and holds(text, self.claim.words[-1]):
            same = {other for other in quantities(text) if other.unit == figures[0].unit}
            stated = figures[0] in quantities(self.text)
            if len(same) == 1 and not stated and not _ROUGHLY.search(self.claim.text):
                return "no"
        return "open"


def _with_subject(clause: str, text: str) -> str:
    """A clause with the one before it where it goes on with what that is about (``货运量148万吨，同比增长21%``)."""
    pieces = [piece for piece in _CLAUSE.split(text) if piece]
    place = pieces.index(clause)
    return f"{pieces[place - 1]}，{clause}" if place and _GOES_ON.match(clause) else clause
