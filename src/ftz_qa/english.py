"""Questions in English, brought into Chinese words: the bulletins are Chinese, and so is all that reads them.

Questions about the bulletins as such have sentences of their own. Of others, every word that the list in
``data/english.txt`` knows is put into Chinese, and the pieces are set in the order that Chinese has them in: time,
place, thing, what is asked. A question with too many words that the list does not know stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from ftz_qa.english_bulletins import about_bulletins
from ftz_qa.english_times import take_times

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’&.-]*[A-Za-z]|[A-Za-z]|\d[\d.,]*%?|[\u4e00-\u9fff（）“”《》、·]+")
_LONGEST = 5
_KNOWN_SHARE = 0.6
_FEWEST_LATIN = 2

_SHARE = "占比多少"
_ASKS: tuple[tuple[str, str, str], ...] = (
    # What is asked, what it is in Chinese behind all else, and what is left of it for the list of words.
    (r"\bhow many\b", "多少", ""),
    (r"\bhow long (?:does|did|do|will|would|has) it (?:take|taken|took)(?: to)?\b", "用时多少", ""),
    (r"\bhow much\b.*\bcost\b|\bhow much .*\bcost\b", "多少钱", " "),
    (r"\bhow much (?:did|has|have|was|were)\b(?=.*\b(?:grow|increase|rise|fall|drop|decline|decrease)\w*)", "多少", ""),
    (r"\bhow much\b", "多少", ""),
    (r"\bhow (?:long|large|big|high|far|often|fast|old|wide|heavy)\b", "多少", ""),
    (r"\bhow\b", "怎么", ""),
    (r"\bwhat (?:share|percentage|proportion|percent)(?: of)?\b", _SHARE, ""),
    (r"\bwhat (?:is|was|were|are) the (?:growth rate|growth|increase)\b(?: of| in)?", "增长多少", ""),
    (
        r"\bwhat (?:is|was) the (?=.*\b(?:investment|value|volume|throughput|number|amount|capacity|rate|area|price"
        r"|cost|size|scale|total|output|capital|sum|quota|length|duration|ratio|share)\b)",
        "是多少",
        "",
    ),
    (r"\b(?:when|what (?:date|day|time)|(?:on|in) (?:what|which) (?:date|day|month|year))\b", "什么时候", ""),
    (r"\bwho(?:se|m)?\b", "谁", ""),
    (r"\bwhere\b", "在哪里", ""),
    (r"\bwhy\b|\bfor what reasons?\b|\bwhat (?:is|was|are|were) the reasons? (?:for|why|of)\b", "为什么", ""),
    (r"\bwhich\b", "哪些", ""),
    (r"\bwhat\b", "什么", ""),
    (r"^(?:is|are|was|were|did|do|does|has|have|had|can|will)\b", "吗", ""),
)
_POLITE = re.compile(
    r"^(?:please |kindly )?(?:(?:do|can|could|would|will) you (?:please )?(?:know|tell me|say|let me know|find out)"
    r"|tell me|i (?:want|need|would like) to know|i'd like to know),?\s+(?=(?:what|how|when|who|where|why|which)\b)",
    re.I,
)
_IS = re.compile(r"\b(what|who|where|when|how)'s\b", re.I)
_OWN = re.compile(r"(?<=[A-Za-z])'s\b|(?<=s)'(?=\s)")
_NUMBERED = re.compile(r"\b(?!issues?\b)([a-z]+(?: line)?) (?:no\.?|number|#) ?(\d+)\b", re.I)
# What the parts of a whole are: ``what share of the exports were vehicles``.
_OF_WHOLE = re.compile(r"\b(?:is|are|was|were|came from|come from|went to|go to|consisted of)\b", re.I)
_AND_ASKS = re.compile(r",?\s+and\s+(?=(?:by |in |on |at )?(?:what|how|when|who|where|why|which)\b)", re.I)
_ZONE = re.compile(r"(?<=[\u4e00-\u9fff])\s*(?:pilot\s+)?(?:area|zone|sub-?zone|district)\b(?!\s+of)", re.I)
_UNITS = frozenset(["吨", "标箱", "公里", "平方米", "平方公里", "天", "小时", "分钟", "月", "年", "米", "工作日", "条"])
_PREPOSITIONS = re.compile(
    r"\b(?:of|in|at|through|by|from|for|to|under|on|during|with|via|between|within|into|as of|as"
    r"|among|over|since|until|before|after|against)\b",
    re.I,
)
_ENDINGS = (
    ("ies", "y"),
    ("ses", "s"),
    ("ches", "ch"),
    ("xes", "x"),
    ("s", ""),
    ("ied", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
)


def in_chinese(question: str) -> str:
    """A question in English in Chinese words; anything else as it is.

    Parameters
    ----------
    question
        With names already spelled in Chinese where that was possible.
    """
    latin = re.findall(r"\b[A-Za-z]{2,}\b", question)
    asks = re.search(
        r"\b(?:what|which|when|where|who|whose|why|how|is|are|was|were|did|do|does|has|have|can|list|summari[sz]e|give|tell|show)\b",
        question,
        re.I,
    )
    if len(latin) < _FEWEST_LATIN or asks is None or sum(map(len, latin)) < 2 * sum(map(len, _HAN.findall(question))):
        return question
    return about_bulletins(question, _words) or _words(question) or question


def _words(question: str) -> str:
    """The question word by word, in Chinese order; empty where the list knows too few of its words."""
    first, *more = _AND_ASKS.split(question)
    parts = [_clause(first), *(_clause(part) or _bare(part) for part in more)]
    return "，".join(part.rstrip("？") for part in parts) + "？" if all(parts) else ""


def _bare(part: str) -> str:
    """What a part asks that names nothing of its own (``… and how large is it``); empty for others."""
    asked, rest = _asked(part)
    return asked if all(_lookup(word.lower()) == "" for word in _WORD.findall(rest)) else ""


def _clause(question: str) -> str:
    question = _ZONE.sub("片区", _POLITE.sub("", question.replace("’", "'")))
    question = _NUMBERED.sub(r"\2号 \1", _OWN.sub("", _IS.sub(r"\1 is", question)))
    text, times = take_times(" ".join(question.split()))
    asked, text = _asked(text)
    if asked == _SHARE and len(whole := _OF_WHOLE.split(text, maxsplit=1)) == 2 and whole[0].strip():
        of, part = (_clause(piece) for piece in whole)
        return "".join(times) + f"{of}中{part}{asked}？" if of and part else ""
    if asked == "多少" and (unit := re.match(r"\s*([a-z]+(?: (?:met|kilomet)(?:er|re)s?)?)\b", text, re.I)):
        counted = _lookup(unit[1].lower()) or ""
        if counted in _UNITS:
            asked, text = asked + counted, text[unit.end() :]
    known = unknown = 0
    pieces = []
    for piece in _PREPOSITIONS.split(text):
        words, good, bad = _translated(piece)
        known, unknown = known + good, unknown + bad
        if words:
            pieces.append(words)
    if not pieces or known < _KNOWN_SHARE * (known + unknown):
        return ""
    main, *others = pieces
    if asked == "哪些":
        asked, main = "", asked + main + "？"
    return "".join([*times, *reversed(others), main]) + asked + ("？" if asked else "")


def _asked(text: str) -> tuple[str, str]:
    """What a question asks, in Chinese, by the first words that ask; and the question without these."""
    found = [
        (match, chinese, left)
        for pattern, chinese, left in _ASKS
        if (match := re.search(pattern, text, re.I)) is not None
    ]
    if not found:
        return "", text
    match, chinese, left = min(found, key=lambda one: one[0].start())
    end = match.start() + len("how much") if left else match.end()
    return chinese, text[: match.start()] + text[end:]


def _translated(piece: str) -> tuple[str, int, int]:
    """A piece in Chinese, and how many of its words the list knows and does not; these stay."""
    words = _WORD.findall(piece)
    out: list[str] = []
    known = unknown = i = 0
    while i < len(words):
        for size in range(min(_LONGEST, len(words) - i), 0, -1):
            found = _lookup(" ".join(words[i : i + size]).lower())
            if found is not None:
                out.append(found)
                known += bool(found) * size
                i += size
                break
        else:
            plain = _HAN.search(words[i]) or words[i].isupper() or words[i][0].isdigit()
            known, unknown = known + bool(plain), unknown + (not plain)
            out.append(words[i] if plain else f" {words[i]} ")
            i += 1
    return "".join(out).strip(), known, unknown


def _lookup(words: str) -> str | None:
    """A word or phrase in Chinese, its last word in whatever form; None where the list does not have it."""
    found = _listed(words)
    if found is None and "-" in words:
        parts = [_listed(part) for part in words.split("-")]
        whole = _listed(words.replace("-", " "))
        return whole if whole is not None or None in parts else "".join(part or "" for part in parts)
    return found


def _listed(words: str) -> str | None:
    listed = _list()
    if words in listed:
        return listed[words]
    for ending, put in _ENDINGS:
        if words.endswith(ending) and words[: -len(ending)] + put in listed:
            return listed[words[: -len(ending)] + put]
    return None


@cache
def _list() -> dict[str, str]:
    text = (resources.files("ftz_qa") / "data" / "english.txt").read_text(encoding="utf-8")
    lines = (line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {english: chinese for english, chinese in lines}
