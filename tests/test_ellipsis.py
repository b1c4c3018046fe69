"""Follow-ups: what takes whose place in the question before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ftz_qa.questions import understand
from ftz_qa.types import Turn

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer


def whole(*questions: str) -> str:
    """The last question, completed from those before it, where the bulletins have every name."""
    history = [Turn("user", question) for question in questions[:-1]]
    return understand(questions[-1], history, lambda words: words in {"青屿片区", "雁口海关"}).text


@pytest.mark.parametrize(
    ("questions", "complete"),
    [
        (("青屿港今年一季度完成多少标箱？", "上半年呢"), "青屿港今年上半年完成多少标箱？"),
        (("青屿港2024年完成多少标箱？", "今年前8个月呢？"), "青屿港今年前8个月完成多少标箱？"),
        (("青屿港完成多少标箱？", "2024年呢？"), "2024年青屿港完成多少标箱？"),
        (("青屿港今年上半年完成多少标箱？", "去年呢？"), "青屿港去年上半年完成多少标箱？"),
        (("云州片区对接会谁主持的？", "青屿那场呢？"), "青屿片区对接会谁主持的？"),
        (("青屿海关签发多少份证书？", "雁口的呢"), "雁口海关签发多少份证书？"),
        (("南宁片区累计形成多少项成果？", "那高新技术企业呢"), "南宁片区有多少高新技术企业？"),
        (("去年青屿港吞吐量多少？", "雁口铁路口岸呢？"), "去年雁口铁路口岸吞吐量多少？"),
        (("云州海关和青屿海关哪个快？", "后者签发了多少份？"), "青屿海关签发了多少份（快）？"),
    ],
)
def test_the_new_words_take_the_place_of_what_they_contrast_with(questions: tuple[str, ...], complete: str) -> None:
    assert whole(*questions).startswith(complete[:-4])


@pytest.mark.parametrize("words", ["货值呢？", "海外仓呢？", "今年计划呢？"])
def test_a_measure_takes_no_place_of_a_name(words: str) -> None:
    assert "云州片区" in whole("云州片区交易额有多少？", words)


@pytest.mark.parametrize(
    ("questions", "complete"),
    [
        (("第305期有几篇文章？", "那上一期呢？"), "第305期的上一期有几篇文章?"),
        (("第305期讲了什么？", "306期的呢？"), "306期讲了什么?"),
        (("307期的自贸观察是什么？", "306期的呢？"), "306期的自贸观察是什么?"),
        (("第305期讲了什么？", "哪天出的？"), "第305期的哪天出的?"),
        (("第305期讲了什么？", "它的第二部分讲什么？"), "第305期的第二部分讲什么?"),
        (("第305期讲了什么？", "其中讲青屿的是哪篇？"), "第305期讲青屿的是哪篇?"),
        (("2025年5月那期讲了什么？", "6月呢？"), "2025年6月那期讲了什么？"),
        (("哪几期提到CEPA？", "那RCEP呢？"), "哪几期提到RCEP"),
        (("哪几期提到QFLP？", "最早是哪一期？"), "哪几期提到qflp,最早是哪一期"),
    ],
)
def test_the_issue_or_the_topic_is_carried_on(questions: tuple[str, ...], complete: str) -> None:
    assert whole(*questions).rstrip("?？") == complete.rstrip("?？")


def test_a_question_about_all_bulletins_is_not_about_the_issue_before() -> None:
    assert "305" not in whole("第305期讲了什么？", "库里一共收录了多少期？").partition("，")[2]


@pytest.mark.parametrize("words", ["这是哪一期说的？", "原文怎么说的？", "出处是哪里？", "在哪一期看到的"])
def test_asking_for_the_source_asks_the_same_again_with_its_place(answerer: Answerer, words: str) -> None:
    history = [Turn("user", "2024年青屿港集装箱吞吐量多少？"), Turn("assistant", "186万标箱。")]
    answer = answerer.answer(words, history)
    assert "186万标箱" in answer.text
    assert "出处：第301期（2025年1月15日）第2篇" in answer.text


def test_in_which_issue_something_stands_is_told_though_no_article_says_it_in_these_words(answerer: Answerer) -> None:
    answer = answerer.answer("哪一期讲了给进口原木发放数字身份证的事？")
    assert "第307期" in answer.text
    assert 307 in {citation.issue for citation in answer.citations}
