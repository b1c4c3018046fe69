"""Typos and names in pinyin are spelled as the index does; what is sound is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.lexical import LexicalIndex
from ftz_qa.spelling import Speller

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

TEXTS = [
    "今年上半年，雁口铁路口岸开行中欧班列412列，绿色甲醇保税加注600吨，产业引导基金规模15亿元。",
    "青屿港国际冷链物流园的屋顶光伏年发电420万千瓦时，青屿国际机场新开航线。",
    "云州晶石新材料产业园二期动工，落地加工企业带动就业，累计形成制度创新成果。",
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(LexicalIndex.build(TEXTS).idf)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("绿色甲纯保税加住了多少吨？", "绿色甲醇保税加注了多少吨？"),
        ("青宇港国际冷练物流园", "青屿港国际冷链物流园"),
        ("产业引导基今的规模", "产业引导基金的规模"),
        ("累记形成多少制渡创新成果", "累计形成多少制度创新成果"),
        ("云洲晶实新材料产业园", "云州晶石新材料产业园"),
        ("青屿国际机厂", "青屿国际机场"),
        ("燕口铁路口岸开行多少列？", "雁口铁路口岸开行多少列？"),  # a name that no dictionary has
    ],
)
def test_homophones_are_put_right(speller: Speller, typed: str, meant: str) -> None:
    assert speller.respell(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        *TEXTS,
        "火星基地什么时候建成？",
        "这家公司的法定代表人是谁？",
        "哪位处长讲的？",
        "为方便企业办证，海关推出了哪三项措施？",
        "去首尔的航线是每天都飞吗？",
        "",
        "？",
        "how many trains were there?",
    ],
)
def test_what_is_sound_stays_as_it_is(speller: Speller, question: str) -> None:
    assert speller.respell(question) == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How large is Qingyu Port?", "How large is 青屿 Port?"),
        ("the Yunzhou park", "the 云州 park"),
        ("Trains through Yankou in 2025", "Trains through 雁口 in 2025"),
    ],
)
def test_names_in_pinyin_become_the_characters_of_the_index(speller: Speller, typed: str, meant: str) -> None:
    assert speller.respell(typed) == meant


@pytest.mark.parametrize("question", ["Where is Beijing?", "the qingyu port", "Port Authority", "Xyzzy Qqqq"])
def test_words_that_spell_nothing_known_stay(speller: Speller, question: str) -> None:
    assert speller.respell(question) == question


@given(st.text(max_size=40) | st.text(st.sampled_from("青宇港云洲班列多少的是Qingyu "), max_size=40))
def test_any_text_keeps_its_length_but_for_names(speller: Speller, question: str) -> None:
    respelled = speller.respell(question)
    if not any(char.isascii() and char.isalpha() for char in question):
        assert len(respelled) == len(question)
    assert speller.respell(respelled) is not None


def test_a_respelled_question_is_said_in_a_note(answerer: Answerer) -> None:
    answer = answerer.answer("青宇港2024年集装箱吞吐量是多少？")
    assert not answer.refused
    assert any("青屿港" in note for note in answer.notes)
    assert answer.question == "青宇港2024年集装箱吞吐量是多少？"


def test_what_was_taken_for_a_slip_is_asked_as_it_was_typed_where_it_leads_nowhere(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "雁口铁路口岸2024年开行中欧班列多少列？"
    monkeypatch.setattr(Speller, "respell", lambda _, text: text.replace("雁口铁路口岸", "火星航天口岸"))
    answer = answerer.answer(question)
    assert not answer.refused
    assert "912列" in answer.text
    assert answer.resolved == question


def test_a_name_put_right_is_not_given_up_where_nothing_is_found(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question is refused as it was understood, not as it was typed."""
    monkeypatch.setattr(Speller, "respell", lambda _, text: text.replace("火兴", "火星"))
    answer = answerer.answer("火兴航天口岸2011年开行多少列？")
    assert answer.refused
    assert "火星" in answer.resolved
