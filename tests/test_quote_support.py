"""Quotes bear out what is said in their words and figures, and citations that add nothing are found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from evaluation_parts import citation
from ftz_qa.quote_support import borne_out, quote_support
from ftz_qa.types import Annotation, Answer

if TYPE_CHECKING:
    from ftz_qa.types import Citation, Mode

TRAINS = "今年上半年，雁口铁路口岸开行中欧班列 412 列，\n同比增长12.5％。"
TIME = "站长说，换装时间缩短到3小时。"


def said(text: str, *quotes: str, mode: Mode = "extractive") -> Answer:
    cited = tuple(citation(301, n, n, quote) for n, quote in enumerate(quotes, start=1))
    return Answer("问", text, False, cited, mode)


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("今年上半年，雁口铁路口岸开行中欧班列412列，同比增长12.5%。", True),  # word for word, traces of print apart
        ("雁口铁路口岸开行中欧班列412列", True),
        ("上半年雁口口岸共开行班列412列", True),  # other words, but most of them and all figures
        ("雁口铁路口岸开行中欧班列413列", False),  # another figure
        ("雁口铁路口岸开行中欧班列412列，增长2.5%", False),  # 2.5 is not 12.5
        ("青屿港完成集装箱吞吐量412万标箱", False),  # the figure, but other words
        ("第301期报道，雁口铁路口岸开行中欧班列412列", True),  # the citation says the issue
        ("第302期报道，雁口铁路口岸开行中欧班列412列", False),
    ],
)
def test_a_sentence_is_borne_out_by_words_and_figures(sentence: str, held: bool) -> None:
    assert borne_out(sentence, [citation(301, 1, 1, TRAINS)]) is held


def test_nothing_is_borne_out_without_a_quote() -> None:
    assert not borne_out("雁口铁路口岸开行中欧班列412列", [])


def test_sentences_are_scored_one_by_one() -> None:
    answer = said("雁口铁路口岸开行中欧班列412列。[1]换装时间缩短到5小时。[2]", TRAINS, TIME)
    support = quote_support(answer)
    assert support is not None
    assert (support.recall, support.precision) == (0.5, 0.5)
    assert support.unsupported == ("换装时间缩短到5小时。",)


def test_a_sentence_may_need_two_quotes() -> None:
    answer = said("雁口铁路口岸开行中欧班列412列，换装时间缩短到3小时[1][2]。", TRAINS, TIME)
    support = quote_support(answer)
    assert support is not None
    assert (support.recall, support.precision, support.unsupported) == (1.0, 1.0, ())


def test_a_quote_that_adds_nothing_is_not_needed() -> None:
    support = quote_support(said("换装时间缩短到3小时[1][2]。", TIME, "青屿港新开通集装箱航线。"))
    assert support is not None
    assert (support.recall, support.precision) == (1.0, 0.5)


def test_a_text_without_marker_or_with_an_unknown_one_is_not_supported() -> None:
    support = quote_support(said("换装时间缩短到3小时。[1]前景很好。", TIME))
    assert support is not None
    assert (support.recall, support.unsupported) == (0.5, ("前景很好。",))
    support = quote_support(said("换装时间缩短到3小时[7]。", TIME))
    assert support is not None
    assert (support.recall, support.precision) == (0.0, None)


def test_the_head_of_a_list_is_not_a_sentence_but_its_lines_are() -> None:
    text = "第301期共2篇：\n（一）标题：换装时间缩短到3小时。[1]\n（二）标题[2]"
    support = quote_support(said(text, TIME, TRAINS, mode="structure"))
    assert support is not None
    assert (support.recall, support.unsupported) == (1.0, ())


def test_refusals_and_answers_about_the_index_itself_are_not_scored() -> None:
    assert quote_support(replace(said("通报中没有找到答案。"), refused=True)) is None
    assert quote_support(said("共收录9期。", mode="structure")) is None
    unquoted = quote_support(said("共收录9期。"))
    assert unquoted is not None
    assert unquoted.recall == 0.0


def test_place_and_date_count_as_said() -> None:
    source: Citation = citation(301, 2, 1, TRAINS, "雁口口岸班列增长")
    assert borne_out("第301期（2025年3月15日）第2篇《雁口口岸班列增长》", [source])
    assert not borne_out("第301期（2025年4月15日）第2篇《雁口口岸班列增长》", [source])


def test_what_an_annotation_says_of_a_word_counts_as_said() -> None:
    sentence = "今年上半年，雁口铁路口岸开行中欧班列412列（今年指2025年）"
    quoted = replace(citation(301, 1, 1, TRAINS), date=None)
    assert not borne_out(sentence, [quoted])
    assert borne_out(sentence, [replace(quoted, annotations=(Annotation(2, "今年", "2025年"),))])
