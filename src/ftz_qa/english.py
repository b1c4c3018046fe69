"""Questions in English, brought into Chinese words: the bulletins are Chinese, and so is all that reads them.

Questions about the bulletins as such have sentences of their own. Of others, every word that the list in
``data/english.txt`` knows is put into Chinese, and the pieces are set in the order that Chinese has them in: time,
place, thing, what is asked. A question with too many words that the list does not know stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’&.-]*[A-Za-z]|[A-Za-z]|\d[\d.,]*%?|[\u4e00-\u9fff（）“”《》、·]+")
_LONGEST = 5
_KNOWN_SHARE = 0.6
_FEWEST_LATIN = 2

_NUMBER = r"(?:no\.?\s*|number\s*|#\s*)?(\d{1,6})"
_ISSUE = rf"(?:the\s+)?(?:bulletin\s+)?(?:issue|bulletin)\s*{_NUMBER}"
_LATEST = r"(?:the\s+)?(?:latest|newest|most recent|last|current)\s+(?:issue|bulletin)(?:\s+of the bulletin)?"
_PREVIOUS = r"(?:the\s+)?previous\s+(?:issue|bulletin)"
_EARLIEST = r"(?:the\s+)?(?:earliest|oldest|first)\s+(?:issue|bulletin)"
_PLAIN = r"(?:bulletins?|issues?|collection|index|database|library)"
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"how many articles (?:are|were|does|do|has|have|did)?.*?{issue}.*", "{issue}有几篇文章？"),
    (r"how many sections .*?{issue}.*", "{issue}有几个栏目？"),
    (r"(?:when|what date|on what date|what day|on which day).*?{issue}.*", "{issue}是什么时候出版的？"),
    (r".*\b(?:date)\b.*?{issue}.*", "{issue}是什么时候出版的？"),
    (
        r".*\b(?:who|which (?:office|department|unit|organi[sz]ation))\b.*\b(?:publish|issue|edit|produce|release)\w*.*?{issue}.*",
        "{issue}是谁主办的？",
    ),
    (r".*\b(?:sections?|columns?|parts?)\b.*?{issue}.*", "{issue}有哪些栏目？"),
    (r".*\b(?:titles?|headlines?|table of contents|contents|list)\b.*?{issue}.*", "{issue}有哪些文章？"),
    (
        r"(?:is|do you have|is there|have you got|does .* (?:have|include|contain)).*?{issue}\W*(?:available|indexed|included)?\W*",
        "有没有{issue}？",
    ),
    (
        r"(?:please\s+|can you\s+|could you\s+)?(?:summari[sz]e|give (?:me )?(?:a )?(?:summary|digest|overview) of|brief me on|what(?:'s| is| are| was| were| does| did| do)?.*?(?:in|about|cover|contain|say|report|include|discuss|topics?|stories|articles|main|key|content|summary|digest).*?|tell me about|show me|overview of|outline)\s*{issue}.*",
        "{issue}讲了什么？",
    ),
    (
        r"what (?:does|did|do|is|are|was|were).*?{issue}\s*(?:say|cover|contain|report|discuss|include|talk|about|mention)?\w*\W*(?:about)?\W*",
        "{issue}讲了什么？",
    ),
    (
        r"what (?:topics|articles|stories|news|themes|subjects) (?:does|did|are|were|do).*?{issue}.*",
        "{issue}讲了什么？",
    ),
    (r"(?:what|which)(?:\s+\w+)?\s+(?:is|was)\s+{issue}\W*", "{issue}是第几期？"),
)
_OF_ALL: tuple[tuple[str, str], ...] = (
    (r"how many (?:issues|bulletins).*", "一共收录了多少期？"),
    (
        r"how many articles (?:are there|do you have|in total|altogether|are (?:indexed|included)|in all)?[^?]{0,30}(?:total|all|altogether|there|"
        + _PLAIN
        + r")?\W*",
        "一共有多少篇文章？",
    ),
    (r"(?:which|what) (?:issue|bulletin) is (?:the )?(?:latest|newest|most recent)(?: one)?\W*", "最新一期是第几期？"),
    (r"(?:which|what) (?:issue|bulletin) is (?:the )?(?:earliest|oldest|first)(?: one)?\W*", "最早一期是第几期？"),
    (r"(?:which|what) (?:issues|bulletins) (?:are|do you have|can|have|exist)[^?]*", "收录了哪些期？"),
    (
        r"who (?:publish|issue|edit|produce|release)\w* (?:the|this|these) (?:bulletins?|newsletters?|publications?|journal)\W*",
        "自贸动态是谁主办的？",
    ),
    (
        r"what (?:sections|columns|parts) (?:does|do|are|has|have).*(?:bulletins?|newsletter|publication|issues?)?.*",
        "自贸动态分哪几个栏目？",
    ),
    (r"(?:what|which) (?:time|period|dates?|range).*(?:cover|span|index|available).*", "收录的时间范围是什么？"),
    (r"how often .*(?:publish|issue|appear|come out|released?).*", "自贸动态多久出一期？"),
)
_MENTIONS = re.compile(
    r"(?:in )?(?:which|what) (?:issues?|bulletins?)(?: of the bulletin)?\s+(?:\w+ )?(?:mention|talk|report|cover|discuss|write|contain|include|refer|speak|deal|feature|is|are|was|were|has|have|does|do)\w*"
    r"(?:\s+(?:to|about|on|of|with|articles?|reports?|mentioned|reported|covered|discussed))*\s*(?P<topic>.+?)\W*$"
    r"|(?:in )?(?:which|what) (?:issues?|bulletins?) (?:is|are|was|were) (?P<passive>.+?) (?:mentioned|reported|covered|discussed)\W*$",
    re.I,
)
_MONTHS = {
    name: n
    for n, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"((?:19|20)\d\d)"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_COUNTS = {
    w: n
    for n, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
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
        r"\bwhat (?:is|was) the (?=.*\b(?:investment|value|volume|throughput|number|amount|capacity|rate|area|price|cost|size|scale|total|output|capital|sum|quota|length|duration|ratio|share)\b)",
        "是多少",
        "",
    ),
    (r"\b(?:when|what (?:date|day|time)|(?:on|in) (?:what|which) (?:date|day|month|year))\b", "什么时候", ""),
    (r"\bwho(?:se|m)?\b", "谁", ""),
    (r"\bwhere\b", "在哪里", ""),
    (r"\bwhy\b|\bfor what reasons?\b|\bwhat (?:is|was|are|were) the reasons? (?:for|why|of)\b", "为什么", ""),
    (
        r"\bwhich (?=compan|enterprise|bank|firm|airport|port|countr|cit|province|department|institution|customs|area|zone)",
        "哪些",
        "",
    ),
    (r"\bwhich\b", "哪些", ""),
    (r"\bwhat\b", "什么", ""),
    (r"^(?:is|are|was|were|did|do|does|has|have|had|can|will)\b", "吗", ""),
)
_AND_ASKS = re.compile(r",?\s+and\s+(?=(?:by |in |on |at )?(?:what|how|when|who|where|why|which)\b)", re.I)
_ZONE = re.compile(r"(?<=[\u4e00-\u9fff])\s*(?:pilot\s+)?(?:area|zone|sub-?zone|district)\b(?!\s+of)", re.I)
_UNITS = frozenset(["吨", "标箱", "公里", "平方米", "平方公里", "天", "小时", "分钟", "月", "年", "米", "工作日", "条"])
_PREPOSITIONS = re.compile(
    r"\b(?:of|in|at|through|by|from|for|to|under|on|during|with|via|between|within|into|as of|as|among|under|over|since|until|before|after|against)\b",
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
    return _about_bulletins(question) or _words(question) or question


def _about_bulletins(question: str) -> str:
    """A question about the bulletins as such; empty for any other."""
    text = " ".join(question.split())
    for name, chinese in ((_ISSUE, ""), (_LATEST, "最新一期"), (_PREVIOUS, "上一期"), (_EARLIEST, "最早一期")):
        found = re.search(name, text, re.I)
        if found is None:
            continue
        called = chinese or f"第{found[1]}期"
        marked = text[: found.start()] + "@@" + text[found.end() :]
        for pattern, put in _SENTENCES:
            if re.fullmatch(
                pattern.replace("{issue}", "@@").replace("@@", "(?:of |in |for |on )?@@"), marked.strip(), re.I
            ) and not _matter(marked):
                return put.replace("{issue}", called)
        return ""
    for pattern, put in _OF_ALL:
        if re.fullmatch(pattern, text, re.I):
            return put
    if mentions := _MENTIONS.fullmatch(text):
        topic = mentions["topic"] or mentions["passive"]
        return f"哪几期提到了{_words(topic) or topic}？"
    published = re.fullmatch(
        rf"what (?:was|were|is|did)[^?]*(?:published|reported|issued|in the bulletins?)[^?]*?\b({_MONTH})\s*{_YEAR}\W*",
        text,
        re.I,
    )
    if published:
        return f"{published[2]}年{_MONTHS[published[1].rstrip('.').lower()]}月那期讲了什么？"
    return ""


_BULLETIN_WORDS = re.compile(
    r"\b(?:what|which|when|who|how|many|is|are|was|were|does|do|did|has|have|had|there|the|a|an|of|in|for|on|about|articles?|titles?|headlines?|topics?|sections?|columns?|parts?|stories|news|contents?|contain\w*"
    r"|cover\w*|say|said|report\w*|publish\w*|release\w*|issued?|edit\w*|produce\w*|date[ds]?|day|list|all|give|me|us|please|summar\w*|digest|overview|brief|main|key|points?|tell|show|can|could|you|table|with|and|its|it"
    r"|appear\w*|come|came|out|include\w*|discuss\w*|talk\w*|mention\w*|themes?|subjects?|highlights?|office|department|unit|organi[sz]ation|available|index\w*|total|altogether|number|this|that|outline|office|bulletins?|issues?|get|got|main|important)\b",
    re.I,
)


def _matter(marked: str) -> str:
    """What a question with its issue marked says beyond words about bulletins."""
    return re.sub(r"[\W_@]+", "", _BULLETIN_WORDS.sub("", marked))


def _words(question: str) -> str:
    """The question word by word, in Chinese order; empty where the list knows too few of its words."""
    parts = [_clause(part) for part in _AND_ASKS.split(question)]
    return "，".join(part.rstrip("？") for part in parts) + "？" if all(parts) else ""


def _clause(question: str) -> str:
    question = _ZONE.sub("片区", question)
    text, times = _times(" ".join(question.replace("’", "'").split()))
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


def _times(text: str) -> tuple[str, list[str]]:
    """The text without the times that it names, and these in Chinese, years first."""
    found: list[str] = []

    def take(match: re.Match[str], chinese: str) -> str:
        found.append(chinese)
        return " "

    def month(name: str) -> int:
        return _MONTHS[name.rstrip(". ").lower()]

    prefix = r"(?:\b(?:in|on|by|during|for|at|over|from|of|since|as of|until)\s+)?(?:the\s+)?"
    rules: tuple[tuple[str, object], ...] = (
        (
            rf"{prefix}(?:between\s+)?({_MONTH})\s*(?:-|–|—|to|and|through)\s*({_MONTH})(?:,?\s*(?:of\s+)?{_YEAR})?",
            lambda m: f"{_year(m[3])}{month(m[1])}-{month(m[2])}月",
        ),
        (
            rf"{prefix}(?:end of\s+)({_MONTH})(?:,?\s*(?:of\s+)?{_YEAR})?",
            lambda m: f"截至{_year(m[2])}{month(m[1])}月底",
        ),
        (rf"{prefix}(?:end of\s+){_YEAR}", lambda m: f"截至{m[1]}年底"),
        (
            rf"{prefix}({_MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s*{_YEAR})?",
            lambda m: f"{_year(m[3])}{month(m[1])}月{m[2]}日",
        ),
        (
            rf"{prefix}(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})(?:,?\s*{_YEAR})?",
            lambda m: f"{_year(m[3])}{month(m[2])}月{m[1]}日",
        ),
        (
            rf"{prefix}(first|second)\s+half(?:\s+of)?(?:\s+(?:the|this)\s+year)?(?:\s*{_YEAR})?",
            lambda m: f"{_year(m[2])}{'上' if m[1].lower() == 'first' else '下'}半年",
        ),
        (
            rf"{prefix}(first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter(?:\s+of)?(?:\s+(?:the|this)\s+year)?(?:\s*{_YEAR})?",
            lambda m: f"{_year(m[2])}{'一二三四'[_ORDINALS[m[1].lower()] - 1]}季度",
        ),
        (rf"{prefix}q([1-4])(?:\s+(?:of\s+)?{_YEAR})?", lambda m: f"{_year(m[2])}{'一二三四'[int(m[1]) - 1]}季度"),
        (
            rf"{prefix}first\s+({'|'.join(_COUNTS)}|\d{{1,2}})\s+months(?:\s+of)?(?:\s+(?:the|this)\s+year)?(?:\s*{_YEAR})?",
            lambda m: f"{_year(m[2])}前{_COUNTS.get(m[1].lower(), m[1])}个月",
        ),
        (
            rf"(?<!\w){prefix}(?:early\s+)?({_MONTH})(?=[\s,?.]|$)(?:,?\s*(?:of\s+)?{_YEAR})",
            lambda m: f"{m[2]}年{month(m[1])}月",
        ),
        (rf"\b(?:in|by|during|since|of)\s+({_MONTH})(?=[\s,?.]|$)", lambda m: f"{month(m[1])}月"),
        (rf"{prefix}(?:year\s+|early\s+|late\s+){_YEAR}\b", lambda m: f"{m[1]}年"),
        (rf"{prefix}{_YEAR}\b(?!\s*(?:teu|cars?|trains?|people))", lambda m: f"{m[1]}年"),
        (r"\blast year\b", lambda m: "去年"),
        (r"\bthis year\b", lambda m: "今年"),
    )
    for pattern, chinese in rules:
        text = re.sub(pattern, lambda m, put=chinese: take(m, put(m)), text, flags=re.I)  # type: ignore[operator, misc]
    return text, sorted(found, key=lambda time: "年" not in time)


def _year(text: str | None) -> str:
    return f"{text}年" if text else ""
