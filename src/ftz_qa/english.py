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

_ASKS: tuple[tuple[str, str, str], ...] = (
    # What is asked, what it is in Chinese behind all else, and what is left of it for the list of words.
    (r"\bhow many\b", "多少", ""),
    (r"\bhow much\b.*\bcost\b|\bhow much .*\bcost\b", "多少钱", " "),
    (r"\bhow much (?:did|has|have|was|were)\b(?=.*\b(?:grow|increase|rise|fall|drop|decline|decrease)\w*)", "多少", ""),
    (r"\bhow much\b", "多少", ""),
    (r"\bhow (?:long|large|big|high|far|often|fast|old|wide|heavy)\b", "多少", ""),
    (r"\bhow\b", "怎么", ""),
    (r"\bwhat (?:share|percentage|proportion|percent)(?: of)?\b", "占比多少", ""),
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
    parts = [_clause(part) for part in _AND_ASKS.split(question)]
    return "，".join(part.rstrip("？") for part in parts) + "？" if all(parts) else ""


def _clause(question: str) -> str:
    question = _ZONE.sub("片区", question)
    text, times = take_times(" ".join(question.replace("’", "'").split()))
    asked = ""
    for pattern, chinese, left in _ASKS:
        if (found := re.search(pattern, text, re.I)) and not asked:
            asked = chinese
            span = found.group() if not left else re.match(r"how much", found.group(), re.I).group()  # type: ignore[union-attr]
            text = text.replace(span, "", 1)
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
    return "".join([*times, *reversed(others), main]) + asked + ("？" if asked else "")


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
