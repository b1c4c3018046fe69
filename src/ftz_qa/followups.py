"""What to ask next: questions that an article answers, made from its own sentences, headings and number."""

from __future__ import annotations

import re
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.questions import MEASURE_WORDS
from ftz_qa.terms import tokens_of
from ftz_qa.text import normalize, split_sentences, tidy

if TYPE_CHECKING:
    import random
    from collections.abc import Collection, Sequence

    from ftz_qa.types import Answer, Article, Citation, Issue

_HEADING_CHARS = (4, 16)
_SHARED = 3
# The first clause of a sentence, behind a stretch of time that may open it: it says itself what it is about.
_FIGURE = re.compile(
    r"^(?:[^，。；：]{0,16}(?:年|月|日|季度|以来|目前|底)，)?(?P<subject>[\u4e00-\u9fff“”《》·]{6,20}?)"
    rf"(?:约|近|超|逾)?(?P<figure>\d+(?:\.\d+)?)(?P<unit>(?:万|亿|千|百)*(?:%|个百分点|元|美元|{MEASURE_WORDS}))"
    r"(?P<rest>[\u4e00-\u9fff]{0,8})[，。；]"
)
_LEANS = re.compile(
    r"^(?:《|[其该这那此本我全首同共并也还又另而但再且为占比较每由从约]|片区|中心|园区|企业|项目|协议|今年|去年|目前|截至|预计)"
)
_CUT = re.compile(r"(?:第|[的在于自至从到和与、]|分别)$")
_NUMBERING = re.compile(r"^[（(]?(?:[一二三四五六七八九十]+|\d+)[）)、.．是]+")
_GIST = re.compile(wording.ask_gist(0, 0).replace("0", r"\d+"))
_ENDS = re.compile(r"[。！？：；，]$")


def questions_about(issue: Issue, article: Article) -> list[str]:
    """Questions about one article, those for its figures and parts first, that for its gist last."""
    headings = [_about_part(article.body[span.start : span.end]) for span in article.headings]
    mixed = zip_longest(_figures(article), [question for question in headings if question])
    questions = [question for question in chain.from_iterable(mixed) if question]
    if issue.number is not None:
        questions.append(wording.ask_gist(issue.number, article.number))
    return list(dict.fromkeys(questions))


def follow_ups(answer: Answer, issues: Sequence[Issue], count: int = 3) -> tuple[str, ...]:
    """What may be asked after an answer, taken from the articles that it cites, or that came near to answering it.

    Parameters
    ----------
    issues
        All that are indexed.
    count
        How many at most.
    """
    lists = [questions_about(*found) for found in _articles(answer.citations or answer.leads, issues)]
    known = normalize(f"{answer.question}{answer.resolved}{answer.text}")
    fresh = [[question for question in questions if not _told(question, known)] for questions in lists]
    merged = [question for questions in zip_longest(*fresh) for question in questions if question]
    # What an article is about is asked where there is nothing better to ask.
    merged.sort(key=_asks_gist)
    return tuple(dict.fromkeys(merged))[:count]


def questions_to_begin_with(issues: Sequence[Issue], count: int, chooser: random.Random) -> list[str]:
    """Questions that the newest issue answers, of one article each, and one about the issue itself.

    Parameters
    ----------
    issues
        All that are indexed, oldest first.
    chooser
        Which articles are asked about.
    """
    newest = [issue for issue in issues if issue.articles][-1:]
    if not newest or count < 1:
        return []
    issue = newest[0]
    about = [questions_about(issue, article) for article in issue.articles]
    # The better ones first; what an article is about is asked where there are too few.
    own = [questions[0] for questions in about if questions and not _asks_gist(questions[0])]
    gist = [questions[0] for questions in about if questions and _asks_gist(questions[0])]
    room = count - 1
    picked = chooser.sample(own, min(room, len(own)))
    picked += chooser.sample(gist, min(room - len(picked), len(gist)))
    return [*picked, wording.ask_contents(issue.number)]


def _asks_gist(question: str) -> bool:
    return _GIST.fullmatch(question) is not None


def _told(question: str, known: str) -> bool:
    """Whether the question was asked, or its sentence is in the answer."""
    text = normalize(question)
    return text in known or text.partition("多少")[0] in known


def _articles(citations: Sequence[Citation], issues: Sequence[Issue]) -> list[tuple[Issue, Article]]:
    places = {
        (issue.series, issue.number, issue.date, article.number, article.title): (issue, article)
        for issue in issues
        for article in issue.articles
    }
    found: dict[tuple[object, ...], tuple[Issue, Article]] = {}
    for c in citations:
        key = (c.series, c.issue, c.date, c.article_no, c.title)
        # Another build may have another article in its place.
        if key in places and places[key][1].body[c.start : c.end] == c.quote:
            found.setdefault(key, places[key])
    return list(found.values())


def _figures(article: Article) -> list[str]:
    sentences = (normalize(article.body[span.start : span.end]) for span in split_sentences(article.body))
    topic = tokens_of(article.title)
    return [question for sentence in sentences if (question := _about_figure(sentence, topic))]


def _about_figure(sentence: str, topic: Collection[str]) -> str:
    """The clause with ``多少`` in the place of its figure; empty where it does not stand by itself."""
    match = _FIGURE.match(sentence.replace(",", "，").replace(";", "；"))
    if match is None or _LEANS.match(match["subject"]) or _CUT.search(match["subject"]):
        return ""
    # Who has not read the article must know what is meant: the clause names what the title names.
    if len(tokens_of(match["subject"]).intersection(topic)) < _SHARED:
        return ""
    if match["unit"].endswith("%"):
        return "" if match["rest"] else f"{match['subject']}多少？"
    return f"{match['subject']}多少{match['unit']}{match['rest']}？"


def _about_part(heading: str) -> str:
    name = _NUMBERING.sub("", tidy(heading)).replace("“", "").replace("”", "")
    if not _HEADING_CHARS[0] <= len(name) <= _HEADING_CHARS[1] or _ENDS.search(name):
        return ""
    return wording.ask_part(name)
