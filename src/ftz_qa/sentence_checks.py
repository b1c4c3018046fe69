"""Is a sentence borne out by the passages that it cites? Figures, times, names, what belongs to what, and meaning.

What is checked can be read off the text. A sentence can pass and yet be wrong (``拟`` for ``已``, a cause for an
effect), which is why every sentence keeps its marker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ftz_qa.annotations import annotations_of
from ftz_qa.bindings import exchanged, turned_round
from ftz_qa.figures import Figure, figures
from ftz_qa.passages import passage_heading, passage_label
from ftz_qa.periods import month_ranges, years
from ftz_qa.text import normalize, tagged_words
from ftz_qa.types import Span
from ftz_qa.years import years_in_full

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.types import Passage

ProblemKind = Literal[
    "no_marker", "unknown_marker", "markup", "figure", "period", "name", "exchanged", "denied", "meaning"
]
"""What can be wrong: ``exchanged`` is a figure that has the words of another, ``denied`` a meaning turned round."""

ENOUGH_WORDS = 2 / 3
"""A sentence of whose words the passage holds this share needs no closer look at its meaning."""

FEW_WORDS = 1 / 4
"""Below this share, vectors decide only for a sentence that has a figure."""

_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>|\|.*\||```|\{\{|\}\}|\]\(|https?:|javascript:", re.I)
_N = r"(?<!\d)(?:1[0-2]|[1-9]|[一二三四五六七八九十两]{1,3})"
# Spans of months are compared as such: ``1-6月`` is ``上半年``.
_MONTHS = re.compile(
    rf"{_N}月?份?(?:-|至|到){_N}月份?|[前头]{_N}个?月|前?第?{_N}个?季度|{_N}月份?(?![\d一二三四五六七八九十])"
)
_OF_THE_ISSUE = re.compile(r"第\d+期|刊发|刊载|通报(?:日期|于)")
_DATED = re.compile(r"\d[\d.]*(?:年|月|日|号|期|%)?")
_QUOTED = re.compile(r"[《“\"「『](.{2,40}?)[》”\"」』]")
_NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nt", "nz", "eng")
_SUFFIXES = ("省", "市", "县", "区", "港", "镇", "公司", "集团")
# What makes a name of the noun before it.
_NAMING = re.compile("港|区|市|县|镇|乡|村|园|岛|湾|路|公司|集团|银行|大学|学院|机场|口岸|片区|新区|医院|协会|基金")
_WORD_TAGS = frozenset("nvajszbti")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a sentence is not borne out.

    Attributes
    ----------
    what
        The words that are at fault; empty where it is the whole sentence.
    """

    kind: ProblemKind
    what: str = ""


class Place:
    """A passage as sentences are checked against it.

    Parameters
    ----------
    passage
        What is cited.
    """

    def __init__(self, passage: Passage) -> None:
        self.passage = passage

    @cached_property
    def text(self) -> str:
        """Title and text, normalised, with ``今年`` and the like as years."""
        passage = self.passage
        return self.plain(f"{passage.article.title}\n{passage_heading(passage)}\n{passage.text}")

    def plain(self, text: str) -> str:
        """Any text as it reads in this passage's issue, line by line."""
        return "\n".join(map(normalize, years_in_full(text, self.passage.issue.date).split("\n")))

    @cached_property
    def article(self) -> str:
        """The whole article in the same form: what belongs to what may be said beside the passage."""
        article = self.passage.article
        return self.plain(f"{article.title}\n{article.body}")

    @cached_property
    def figures(self) -> list[Figure]:
        """Every figure that a sentence about it may have: its own, the issue's number, its year where it has none."""
        issue = self.passage.issue
        known = figures(self.text)
        if issue.number is not None:
            known.append(Figure(float(issue.number), "期", 0, 0))
        if issue.date is not None and not any(figure.unit == "年" for figure in known):
            known.append(Figure(float(issue.date.year), "年", 0, 0))
        return known

    @cached_property
    def published(self) -> list[Figure]:
        """The day of its issue, which is not the day of what it tells."""
        date = self.passage.issue.date
        if date is None:
            return []
        return [Figure(float(date.year), "年", 0, 0), Figure(float(100 * date.month + date.day), "月日", 0, 0)]

    @cached_property
    def months(self) -> set[tuple[int, int]]:
        """The spans of months that it names."""
        return month_ranges(self.text)

    @cached_property
    def years(self) -> set[int]:
        """The years that it names; that of the issue where it names none."""
        date = self.passage.issue.date
        return years(self.text, date) or ({date.year} if date else set())

    @cached_property
    def names(self) -> str:
        """Where its names may stand: in the whole article, the issue's label, and in what ``我省`` means."""
        passage = self.passage
        meanings = annotations_of(passage.issue, passage.article, Span(passage.start, passage.end))
        said = [passage_label(passage), passage.article.title, passage.article.body, passage.issue.publisher]
        return self.plain("\n".join([*said, *(meaning.text for meaning in meanings)]))


def problem_of(
    sentence: str, cited: Sequence[Place], near: Callable[[str, Sequence[Place]], bool] | None = None
) -> Problem | None:
    """The first thing that is wrong with a sentence; None for one that is borne out.

    Parameters
    ----------
    sentence
        Without its markers.
    cited
        The passages that these name; empty where they name none.
    near
        Whether its meaning is near to that of the passages; asked where the words alone do not tell.
    """
    if _MARKUP.search(sentence):
        return Problem("markup")
    if not cited:
        return Problem("no_marker")
    found = (
        _strange_figure(sentence, cited)
        or _strange_period(sentence, cited)
        or _strange_name(sentence, cited)
        or _misread(sentence, cited)
    )
    if found:
        return found
    return None if _means_the_same(sentence, cited, near) else Problem("meaning")


def _means_the_same(sentence: str, cited: Sequence[Place], near: Callable[[str, Sequence[Place]], bool] | None) -> bool:
    held = share_held(sentence, cited)
    if held >= ENOUGH_WORDS:
        return True
    if held < FEW_WORDS and not figures(normalize(sentence)):
        return False
    return near(sentence, cited) if near is not None else held >= FEW_WORDS


def _strange_figure(sentence: str, cited: Sequence[Place]) -> Problem | None:
    text = cited[0].plain(sentence)
    known = [figure for place in cited for figure in place.figures]
    if _OF_THE_ISSUE.search(text):
        known += [figure for place in cited for figure in place.published]
    # What no month can be (``四十八月``) stays a figure.
    said = figures(_MONTHS.sub(lambda match: " " * len(match[0]) if month_ranges(match[0]) else match[0], text))
    for figure in said:
        # A figure that the passage has once and the sentence twice took the place of another one.
        if sum(map(figure.same, said)) > max(1, sum(map(figure.same, known))) or not any(map(figure.same, known)):
            return Problem("figure", text[figure.start : figure.end])
    return None


def _strange_period(sentence: str, cited: Sequence[Place]) -> Problem | None:
    months = set[tuple[int, int]]().union(*(place.months for place in cited))
    said = set[int]().union(*(place.years for place in cited))
    if _OF_THE_ISSUE.search(sentence):
        said |= {place.passage.issue.date.year for place in cited if place.passage.issue.date}
    days = {(f.value // 100, f.value // 100) for place in cited for f in place.figures if f.unit == "月日"}
    for first, last in month_ranges(sentence) - months - days:
        return Problem("period", f"{first}—{last}月" if first != last else f"{first}月")
    strange = [years(sentence, place.passage.issue.date) - said for place in cited]
    if all(strange):
        return Problem("period", f"{min(strange[0])}年")
    return None


def _strange_name(sentence: str, cited: Sequence[Place]) -> Problem | None:
    held = "\n".join(place.names for place in cited)
    for name in names_in(sentence):
        text = normalize(name)
        if text not in held and not any(_without(text, suffix) in held for suffix in _SUFFIXES):
            return Problem("name", name)
    return None


def _without(name: str, suffix: str) -> str:
    """The name without a suffix; itself where too little would be left."""
    return name.removesuffix(suffix) if len(name) - len(suffix) >= 2 else name


def names_in(sentence: str) -> Iterator[str]:
    """What looks like a name: by its tag, in quotation marks, or by what stands behind it."""
    for match in _QUOTED.finditer(sentence):
        yield match[1]
    # Behind a figure, ``年`` and the like would be taken for the beginning of a name.
    words = tagged_words(_DATED.sub("，", sentence))
    for n, (word, tag) in enumerate(words):
        after = words[n + 1][0] if n + 1 < len(words) else ""
        if tag in ("nr", "nrt") and len(word) == 1:
            # A surname; the given name behind it may be taken for any word.
            if after.isalpha():
                yield word + after
        elif len(word) > 1 and (tag in _NAME_TAGS or (tag[0] in "nj" and _NAMING.fullmatch(after))):
            yield word


def _misread(sentence: str, cited: Sequence[Place]) -> Problem | None:
    """Words that are all there, but put together otherwise."""
    for place in cited:
        text = place.plain(sentence)
        if what := exchanged(text, place.article):
            return Problem("exchanged", what)
    turned = [turned_round(place.plain(sentence), place.text, place.names) for place in cited]
    if all(turned):
        return Problem("denied", turned[0])
    return None


def share_held(sentence: str, cited: Sequence[Place]) -> float:
    """Share of the content words of a sentence that the passages hold, 0..1; 1 for a sentence without any."""
    held = "\n".join(place.names if len(cited) == 1 else place.text for place in cited)
    words = content_words(cited[0].plain(sentence) if cited else normalize(sentence))
    return sum(word in held for word in words) / len(words) if words else 1.0


def content_words(text: str) -> list[str]:
    """The words of a text that say something; figures do not count."""
    return [word for word, tag in tagged_words(text) if len(word) > 1 and tag[0] in _WORD_TAGS and not word.isdigit()]
