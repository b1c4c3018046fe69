"""What stands behind a figure, where it counts that: ``签发2985份原产地证书``, ``23家企业签约``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftz_qa.text import tagged_words

# Begin a change, a comparison or an approximation, not what is counted.
_NO_THING = re.compile(
    r"^(?:[同增分下环较比占为至到及和与或、以不内后前时左上并均居列位创达]|其中|年均|每|总|的(?:同比|增))"
)
# Of each, of all, or out of some: the figure only belongs to it.
_BELONGS = re.compile(r"^(?:的|级|型|以[上下内外])")
_PREPOSITION = re.compile(
    r"(?:[为对向与和由在从给于被将把以按近每第到跨至设]|(?<!其)中|通过|进入|接入|来自|覆盖|通达|涉及|其余|包括|根据)$"
)
_THINGS = frozenset("nabjlstzvxf")
_MOST = 14
_UNTOLD = re.compile(r"[□《》?？|、()]|[这那其该等]|平均|每|以[上下内]")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a figure counts.

    Attributes
    ----------
    thing
        In the bulletin's words, perhaps with what became of it; empty where the figure counts nothing named behind it.
    goes_on
        Whether it runs into another figure, to which it then belongs (``为11家企业发放证书27张``).
    """

    thing: str = ""
    goes_on: bool = False


def read_counted(behind: str) -> Counted | None:
    """What a figure counts, from the text behind it; None where it states no value by itself."""
    match = re.match(r"[^,;:。!?\d]*", behind)
    text = re.sub("[“”]", "", match[0]) if match else ""
    goes_on = behind[match.end() : match.end() + 1].isdigit() if match else False
    if not text or _NO_THING.match(text):
        return Counted("", goes_on and bool(text))
    if _BELONGS.match(text):
        return None
    thing = text if _says(text) else leading_thing(text, whole=True)
    return Counted(thing, goes_on) if thing or goes_on else None


def leading_thing(text: str, *, whole: bool = False) -> str:
    """The nouns that a text begins with; `whole` for none where a verb follows, which may belong to the name."""
    found: list[str] = []
    for word, tag in tagged_words(text):
        if tag[0] == "v" and whole:
            return ""
        if tag[0] not in "nabjlstzx":
            break
        found.append(word)
    thing = "".join(found)
    return thing if len(thing) > 1 and not _UNTOLD.search(thing) else ""


def _says(text: str) -> bool:
    if not 1 < len(text) <= _MOST or _UNTOLD.search(text):
        return False
    words = tagged_words(text)
    return all(tag[0] in _THINGS or word in ("的", "用") for word, tag in words) and words[0][1][0] != "u"


def belongs_elsewhere(lead: str) -> bool:
    """Whether a figure behind these words only says of how many something is told (``为11家企业``)."""
    return bool(_PREPOSITION.search(lead))
