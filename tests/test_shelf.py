"""Addresses of issues and articles, titles found by words, and what a filter form says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CARS, MEDICINE, PORT, RAIL, make_issue
from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.grounding import cite
from ftz_qa.types import Span
from ftz_qa.web import library_html
from ftz_qa.web.filter_bar import read_filters
from ftz_qa.web.shelf import Place, Shelf

OLD = make_issue(7, RAIL, PORT)
NEW = make_issue(8, MEDICINE, CARS)
OTHER = replace(make_issue(8, PORT), series="别的刊物", source="别的.txt")
BARE = replace(make_issue(None, CARS), date=None, source="无号 & <1>.txt")


def test_a_link_leads_back_to_where_it_was_made_for() -> None:
    shelf = Shelf((OLD, NEW, OTHER, BARE))
    for issue in shelf.issues:
        assert shelf.find(shelf.link(issue)) == Place(issue)
        for article in issue.articles:
            assert shelf.find(shelf.link(issue, article)) == Place(issue, article)
            quote = Span(2, 9)
            assert shelf.find(shelf.link(issue, article, quote)) == Place(issue, article, quote)


def test_links_are_short_where_that_is_enough() -> None:
    assert Shelf((OLD, NEW)).link(NEW, NEW.articles[1]) == "?issue=8&article=2"
    assert Shelf((OLD, NEW, OTHER)).link(OLD) == "?issue=7"
    assert "series=" in Shelf((OLD, NEW, OTHER)).link(NEW)


def test_an_old_link_goes_to_the_series_with_most_issues() -> None:
    place = Shelf((OTHER, OLD, NEW)).find("?issue=8&article=1")
    assert place is not None
    assert place.issue is NEW


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", None),
        ("?", None),
        ("?issue=9", None),
        ("?issue=", None),
        ("?article=1", None),
        ("?issue=7&article=99", Place(OLD)),
        ("?issue=7&article=x", Place(OLD)),
        ("issue=7&article=1&at=1-3", Place(OLD, OLD.articles[0], Span(1, 3))),
        ("?issue=7&article=1&at=3-1", Place(OLD, OLD.articles[0])),
        ("?issue=7&article=1&at=0-99999", Place(OLD, OLD.articles[0])),
        ("?issue=7&article=1&at=²-³", Place(OLD, OLD.articles[0])),
        ("?issue=7&at=1-3", Place(OLD)),
        ("?source=None", None),
    ],
)
def test_what_an_address_names(query: str, expected: Place | None) -> None:
    assert Shelf((OLD, NEW)).find(query) == expected


@given(st.text())
def test_no_address_is_too_strange(query: str) -> None:
    assert Shelf((OLD,)).find(query) in (None, Place(OLD), Place(OLD, OLD.articles[0]), Place(OLD, OLD.articles[1]))


def test_a_citation_links_to_its_article_as_long_as_that_is_there() -> None:
    shelf = Shelf((OLD, NEW, BARE))
    citation = cite(1, OLD, OLD.articles[0], Span(0, 10))
    assert shelf.citation_link(citation) == "?issue=7&article=1"
    assert shelf.citation_link(citation, exact=True) == "?issue=7&article=1&at=0-10"
    assert shelf.citation_link(replace(citation, quote="别的话"), exact=True) == "?issue=7&article=1"
    assert shelf.citation_link(replace(citation, title="改了题")) == ""
    assert Shelf((NEW,)).citation_link(citation) == ""
    assert shelf.citation_link(cite(1, BARE, BARE.articles[0], Span(0, 3))).startswith("?source=")


def test_titles_are_found_by_all_words_the_newest_first() -> None:
    shelf = Shelf((OLD, NEW, OTHER))
    assert [article.title for _, article in shelf.titled("口")] == [CARS[0], RAIL[0]]
    assert [issue for issue, _ in shelf.titled("新增 航线")] == [OTHER, OLD]
    assert shelf.titled("新增 班列") == []
    assert shelf.titled("  ") == []


def test_many_titles_are_cut_short_and_said_so() -> None:
    shelf = Shelf(tuple(make_issue(100 + n, RAIL) for n in range(library_html.MAX_FOUND + 5)))
    markup = library_html.found_html(shelf, shelf.titled("班列"))
    assert markup.count("<li>") == library_html.MAX_FOUND
    assert f"找到{library_html.MAX_FOUND + 5}篇，列出前{library_html.MAX_FOUND}篇" in markup


def test_the_list_opens_the_year_and_the_issue_that_is_read() -> None:
    old = replace(OLD, date=dt.date(2023, 8, 15))
    shelf = Shelf((BARE, old, NEW))
    markup = library_html.list_html(shelf, Place(old, old.articles[0]))
    assert markup.count('<details class="year" open>') == 1
    assert "2023年 <small>1期" in markup.partition(" open>")[2]
    assert [title in markup for title, _ in (RAIL, PORT, MEDICINE)] == [True, True, False]
    assert markup.count('aria-current="page"') == 1
    assert "没有印出日期" in markup
    assert library_html.list_html(Shelf(()), None) == '<p class="hint">尚未收录任何通报</p>'


def test_an_article_marks_its_quote_over_paragraphs_and_links_to_its_neighbours() -> None:
    shelf = Shelf((OLD,))
    article = OLD.articles[0]
    end_of_first = article.body.index("\n")
    markup = library_html.place_html(shelf, Place(OLD, article, Span(end_of_first - 3, end_of_first + 4)))
    assert markup.count("<mark>") == 2
    assert f"下一篇：{PORT[0]}" in markup
    assert "上一篇" not in markup


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, UNFILTERED),
        ({"first": "3", "last": "", "section": ""}, Filters(first_issue=3)),
        ({"first": " 9 ", "last": "3"}, Filters(3, 9)),
        ({"first": "-3", "last": "1e3"}, UNFILTERED),
        ({"first": "９", "last": "9" * 10}, UNFILTERED),
        ({"since": "2025-02-30", "until": "2025-03-01"}, Filters(last_date=dt.date(2025, 3, 1))),
        ({"since": "2025-05-01", "until": "2025-03-01"}, Filters(None, None, dt.date(2025, 3, 1), dt.date(2025, 5, 1))),
        ({"section": "甲", "first": ["3"], "last": {"x": 1}}, Filters(sections=("甲",))),
    ],
)
def test_a_form_is_read_leniently(fields: dict[str, object], expected: Filters) -> None:
    assert read_filters(fields) == expected
