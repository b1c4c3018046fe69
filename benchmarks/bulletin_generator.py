"""Made-up bulletins of any number, in the bulletin's form, and questions whose answers stand in one known article.

Every company writes at most once on every topic, so company and topic together name an article. The same seed makes
the same issues, and issue n does not depend on how many there are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PHRASES = Path(__file__).with_name("bulletin_phrases.json")
ARTICLES = 11
FIRST_NUMBER = 101
FIRST_DATE = dt.date(2006, 1, 4)
_SECTION_STARTS = (0, 5, 9)  # articles in front of which a section begins
_NUMERALS = "一二三四五六七八九十"
_CHARS = (540, 700)
_SPREAD = 9377  # prime to the number of companies times topics: neighbouring articles have little in common
_LISTS = {"product": "products", "department": "departments", "elsewhere": "places", "abroad": "countries"}
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ScaleQuestion:
    """A question with the one article that answers it.

    Attributes
    ----------
    kind
        ``fact``; ``fact-in-issue``, which names the issue; ``mention``, which asks for issues; ``contents``.
    fact
        What a right answer holds.
    issue, article
        Number of the issue, and the article's number in it; 0 where the whole issue answers.
    """

    kind: str
    question: str
    fact: str
    issue: int
    article: int


@dataclass(frozen=True, slots=True)
class MadeArticle:
    """One article: its title, its text, and what can be asked of it."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    company: str
    asks: tuple[tuple[str, str], ...]


class BulletinGenerator:
    """Writes issues and asks about them.

    Parameters
    ----------
    seed
        Decides every word.
    """

    def __init__(self, seed: int = 20) -> None:
        self._seed = seed
        self._phrases: dict[str, Any] = json.loads(PHRASES.read_text(encoding="utf-8"))
        self.capacity = len(self._phrases["stems"]) ** 2 * len(self._phrases["topics"]) // ARTICLES

    def articles(self, position: int) -> list[MadeArticle]:
        """The articles of the issue at a position, from 0 up to `capacity`."""
        if not 0 <= position < self.capacity:
            raise ValueError(f"there are {self.capacity} issues")
        chooser = random.Random(f"{self._seed}/{position}")
        return [self._article(position, place, chooser) for place in range(ARTICLES)]

    def text(self, position: int) -> str:
        """The issue as a text file has it."""
        date = FIRST_DATE + dt.timedelta(weeks=position)
        lines = [
            "自贸动态（示例）",
            f"第 {FIRST_NUMBER + position} 期",
            "主办：云江省自贸办（示例）",
            f"{date.year} 年 {date.month} 月 {date.day} 日",
        ]
        for place, article in enumerate(self.articles(position)):
            if place in _SECTION_STARTS:
                part = _SECTION_STARTS.index(place)
                lines.append(f"{_NUMERALS[part]}、{self._phrases['sections'][part]}")
            lines.append(f"（{_numeral(article.number)}）{article.title}")
            lines.extend(article.paragraphs)
        return "\n\n".join(lines) + "\n"

    def write(self, folder: Path, count: int) -> int:
        """Write so many issues as text files; returns the number of characters."""
        folder.mkdir(parents=True, exist_ok=True)
        written = 0
        for position in range(count):
            text = self.text(position)
            (folder / f"{FIRST_NUMBER + position}.txt").write_text(text, encoding="utf-8")
            written += len(text)
        return written

    def questions(self, issues: int, count: int) -> list[ScaleQuestion]:
        """Different questions about the first `issues` issues: of ten, seven of facts and one of each other kind."""
        chooser = random.Random(f"{self._seed}/questions/{issues}")
        articles = functools.cache(self.articles)
        asked: dict[str, ScaleQuestion] = {}
        kinds = ["fact"] * 7 + ["fact-in-issue", "mention", "contents"]
        for _ in range(100 * count):  # there may not be so many
            if len(asked) == count:
                break
            kind = kinds[len(asked) % len(kinds)]
            position = chooser.randrange(issues)
            article = chooser.choice(articles(position))
            made = _question(kind, FIRST_NUMBER + position, article, chooser)
            if made.kind == "contents" and made.question in asked:  # ten issues have no more than ten
                made = _question("fact", FIRST_NUMBER + position, article, chooser)
            asked.setdefault(made.question, made)
        return list(asked.values())

    def _article(self, position: int, place: int, chooser: random.Random) -> MadeArticle:
        topics = self._phrases["topics"]
        total = len(self._phrases["stems"]) ** 2 * len(topics)
        pair = (position * ARTICLES + place) * _SPREAD % total
        topic = topics[pair % len(topics)]
        words = self._bound(pair // len(topics), chooser, position)
        lead = self._filled(chooser.choice(topic["leads"]), words, chooser)
        rest = [*topic["facts"], *chooser.sample(self._phrases["general"], 20)]
        size = chooser.randint(*_CHARS)
        return MadeArticle(
            number=place + 1,
            title=self._filled(chooser.choice(topic["titles"]), words, chooser),
            paragraphs=tuple(self._paragraphs(lead, rest, size, words, chooser)),
            company=words["company"],
            asks=tuple((self._filled(ask, words, chooser), fact.format(**words)) for ask, fact in topic["asks"]),
        )

    def _paragraphs(
        self, lead: str, rest: list[str], size: int, words: dict[str, str], chooser: random.Random
    ) -> Iterator[str]:
        """The lead with one sentence more, then paragraphs of two to four sentences."""
        sentences = [self._filled(template, words, chooser) for template in rest]
        paragraph, wanted, written = lead, 1, 0
        for sentence in sentences:
            if wanted == 0:
                yield paragraph
                written += len(paragraph)
                if written >= size:
                    return
                paragraph, wanted = "", chooser.randint(2, 4)
            paragraph += sentence
            wanted -= 1
        yield paragraph

    def _bound(self, company: int, chooser: random.Random, position: int) -> dict[str, str]:
        """Words that are the same in the whole article."""
        date = FIRST_DATE + dt.timedelta(weeks=position, days=-chooser.randint(1, 20))
        return {
            "company": self._company(company),
            "place": self._phrases["places"][company % len(self._phrases["places"])],
            "country": chooser.choice(self._phrases["countries"]),
            "money": f"{chooser.randint(11, 989) / 10:g}{chooser.choice(['亿元', '亿元', '亿美元'])}",
            "area": str(chooser.randint(21, 989)),
            "volume": str(chooser.randint(1001, 9989)),
            "rate": f"{chooser.randint(101, 989) / 100:g}",
            "opened": f"{date.month}月{date.day}日",
            "lead": self._person(chooser),
        }

    def _company(self, number: int) -> str:
        places, stems, trades = (self._phrases[name] for name in ("places", "stems", "trades"))
        first, second = divmod(number, len(stems))
        return f"{places[number % len(places)]}{stems[first]}{stems[second]}{trades[number * 7 % len(trades)]}有限公司"

    def _person(self, chooser: random.Random) -> str:
        return f"{chooser.choice(self._phrases['surnames'])}{chooser.choice(self._phrases['given'])}"

    def _filled(self, template: str, words: dict[str, str], chooser: random.Random) -> str:
        """The template with the article's own words, and with new ones for everything else."""
        return _SLOT.sub(lambda match: words.get(match[1]) or self._drawn(match[1], chooser), template)

    def _drawn(self, slot: str, chooser: random.Random) -> str:
        if slot == "person":
            return self._person(chooser)
        if slot == "other":
            return self._company(chooser.randrange(len(self._phrases["stems"]) ** 2))
        if slot in _LISTS:
            return str(chooser.choice(self._phrases[_LISTS[slot]]))
        drawn = {
            "small": lambda: str(chooser.randint(2, 9)),
            "n2": lambda: str(chooser.randint(11, 98)),
            "n3": lambda: str(chooser.randint(103, 987)),
            "n4": lambda: str(chooser.randint(1003, 9871)),
            "d": lambda: f"{chooser.randint(12, 398) / 10:g}",
            "p": lambda: f"{chooser.randint(31, 689) / 10:g}%",
        }
        return drawn[slot]()


def _question(kind: str, issue: int, article: MadeArticle, chooser: random.Random) -> ScaleQuestion:
    if kind == "contents":
        return ScaleQuestion(kind, f"第{issue}期有哪些文章？", article.title, issue, 0)
    if kind == "mention":
        return ScaleQuestion(kind, f"哪几期提到{article.company}？", f"第{issue}期", issue, article.number)
    question, fact = chooser.choice(article.asks)
    named = f"第{issue}期里，" if kind == "fact-in-issue" else ""
    return ScaleQuestion(kind, named + question, fact, issue, article.number)


def _numeral(number: int) -> str:
    """1 to 19 in Chinese figures."""
    return _NUMERALS[number - 1] if number <= 10 else "十" + _NUMERALS[number - 11]


def main() -> None:
    """Write issues into a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    BulletinGenerator(options.seed).write(options.folder, options.count)


if __name__ == "__main__":
    main()
