"""The benchmark's made-up bulletins: read as they are meant, the same every time, and each question has one article."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ftz_qa.issues import read_issue

if TYPE_CHECKING:
    from bulletin_generator import BulletinGenerator

COUNT = 12


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> BulletinGenerator:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    from bulletin_generator import BulletinGenerator

    return BulletinGenerator()


def test_issues_are_read_as_they_were_made(generator: BulletinGenerator, tmp_path: Path) -> None:
    generator.write(tmp_path, COUNT)
    for position, path in enumerate(sorted(tmp_path.iterdir())):
        issue, made = read_issue(path), generator.articles(position)
        assert [article.title for article in issue.articles] == [article.title for article in made]
        assert [article.body for article in issue.articles] == ["\n".join(a.paragraphs) for a in made]
        assert issue.number is not None
        assert issue.date is not None
        assert len(issue.sections) == 3
        assert 7000 < len(path.read_text(encoding="utf-8")) < 9500


def test_the_same_seed_makes_the_same_issue_and_another_makes_another(generator: BulletinGenerator) -> None:
    again, other = type(generator)(), type(generator)(seed=21)
    assert again.text(500) == generator.text(500) != other.text(500)


def test_a_fact_asked_for_stands_in_its_article_and_company_with_topic_in_no_other(
    generator: BulletinGenerator,
) -> None:
    asked = generator.questions(COUNT, 60)
    assert len({question.question for question in asked}) == 60
    articles = {
        (101 + position, article.number): article
        for position in range(COUNT)
        for article in generator.articles(position)
    }
    texts = [made for article in articles.values() for made, _ in article.asks]
    assert len(set(texts)) == len(texts)
    for question in asked:
        if question.kind.startswith("fact"):
            assert question.fact in "".join(articles[question.issue, question.article].paragraphs)


def test_a_thousand_issues_have_room(generator: BulletinGenerator) -> None:
    assert generator.capacity >= 1001
    asks = {made for position in range(1001) for article in generator.articles(position) for made, _ in article.asks}
    assert len(asks) == 2 * 11 * 1001
