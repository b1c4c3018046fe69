"""Which way the evidence leans where the rules of `verdict` leave a question for yes or no open.

A small model over stated features of the question, of the exact answer that the trained reader sees, and of the clause
around it (fitted by ``benchmarks/fit_verdict.py``). What it is not sure of stays open.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from ftz_qa.claims import Claim
from ftz_qa.periods import Periods
from ftz_qa.quantities import quantities
from ftz_qa.same_words import forms, holds
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftz_qa.verdict import Said

Leaning = Literal["yes", "no", "open"]
WAYS: tuple[Leaning, ...] = ("no", "open", "yes")
OTHER_TIME = "other_time"
"""The feature that a sentence tells of other months or years than the question; it leaves all open."""

# What the evidence says; only words count that the question does not hold itself.
_SAYS = {
    "denied": r"不(?!断|仅|少|同|久|但|止|只|论|动产|锈|超过|低于|高于|少于|变|停|限|受.{0,6}限|在此)"
    r"|未(?!来)|没有?|并非|而非|空缺|空载|阴性"
    r"|无(?!论|线|理由|人机|人配|人驾|人车|缝|纸|感|障碍|锡|忧|形)|零(?!关税|售|食|部|下|件)",
    "forbidden": r"不得|禁止|不能|不可|严禁|一律不|不允许|不准|不予|不再",
    "gone": r"取消|停止|关闭|废止|驳回|终止|退出|解除|撤销|免(?!税|签|疫)|暂缓|暂停|停用|除外|不在此列",
    "pending": r"仍在|尚在|还在|正在|[待等](?!遇)|审核|商谈|磋商|协商|洽谈|研究|论证|征求意见|谈判|编制|报批|测算"
    r"|初审|谋划|可研|规划阶段|试点阶段|上报|报.{0,8}审|递交|后再|条件成熟|才[能可]|要等|过后|再议|再定|意见不一|分歧|视.{0,10}(?:定|情况)",
    "planned": r"计划|预计|力争|拟|将(?!近)|即将|尽早|争取|有望|准备|筹备|下一步|打算|明年|后年|下半年"
    r"|[一二三四]季度|[年月]底前",
    "done": r"已|均(?=[完达为])|(?<![为除罢])了(?!解)|(?<![未没不待])(?:完成|通过(?!后)|取得|获(?!取)"
    r"|成为|当选|首次|达到|落户|投用|启用|开工|签署|到位|同意|[核批]准|准予)",
    "part": r"部分|其余|剩余|其中|多数|首批|一期|先行|\d%|\d成|[一二三四五六七八九]成|中只有|主要|减半",
    "only": r"仅|只(?!要)|限(?!额|制)|唯一",
    "still": r"仍|依然|尚|维持|不变|沿用|留任",
    "goes_on": r"照常|照旧|照章|继续|延续|顺延|保留|连任|不停|不限|不受.{0,6}限|不在此限|一视同仁",
    "same": r"相同|一致|同等|同样|一并|均由|也",
    "other": r"而是|仅限|另一|改为|改由|改作|转为|实为|换成|由.{1,14}(?:担任|承担|负责|获得)|系|副|代表|视频",
    "may": r"可(?!研|行|靠|能|持|视|再生)|允许|能够|能(?!力|源|耗|效)|支持(?!率)|同等|适用|纳入|享受",
    "must": r"须|应当|必须|需(?!求)|仍按|要(?!素|求|点)|前提",
    "free": r"免费|不收|免收|免缴|全免|无需|无须|不用|不必|不须|不需|不要求|免于|免除|财政(?:买单|负担)|承担",
    "pays": r"自付|自费|缴纳|收取|加收|补缴|补税|追回|退还|赔偿",
    "late": r"推迟|[晚迟]|延后|滞后|差距|低于|不及|不足|未达|距",
    "ahead": r"提前|超额|超过|突破|超出|高于|优于",
    "whole": r"全部|所有|均|都|各|一律|全面|100%|全体|全程|全(?=[免部])",
}
_NEGATIVE = ("denied", "forbidden", "gone")
_SAYS_OF = {name: re.compile(pattern) for name, pattern in _SAYS.items()}
_UP, _DOWN = re.compile("增|涨|升|提高|多|高|贵|超|快"), re.compile("降|跌|减|少|低|便宜|回落|慢|短|收窄")
_ASKS_OF = {
    "no": re.compile(
        r"不用|无需|无须|不必|不需|不要(?!求)|不收|免(?!税|签|疫)|没有?(?=[^？?了吗]{2})|不(?=[^？?吗么呢是了])"
    ),
    "future": re.compile("打算|计划|将|会(?=.{0,8}吗)|以后|今后|明年|年底前|下半年|准备|拟|安排"),
    "cost": re.compile("钱|费|税|租金|掏|缴|收"),
    "also": re.compile("一样|也|跟着|同(?!意|比|期)|统一|一回事|一家"),
    "gone": re.compile("取消|解除|退出|废止|停|撤|除|换|黄掉|裁|关闭"),
}
_A_NOT_A = re.compile(r"(.)不\1|是否|能否|可否|有没有|有无")
_ATTRIBUTE = re.compile("[没不未非无][^，,]{1,12}?的")
_RULE = re.compile("[^，,。；]{3,}的(?=[，,])")
_TOGETHER = (
    *(("done", said) for said in ("done", "planned", "pending", "part")),
    *(("may", said) for said in ("may", "must", "only")),
    *(("need", said) for said in ("must", "free", "still")),
    *(("whole", said) for said in ("part", "whole")),
    *(("no", said) for said in ("must", "free", "still")),
    *(("gone", said) for said in ("gone", "still", "denied", "goes_on")),
    *(("cost", said) for said in ("free", "pays")),
    *(("also", said) for said in ("same", "other")),
    ("still", "still"),
    ("future", "planned"),
)
_CLAUSE = re.compile("[，,；;。！？!?：]")
_EXCEPT = re.compile("除外|不在此限|不受此限|不在此列")
_RULED_OUT = re.compile("不得|不能|不可|禁止|非|追回|须")
_OPPOSITES = (
    ("进口", "出口"),
    ("去程", "回程"),
    ("公路", "铁路"),
    ("内资", "外资"),
    ("正式", "意向"),
    ("进境", "出境"),
)
_DAY = re.compile(r"(\d{1,2})月(?:(\d{1,2})日)?")
_OTHER_YEAR = re.compile("去年|上年|前年|明年|后年|20[0-9]{2}年")
_QUOTED = re.compile("“[^”]*”|《[^》]*》")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


def features(claim: Claim, asked: str, said: Said) -> dict[str, float]:
    """What the model judges by, by name.

    Parameters
    ----------
    asked
        The question, normalised.
    said
        The sentence in which the trained reader sees the answer.
    """
    near, exact = _near(claim, said)
    text = normalize(said.text)
    around = text + normalize(said.context)
    plain = _A_NOT_A.sub("", asked)
    says = {name: _new(pattern, exact, plain) for name, pattern in _SAYS_OF.items()}
    beside = {name: _new(pattern, near, plain) for name, pattern in _SAYS_OF.items()}
    asks = _asks(claim, asked, plain)
    found = {"bias": 1.0}
    found |= {f"says_{name}": float(value) for name, value in says.items()}
    found |= {f"asks_{name}": float(value) for name, value in asks.items()}
    found |= {f"{ask}_and_{said}": float(asks[ask] and beside[said]) for ask, said in _TOGETHER}
    negated = any(beside[name] for name in _NEGATIVE)
    found["negative"] = float(any(says[name] for name in _NEGATIVE))
    found["no_and_negative"] = float(asks["no"] and negated)
    found["affirmative"] = float(not negated)
    rest = normalize(said.text[slice(*said.span)]).replace(exact, "") if said.span else ""
    found["rest_negative"] = float(any(_new(_SAYS_OF[name], rest, plain) for name in _NEGATIVE))
    found["rest_done"] = float(_new(_SAYS_OF["done"], rest, plain))
    found |= _of_directions(asked, near) | _of_exceptions(near, text) | _of_shares(near, asks)
    found |= _of_words(claim, near, text, around)
    found["read"], found["likely"] = said.read, said.likely
    # Whether something happened is not told by what is to follow from it.
    found["event_by_rule"] = float(asks["exists"] and bool(_RULE.search(text)))
    found |= _of_days(near, said)
    found["less"] = float(
        any(one.unit == other.unit and other.value < one.value for one in claim.figures for other in quantities(near))
    )
    found[OTHER_TIME] = float(any(claim.periods.conflicts(Periods(text, said.date))))
    return found


def _near(claim: Claim, said: Said) -> tuple[str, str]:
    """The clause that tells the exact answer, and what of the answer stands in it, normalised.

    Of an answer of several clauses it is the one that holds its predicate, and most of the claim.
    """
    start, end = said.span or (0, len(said.text))
    ends = [match.start() for match in _CLAUSE.finditer(said.text)] + [len(said.text)]
    clauses = [(begin, stop) for begin, stop in pairwise([-1, *ends]) if begin < end and stop > start]
    told = [(said.text[begin + 1 : stop], said.text[max(begin + 1, start) : min(stop, end)]) for begin, stop in clauses]
    told = [(normalize(clause), normalize(exact)) for clause, exact in told] or [(normalize(said.text),) * 2]

    def fitness(one: tuple[str, str]) -> tuple[bool, float]:
        return bool(claim.verb) and holds(one[0], claim.verb), _pairs_held(claim.text, one[0])

    return max(told, key=fitness)


def _new(pattern: re.Pattern[str], text: str, asked: str) -> bool:
    return any(match[0] not in asked for match in pattern.finditer(_QUOTED.sub("", text)))


def _asks(claim: Claim, asked: str, plain: str) -> dict[str, bool]:
    asks = {name: bool(pattern.search(asked)) for name, pattern in _ASKS_OF.items()}
    last = _ATTRIBUTE.sub("", re.split("[，,]", plain)[-1])
    asks["no"] = claim.denies or bool(_ASKS_OF["no"].search(last))
    for name in ("done", "may", "need", "whole", "still", "exists", "compares"):
        asks[name] = bool(getattr(claim, name))
    return asks


def _of_directions(asked: str, near: str) -> dict[str, float]:
    """Whether what is asked about goes up or down, and what is said the same way."""
    up, down = bool(_UP.search(asked)), bool(_DOWN.search(asked))
    told_up, told_down = _new(_UP, near, ""), _new(_DOWN, near, "")
    clear = up != down and told_up != told_down
    same = clear and up == told_up
    opposite = any(
        (one in asked and other not in asked and other in near and one not in near)
        for pair in _OPPOSITES
        for one, other in (pair, pair[::-1])
    )
    return {"same_way": float(same), "other_way": float(clear and not same), "opposite": float(opposite)}


def _of_exceptions(near: str, text: str) -> dict[str, float]:
    """``除外``: from what is allowed, or from what is not."""
    excepted = bool(_EXCEPT.search(near))
    ruled_out = bool(_RULED_OUT.search(text.replace(near, "")))
    return {"excepted": float(excepted and not ruled_out), "excepted_from_ban": float(excepted and ruled_out)}


def _of_days(near: str, said: Said) -> dict[str, float]:
    """Whether days of the year are named that come after the issue, or before it."""
    if said.date is None or _OTHER_YEAR.search(near):
        return {"day_ahead": 0.0, "day_past": 0.0}
    days = [(int(match[1]), int(match[2] or 0)) for match in _DAY.finditer(near)]
    today = (said.date.month, said.date.day)
    ahead = any(month > today[0] or (day and (month, day) > today) for month, day in days)
    past = any(month < today[0] or (day and (month, day) <= today) for month, day in days)
    return {"day_ahead": float(ahead), "day_past": float(past)}


def _of_shares(near: str, asks: Mapping[str, bool]) -> dict[str, float]:
    """``完成81%`` for something that is to be whole or done."""
    most = max((float(share) for share in _PERCENT.findall(near)), default=None)
    complete = asks["done"] or asks["whole"]
    return {
        "percent_short": float(complete and most is not None and most < 100),
        "percent_full": float(complete and most is not None and most >= 100),
    }


def _of_words(claim: Claim, near: str, text: str, around: str) -> dict[str, float]:
    """How much of the claim the evidence holds."""
    predicate = "|".join(map(re.escape, forms(claim.verb))) if claim.verb else "$^"
    return {
        "verb": float(bool(claim.verb) and holds(near, claim.verb)),
        "verb_denied": float(bool(re.search(rf"[不未没无免][^，。]{{0,5}}(?:{predicate})", near))),
        "share": claim.share(around),
        "share_near": claim.share(near),
        "share_last": sum(holds(text, word) for word in claim.words[-2:]) / 2,
        "pairs": _pairs_held(claim.text, around),
        "pairs_near": _pairs_held(claim.text, near),
        "names": float(all(holds(around, name) for name in claim.names)),
        "figures": float(bool(claim.figures) and claim.figures_in(text)),
        "other_figures": float(bool(claim.figures) and not claim.figures_in(text)),
    }


def _pairs_held(asked: str, text: str) -> float:
    """Share of the pairs of neighbouring characters of a claim that a text holds."""
    pairs = [asked[i : i + 2] for i in range(len(asked) - 1)]
    return sum(pair in text for pair in pairs) / max(len(pairs), 1)


@dataclass(frozen=True, slots=True)
class LeaningModel:
    """Weights of the features by way and name, and the probabilities from which on to say yes, and no."""

    weights: Mapping[str, Mapping[str, float]]
    thresholds: Mapping[str, float]


@cache
def stored_leaning_model() -> LeaningModel:
    """The model that comes with the package."""
    stored = json.loads(resources.files("ftz_qa").joinpath("data/verdict.json").read_text(encoding="utf-8"))
    return LeaningModel(stored["weights"], stored["thresholds"])


def features_of(question: str, evidence: Sequence[Said]) -> dict[str, float] | None:
    """`features` of a question and its evidence; None where the trained reader sees no answer in it."""
    said = next((one for one in evidence if one.span is not None), None)
    return None if said is None else features(Claim(question), normalize(question), said)


def probabilities(found: Mapping[str, float], model: LeaningModel) -> dict[str, float]:
    """How likely yes, no and open are, by features."""
    if found[OTHER_TIME]:
        return {way: float(way == "open") for way in WAYS}
    logits = {way: sum(w * found[name] for name, w in model.weights[way].items()) for way in WAYS}
    most = max(logits.values())
    powers = {way: math.exp(logit - most) for way, logit in logits.items()}
    return {way: power / sum(powers.values()) for way, power in powers.items()}


def leaning(question: str, evidence: Sequence[Said]) -> Leaning:
    """Yes or no where the model is sure enough, else ``open``.

    Parameters
    ----------
    question
        One that wants yes or no.
    evidence
        The sentences of the answer, the best first.
    """
    found = features_of(question, evidence)
    if found is None:
        return "open"
    model = stored_leaning_model()
    likely = probabilities(found, model)
    if likely["yes"] >= model.thresholds["yes"]:
        return "yes"
    return "no" if likely["no"] >= model.thresholds["no"] else "open"
