"""A real bulletin, end to end: read, indexed, asked; and question sets whose links are sound.

Failures name questions by their ids only: the frozen sets are kept for reporting and are not to be looked at.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import REPOSITORY, SAMPLE_ISSUES
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.evaluation import Item, evaluate, folded, metrics, read_items
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues
from ftz_qa.issues import read_issue
from ftz_qa.questions import understand

if TYPE_CHECKING:
    from ftz_qa.embedding import Embedder
    from ftz_qa.evaluation import Outcome
    from ftz_qa.reading import ReadingModel

BULLETIN = Path(__file__).parents[1].parent / "shared/bulletins/issue-239.txt"
QUESTIONS = REPOSITORY / "benchmarks/questions"
ACCEPTANCE = sorted(QUESTIONS.glob("*239.jsonl"))
SAMPLES = sorted(QUESTIONS.glob("*sample*.jsonl"))

needs_bulletin = pytest.mark.skipif(not BULLETIN.is_file(), reason=f"the bulletin {BULLETIN} is not here")


@pytest.fixture(scope="module")
def bulletin_answerer(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory, reading: ReadingModel) -> Answerer:
    """The whole chain over the real bulletin."""
    folder = tmp_path_factory.mktemp("bulletin-index")
    index_issues([BULLETIN], folder, embedder)
    return Answerer(AnswerChain(PassageIndex.load(folder), embedder, reading, folder))


@pytest.fixture(scope="module")
def outcomes(bulletin_answerer: Answerer) -> list[Outcome]:
    """The questions for tuning about it, answered and scored."""
    return evaluate(read_items(ACCEPTANCE, "dev"), bulletin_answerer)


@needs_bulletin
def test_the_bulletin_has_eleven_articles_in_four_sections() -> None:
    issue = read_issue(BULLETIN)
    assert issue.number == 239
    assert [article.number for article in issue.articles] == list(range(1, 12))
    assert [sum(a.section == section for a in issue.articles) for section in issue.sections] == [5, 1, 4, 1]


@needs_bulletin
@pytest.mark.parametrize(
    ("figure", "floor"), [("accuracy", 0.80), ("concise", 0.75), ("citation_recall", 0.90), ("recall@5", 0.98)]
)
def test_questions_about_the_bulletin_are_answered_and_cited_well_enough(
    outcomes: list[Outcome], figure: str, floor: float
) -> None:
    assert metrics(outcomes)[figure] >= floor


@needs_bulletin
def test_every_citation_quotes_the_bulletin_to_the_letter(outcomes: list[Outcome]) -> None:
    bodies = {article.number: article.body for article in read_issue(BULLETIN).articles}
    citations = [c for outcome in outcomes for c in (*outcome.answer.citations, *outcome.answer.leads)]
    assert len(citations) > len(outcomes) / 2
    assert [c for c in citations if bodies[c.article_no][c.start : c.end] != c.quote] == []


@needs_bulletin
def test_the_right_article_is_among_the_first_five_found(bulletin_answerer: Answerer) -> None:
    found = asked = 0
    for item in read_items(ACCEPTANCE):
        if not item.gold:
            continue
        hits = bulletin_answerer.search(understand(item.question, item.history).text, 40)
        articles = list(dict.fromkeys((hit.passage.issue.number, hit.passage.article.number) for hit in hits))
        asked += 1
        found += any((gold.issue, gold.article) in articles[:5] for gold in item.gold)
    assert asked > 50
    assert found / asked >= 0.98


# The links of the sample question sets


@pytest.fixture(scope="module")
def samples() -> list[Item]:
    """All sample questions; they are counted and checked, never shown."""
    return read_items(SAMPLES)


@pytest.fixture(scope="module")
def sourced() -> list[Item]:
    """The same without the sets about bulletins as such, which name no articles."""
    return read_items([path for path in SAMPLES if "bulletins" not in path.name])


@pytest.fixture(scope="module")
def articles() -> dict[tuple[int | None, int], str]:
    """Title and body of every sample article by issue and article number, in the form in which facts are compared."""
    issues = [read_issue(path) for path in sorted(SAMPLE_ISSUES.glob("*.txt"))]
    return {(i.number, a.number): folded(f"{a.title}\n{a.body}") for i in issues for a in i.articles}


def ids(items: list[Item]) -> list[str]:
    return [item.id for item in items]


def test_ids_are_unique_across_the_sample_sets(samples: list[Item]) -> None:
    assert len(samples) > 100
    assert sorted(set(ids(samples))) == sorted(ids(samples))


def test_every_gold_article_exists(samples: list[Item], articles: dict[tuple[int | None, int], str]) -> None:
    lost = [item for item in samples if any((gold.issue, gold.article) not in articles for gold in item.gold)]
    assert ids(lost) == []


def test_answerable_questions_have_facts_and_sources_and_the_others_none(
    samples: list[Item], sourced: list[Item]
) -> None:
    factual = [item for item in sourced if item.answerable and item.type != "issue"]
    assert ids([item for item in factual if not (item.must and item.gold)]) == []
    assert ids([item for item in samples if not item.answerable and (item.must or item.gold)]) == []


def test_every_fact_asked_for_stands_in_a_gold_article(
    sourced: list[Item], articles: dict[tuple[int | None, int], str]
) -> None:
    unsupported: list[str] = []
    for item in sourced:
        if not item.answerable or item.type == "issue":
            continue
        texts = [articles[gold.issue, gold.article] for gold in item.gold]
        for position, group in enumerate(item.must):
            # What an answer itself says, of what is asked or of what is missing, stands in no article.
            told = group[0] in ("是。", "否。", "未找到")
            if not told and not any(folded(option) in text for option in group for text in texts):
                unsupported.append(f"{item.id} must[{position}]")
    assert unsupported == []
