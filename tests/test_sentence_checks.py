"""Sentences against passages: what is borne out passes, what was altered does not."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from conftest import CARS, MEDICINE, PORT, RAIL, SAMPLE_ISSUES, make_issue
from ftz_qa.issues import read_issue
from ftz_qa.passages import passage_units, split_article, split_issue
from ftz_qa.sentence_checks import Place, Problem, problem_of
from ftz_qa.text import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

BRIDGES = (
    "两座大桥",
    "青屿大桥长412米，云州大桥长302米。2024年，青屿大桥通行车辆增长12%，去年同期下降3%。\n大桥尚未收费，货车可以通行。",
)


@pytest.fixture(scope="module")
def places() -> list[Place]:
    """RAIL, PORT, MEDICINE, CARS and BRIDGES, of August and September 2025."""
    issues = [make_issue(7, RAIL, PORT), make_issue(8, MEDICINE, CARS, BRIDGES)]
    return [Place(p) for issue in issues for article in issue.articles for p in split_article(issue, article)]


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("雁口口岸出境302列、入境110列", [0]),
        ("2025年上半年，雁口铁路口岸开行班列412列", [0]),
        ("第7期通报显示，今年1—6月开行412列", [0]),
        ("2025年雁口铁路口岸换装时间缩短到三小时", [0]),
        ("班列412列，二手车6820台", [0, 3]),
        ("航程7天，每周一班", [1]),
        ("总投资65000万元，占地142亩", [2]),
        ("已有23家企业签约入园", [2]),
        ("预计2026年投产", [2]),
        ("2024年出口二手车6820台", [3]),
        ("云州大桥长302米", [4]),
        ("大桥尚未收费", [4]),
    ],
)
def test_what_the_passages_say_is_borne_out(places: list[Place], sentence: str, cited: Sequence[int]) -> None:
    assert problem_of(sentence, [places[n] for n in cited]) is None


@pytest.mark.parametrize(
    ("sentence", "cited", "problem"),
    [
        ("班列有999列", [0], Problem("figure", "999列")),
        ("班列有6820列", [0], Problem("figure", "6820列")),
        ("班列有41列", [0], Problem("figure", "41列")),
        ("班列有四百列", [0], Problem("figure", "四百列")),
        ("出境302列，入境302列", [0], Problem("figure", "302列")),
        ("2024年上半年开行412列", [0], Problem("figure", "2024年")),
        ("2025年出口二手车6820台", [3], Problem("figure", "2025年")),
        ("8月15日开行412列", [0], Problem("figure", "8月15日")),
        ("下半年开行412列", [0], Problem("period", "7—12月")),
        ("今年出口二手车6820台", [3], Problem("figure", "2025年")),
        ("青屿港开行中欧班列412列", [0], Problem("name", "青屿")),
        ("站长梁保国说换装时间缩短到3小时", [0], Problem("name", "梁保国")),
        ("产品销往俄罗斯", [3], Problem("name", "俄罗斯")),
        ("据《雁口规划》开行班列412列", [0], Problem("name", "雁口规划")),
        ("出境110列、入境302列", [0], Problem("exchanged", "出境")),
        ("出境110列", [0], Problem("exchanged", "出境")),
        ("进口二手车6820台", [3], Problem("exchanged", "进口")),
        ("换装时间延长到3小时", [0], Problem("exchanged", "延长")),
        ("青屿大桥长302米，云州大桥长412米", [4], Problem("exchanged", "青屿")),
        ("园区尚未签约23家企业", [2], Problem("denied", "23家")),
        ("大桥已经收费", [4], Problem("denied", "收费")),
        ("据我所知还会更多", [0], Problem("meaning")),
        ("请联系客服领取奖励", [0], Problem("meaning")),
        ("班列412列", [], Problem("no_marker")),
        ("<b>班列412列</b>", [0], Problem("markup")),
        ("| 班列 | 412列 |", [0], Problem("markup")),
        ("[班列](javascript:x)412列", [0], Problem("markup")),
    ],
)
def test_what_they_do_not_say_is_not(
    places: list[Place], sentence: str, cited: Sequence[int], problem: Problem
) -> None:
    assert problem_of(sentence, [places[n] for n in cited]) == problem


def test_the_meaning_is_looked_at_only_where_the_words_do_not_tell(places: list[Place]) -> None:
    asked: list[str] = []

    def near(sentence: str, cited: Sequence[Place]) -> bool:
        asked.append(sentence)
        return "橡胶" in sentence

    assert problem_of("航程7天，每周一班", [places[1]], near) is None
    assert asked == []
    assert problem_of("船上多是橡胶之类的货物", [places[1]], near) is None
    assert problem_of("船上游客众多，生意兴隆，航线繁忙", [places[1]], near) == Problem("meaning")
    assert len(asked) == 2


# Over the sample issues


@pytest.fixture(scope="module")
def printed() -> list[tuple[str, Place]]:
    """Every sentence and clause of the sample issues with its passage."""
    issues = [read_issue(path) for path in sorted(SAMPLE_ISSUES.glob("*.txt"))]
    found = []
    for passage in (passage for issue in issues for passage in split_issue(issue)):
        body, place = passage.article.body, Place(passage)
        found += [(tidy(body[u.start : u.end]).rstrip("。；"), place) for u in passage_units(passage)]
    assert len(found) > 500
    return found


def test_every_printed_sentence_is_borne_out_by_its_passage(printed: list[tuple[str, Place]]) -> None:
    assert [sentence for sentence, place in printed if problem_of(sentence, [place]) is not None] == []


def test_hardly_any_altered_figure_passes(printed: list[tuple[str, Place]]) -> None:
    chance = random.Random(1)
    altered = passed = 0
    for sentence, place in printed:
        for match in re.finditer(r"\d+", sentence):
            other = str(int(match[0]) + chance.choice([1, 7, 13, 100]))
            changed = f"{sentence[: match.start()]}{other}{sentence[match.end() :]}"
            altered += 1
            passed += problem_of(changed, [place]) is None
    assert altered > 1000
    # What passes is a figure that the passage has of the same thing elsewhere.
    assert passed <= altered / 100


def test_hardly_any_sentence_is_borne_out_by_another_article(
    printed: list[tuple[str, Place]],
) -> None:
    chance = random.Random(2)
    tried = wrong = 0
    for sentence, place in printed:
        other = chance.choice(printed)[1]
        if other.passage.article is place.passage.article or not re.search(r"\d", sentence):
            continue
        tried += 1
        wrong += problem_of(sentence, [other]) is None
    # What passes has no figure or name that the other article does not have (``24小时``).
    assert wrong <= tried / 200
