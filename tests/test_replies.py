"""Replies to sentences: where they end, which markers they have, and that pieces of any size give the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.replies import MAX_SENTENCE_CHARS, MAX_SENTENCES, sentences


def read(reply: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.markers) for sentence in sentences([reply])]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("开行412列[1]。出境302列[1][4]。", [("开行412列", (1,)), ("出境302列", (1, 4))]),
        ("甲。[1]乙。[2]", [("甲", (1,)), ("乙", (2,))]),
        ("甲。乙。[1]", [("甲", (1,)), ("乙", (1,))]),
        ("甲。\n乙。[1]", [("甲", ()), ("乙", (1,))]),
        ("甲[1]，乙[2]。", [("甲，乙", (1, 2))]),
        ("甲[1]；乙[3、4]。", [("甲；乙", (1, 3, 4))]),
        ("甲【1】。乙［2］。丙[摘录3]。丁[^4]。", [("甲", (1,)), ("乙", (2,)), ("丙", (3,)), ("丁", (4,))]),
        ("# 标题\n- **甲**[1]\n2. 乙[2]\n（3）丙[3]", [("标题", ()), ("甲", (1,)), ("乙", (2,)), ("丙", (3,))]),
        ("1.5倍[1]。6.5亿元[2]。", [("1.5倍", (1,)), ("6.5亿元", (2,))]),
        ("<think>甲[1]。\n乙</think>\n丙[2]。", [("丙", (2,))]),
        ("<think>还没想完[1]。", []),
        ("9\u200b99\u202e列[1]", [("999列", (1,))]),
        ("没有句号", [("没有句号", ())]),
        ("", []),
        ("[1]。\n\n[2]", []),
    ],
)
def test_a_reply_is_cut_into_sentences_with_their_markers(
    reply: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert read(reply) == expected


@given(st.text(alphabet="甲乙。！？；，[]【】12 3\n-*|.think<>/", max_size=60), st.integers(1, 7))
def test_pieces_of_any_size_give_the_same(reply: str, size: int) -> None:
    pieces = [reply[start : start + size] for start in range(0, len(reply), size)]
    assert list(sentences(pieces)) == list(sentences([reply]))


def test_a_sentence_is_there_before_the_reply_ends() -> None:
    pieces = iter(["甲[1]", "。乙", "还没有来"])
    first = next(sentences(pieces))
    assert (first.text, first.markers) == ("甲", (1,))
    assert next(pieces) == "还没有来"


def test_what_does_not_end_is_cut_and_says_so() -> None:
    first, *_ = sentences(iter(lambda: "甲乙丙", ""))
    assert len(first.text) == MAX_SENTENCE_CHARS
    assert not first.whole


def test_reading_ends_after_many_sentences() -> None:
    assert len(list(sentences(iter(lambda: "甲[1]。", "")))) == MAX_SENTENCES


def test_lines_are_told() -> None:
    assert [one.opens_line for one in sentences(["甲[1]。乙[1]。\n丙[1]"])] == [True, False, True]
