"""Which articles speak of something: all that hold it in their plain form, however it is printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import make_issue
from ftz_qa.mentions import PlainTexts, asked_topic, mentioning, plain_text
from ftz_qa.text import normalize, split_sentences

if TYPE_CHECKING:
    from ftz_qa.types import Issue

QUOTES = "“”\"'‘’《》「」()（）"
ALPHABET = "一中平成月金車经贸1rA 　$\\\n\t，。、“”《》（）()・ⅠＡ１⼀㈠㊀㋀㍻㍿㈱金⾦車🈔"


def plain(text: str) -> str:
    """The form in which topics and articles are compared."""
    return "".join(char for char in normalize(text) if char not in QUOTES)


def issue_saying(body: str) -> Issue:
    return make_issue(5, ("题目", body))


@given(body=st.text(ALPHABET, min_size=1, max_size=60), data=st.data())
def test_whatever_stands_in_the_plain_form_of_an_article_is_found(body: str, data: st.DataObject) -> None:
    form = plain(body)
    start = data.draw(st.integers(0, max(len(form) - 1, 0)))
    topic = form[start : data.draw(st.integers(start + 1, start + 12))]
    if not topic or topic not in plain(f"题目\n{body}") or plain(topic) != topic:
        return
    assert len(mentioning(topic, [issue_saying(body)])) == 1


def test_every_character_that_is_normalised_to_han_is_found_by_that_han() -> None:
    codes = (code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    for char in map(chr, codes):
        form = plain(char)
        if form != char and any("\u4e00" <= one <= "\u9fff" for one in form) and plain(form) == form:
            assert mentioning(form, [issue_saying(f"甲{char}乙")]), hex(ord(char))


@pytest.mark.parametrize(
    "body", ["发展跨境电商。", "发展“跨境”电商。", "发展跨\n境 电商。", "发展（跨境）电 商。", "发展跨境$电商$。"]
)
def test_quotes_brackets_line_ends_and_formulas_do_not_hide_a_mention(body: str) -> None:
    (found,) = mentioning("跨境电商", [issue_saying(body)])
    assert found[1].body == body


@pytest.mark.parametrize("body", ["发展跨境，也有电商。", "跨国境内电商。", "电商跨境。"])
def test_only_where_a_topic_does_not_stand_to_the_letter_its_words_are_looked_for(body: str) -> None:
    whole = make_issue(6, ("其他", "跨境电商很好。"))
    assert [issue.number for issue, _, _ in mentioning("跨境电商", [issue_saying(body), whole])] == [6]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("哪篇文章讲了互市贸易", "互市贸易"),
        ("哪些文章涉及跨境电商", "跨境电商"),
        ("哪几篇提到了中欧班列？", "中欧班列"),
        ("哪些文章讲的是人才引进", "人才引进"),
        ("哪一条消息提到了数据资产质押？", "数据资产质押"),
        ("候鸟专家在第几篇讲的？", "候鸟专家"),
        ("讲候鸟专家的是第几篇？", "候鸟专家"),
        ("关于候鸟专家的是哪一篇？", "候鸟专家"),
        ("和都报道了候鸟专家吗？", "候鸟专家"),
        ("第303期有哪些文章？", ""),
        ("哪篇文章的作者是谁？", ""),
        ("哪些企业提到了融资难？", ""),
        ("今年上半年一共出了几期？", ""),
        ("2025年出了几期？", ""),
        ("最近一次提到RCEP是哪一期？", "rcep"),
        ("2025年1月的外贸数据在哪几期？", "2025年1月的外贸数据"),
    ],
)
def test_the_topic_is_what_the_articles_are_to_speak_of(question: str, topic: str) -> None:
    assert asked_topic(normalize(question)) == topic


def test_the_newest_issue_comes_first() -> None:
    issues = [make_issue(n, ("题目", "跨境电商。")) for n in (7, 8, 9)]
    assert [issue.number for issue, _, _ in mentioning("跨境电商", issues)] == [9, 8, 7]


def test_texts_made_beforehand_are_those_made_when_asked_for() -> None:
    issues = [make_issue(n, ("题“目”", f"第{n}次跨境\n电商。"), ("其他", "ＲＣＥＰ证书。")) for n in (7, 8)]
    texts = PlainTexts(issues)
    for issue in issues:
        for article in issue.articles:
            assert texts(article) == plain_text(article)
    for topic in ("跨境电商", "rcep", "题目", "证书跨境"):
        assert mentioning(topic, issues, texts) == mentioning(topic, issues)
        assert mentioning(topic, issues[1:], texts) == mentioning(topic, issues[1:])


def test_an_article_of_another_index_has_no_text_made_beforehand() -> None:
    with pytest.raises(KeyError):
        mentioning("跨境", [issue_saying("跨境电商。")], PlainTexts([issue_saying("跨境电商。")]))


@given(st.lists(st.sampled_from(["货物", "园区", "园区货物", "货物，园区", "口岸"]), max_size=6))
def test_the_first_sentence_with_most_of_the_words_is_quoted(sentences: list[str]) -> None:
    issue = issue_saying("。".join([*sentences, "园区", "货物", "口岸"]))
    ((_, article, span),) = mentioning("货物园区", [issue])
    spans = split_sentences(article.body)
    held = [sum(word in article.body[s.start : s.end] for word in ("货物", "园区")) for s in spans]
    assert span == spans[held.index(max(held))]
