"""Turn the made-up articles of ``benchmarks/bulletins`` into issue files and question sets.

    python benchmarks/bulletin_sets.py OUT [FILE.jsonl …] [--held-out]

For each file: ``OUT/NAME/issues/*.txt``, up to nine articles of one year an issue, in the bulletin's form, and
``OUT/NAME/questions.jsonl``.
With ``--held-out`` only questions about articles that the trained reader has not learned from are asked.
``docs/evaluation.md`` documents the articles' format.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from itertools import groupby
from pathlib import Path
from typing import Any

from ftz_qa.years import years_in_full

SOURCES = Path(__file__).parent / "bulletins"
PER_ISSUE = 9
HELD_OUT = 5  # every fifth article, as `training/prepare.py` counts them
FIRST_ISSUE = 501
CONCISE = {"number", "percent", "date", "who", "where", "name"}
_DIGITS = "零一二三四五六七八九十"


def issue_text(number: int, articles: list[dict[str, Any]]) -> str:
    """An issue as a bulletin prints it, dated by its newest article."""
    date = max(dt.date.fromisoformat(article["date"]) for article in articles)
    lines = [
        "自贸动态（示例）",
        f"第 {number} 期",
        "主办：云江省自贸办（示例）",
        f"{date.year} 年 {date.month} 月 {date.day} 日",
        "一、工作动态",
    ]
    for place, article in enumerate(articles, start=1):
        lines += [f"（{_DIGITS[place]}）{article['title']}", *article["text"].split("\n")]
    return "\n\n".join(lines) + "\n"


def questions(name: str, number: int, articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The articles' questions, asked at their article's date, in the form of a question set: years are in full."""
    items: list[dict[str, Any]] = []
    for place, article in enumerate(articles, start=1):
        for n, asked in enumerate(article["questions"] + article["unanswerable"], start=1):
            answerable = "answer" in asked
            items.append(
                {
                    "id": f"{name}-{article['id']}-{n}",
                    "type": asked["type"] if answerable else "unanswerable",
                    "question": years_in_full(asked["question"], dt.date.fromisoformat(article["date"])),
                    "answerable": answerable,
                    "must": [[asked["answer"]]] if answerable else [],
                    "gold": [{"issue": number, "article": place}] if answerable else [],
                    "concise": answerable and asked["type"] in CONCISE,
                }
            )
    return items


def write_set(source: Path, out: Path, held_out: bool) -> None:
    """Write the issues and the questions of one file."""
    articles = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    for place, article in enumerate(articles):
        if held_out and place % HELD_OUT:
            article |= {"questions": [], "unanswerable": []}
    articles.sort(key=lambda article: str(article["date"]))
    folder = out / source.stem / "issues"
    folder.mkdir(parents=True, exist_ok=True)
    items: list[dict[str, Any]] = []
    groups: list[list[dict[str, Any]]] = []
    for _, year in groupby(articles, key=lambda article: str(article["date"])[:4]):
        members = list(year)
        groups += [members[first : first + PER_ISSUE] for first in range(0, len(members), PER_ISSUE)]
    for number, group in enumerate(groups, start=FIRST_ISSUE):
        (folder / f"{number}.txt").write_text(issue_text(number, group), encoding="utf-8")
        items += questions(source.stem, number, group)
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    (folder.parent / "questions.jsonl").write_text(lines, encoding="utf-8")


def main() -> None:
    """Write the sets of all files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("sources", type=Path, nargs="*", default=sorted(SOURCES.glob("*.jsonl")))
    parser.add_argument("--held-out", action="store_true")
    options = parser.parse_args()
    for source in options.sources:
        write_set(source, options.out, options.held_out)


if __name__ == "__main__":
    main()
