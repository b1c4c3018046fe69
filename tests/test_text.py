"""Normalisation, sentences, tokens and numbers."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.text import lexical_tokens, normalize, parse_int, simplify, split_sentences, tagged_words
from ftz_qa.wording import chinese_number

PROSE = st.text(alphabet="自贸口岸班列12a ；;。！？!?…”“）（\n\t\u3000，、$", max_size=80)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("$6N$级高纯铝", "6N级高纯铝"),
        ("电压 $ 220 $ 伏", "电压220伏"),
        ("增长 15 % ，达到 88640\u3000标箱", "增长15%，达到88640标箱"),
        ("６８２０台，货值１１．４亿元", "6820台,货值11.4亿元"),
        ("46，558 标箱与12,345,678元", "46558标箱与12345678元"),
        ("1—6月", "1-6月"),
        ("1–6月", "1-6月"),
        ("1～6月", "1-6月"),
        ("1~6月", "1-6月"),
        ("1——6月", "1-6月"),
        ("ＲＣＥＰ原产地", "rcep原产地"),
        ("第 239 期", "第239期"),
        ("（一）标题", "(一)标题"),
    ],
)
def test_print_and_typing_meet_in_one_form(printed: str, typed: str) -> None:
    assert normalize(printed) == normalize(typed)


def test_a_blank_between_latin_words_stays() -> None:
    assert normalize("推进 Belt and Road 建设") == "推进belt and road建设"


def test_several_blanks_between_latin_words_are_one() -> None:
    assert normalize("Belt  and\u3000\u3000Road") == "belt and road"


@pytest.mark.parametrize(("printed", "typed"), [(r"增长$15\%$", "增长15%"), (r"$99.99\%$的纯度", "99.99%的纯度")])
def test_escaped_percent_signs_of_latex_are_plain_ones(printed: str, typed: str) -> None:
    assert normalize(printed) == typed


def test_different_figures_stay_different() -> None:
    assert normalize("1,5") != normalize("15")
    assert normalize("3.5%") != normalize("35%")
    assert normalize("1-6月") != normalize("16月")


def test_an_unpaired_dollar_sign_is_left_alone() -> None:
    assert normalize("造价$5万") == "造价$5万"


@given(PROSE, st.booleans())
def test_sentences_lose_nothing_but_blanks(text: str, semicolons: bool) -> None:
    spans = split_sentences(text, semicolons=semicolons)
    kept = "".join(text[s.start : s.end] for s in spans)
    assert "".join(kept.split()) == "".join(text.split())


@given(PROSE, st.booleans())
def test_sentences_are_ordered_apart_and_without_surrounding_blanks(text: str, semicolons: bool) -> None:
    end = 0
    for span in split_sentences(text, semicolons=semicolons):
        assert end <= span.start < span.end <= len(text)
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        assert "\n" not in piece
        end = span.end


def sentences_by_character(text: str, enders: str) -> list[str]:
    """The rule, character by character: what `split_sentences` finds by looking for sentence ends."""
    pieces: list[str] = []
    piece, i = "", 0
    while i < len(text):
        char = text[i]
        piece, i = piece + char, i + 1
        if char in enders:
            while i < len(text) and text[i] in enders:
                piece, i = piece + text[i], i + 1
            ended = i
            while i < len(text) and text[i] in "”’」』）)】》\"'":
                piece, i = piece + text[i], i + 1
            if ended < i < len(text) and char in "！？!?" and not text[i].isspace():
                continue
        elif char != "\n":
            continue
        pieces, piece = [*pieces, piece], ""
    return [kept for one in [*pieces, piece] if (kept := one.strip())]


@given(PROSE, st.booleans())
def test_sentences_are_those_of_the_rule(text: str, semicolons: bool) -> None:
    spans = split_sentences(text, semicolons=semicolons)
    rule = sentences_by_character(text, "。！？!?…；;" if semicolons else "。！？!?…")
    assert [text[s.start : s.end] for s in spans] == rule


@given(st.text("1234,， aBＡ口：；（）！？％…\u0301\u0338\n\u3000", max_size=24))
def test_the_normalised_form_is_that_of_the_plain_rule(text: str) -> None:
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text))
    rule = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", folded))
    assert normalize(text) == rule.lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲。乙。", ["甲。", "乙。"]),
        ("他说：“走。”然后离开。", ["他说：“走。”", "然后离开。"]),
        ("“太快了！”他说。完。", ["“太快了！”他说。", "完。"]),
        ("“行吗？”\n“行。”", ["“行吗？”", "“行。”"]),
        ("等等……还有。", ["等等……", "还有。"]),
        ("真的？！是的。", ["真的？！", "是的。"]),
        ("增长3.5%，出口(RCEP)1.2万票。", ["增长3.5%，出口(RCEP)1.2万票。"]),
        ("标题没有句号\n正文。", ["标题没有句号", "正文。"]),
        ("出境302列；入境110列。", ["出境302列；入境110列。"]),
        (" \n\u3000\n", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in split_sentences(text)] == expected


def test_semicolons_cut_only_when_asked_to() -> None:
    text = "出境302列；入境110列。"
    clauses = [text[s.start : s.end] for s in split_sentences(text, semicolons=True)]
    assert clauses == ["出境302列；", "入境110列。"]


def test_lexical_tokens_are_characters_pairs_words_and_whole_numbers() -> None:
    assert lexical_tokens("中欧班列") == ["中", "欧", "班", "列", "中欧", "欧班", "班列"]
    assert lexical_tokens("RCEP 增长 8.2 %") == ["rcep", "增", "长", "增长", "8.2%"]


def test_pairs_do_not_reach_across_punctuation() -> None:
    assert "口青" not in lexical_tokens("雁口，青屿")


@pytest.mark.parametrize("text", ["", "  \n", "？！，。", "😀🎉", "\x00\x01"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    assert lexical_tokens(text) == []


def test_words_and_tags_cover_the_text_and_tell_people_from_places() -> None:
    text = "记者李建国从哈尔滨报道，进出口额达到12亿元。"
    tagged = tagged_words(text)
    assert "".join(word for word, _ in tagged) == text
    assert ("哈尔滨", "ns") in tagged
    assert any(tag == "nr" for word, tag in tagged if word.startswith("李"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("239", 239),
        ("２３９", 239),
        (" 7 ", 7),
        ("二百三十九", 239),
        ("二三九", 239),
        ("二〇二四", 2024),
        ("十", 10),
        ("十一", 11),
        ("二十", 20),
        ("一百零五", 105),
        ("两千", 2000),
        ("三千零二十", 3020),
        ("零", 0),
        ("", None),
        ("abc", None),
        ("12期", None),
        ("三期", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_small_numbers_are_read_in_either_script(text: str, value: int | None) -> None:
    assert parse_int(text) == value


@given(st.integers(0, 99))
def test_written_and_read_numbers_agree(number: int) -> None:
    assert parse_int(chinese_number(number)) == number


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    value = parse_int(text)
    assert value is None or value >= 0


def test_traditional_characters_become_simplified_ones() -> None:
    assert simplify("自貿試驗區中歐班列開行多少列") == "自贸试验区中欧班列开行多少列"
    assert simplify("自贸试验区 RCEP 2024") == "自贸试验区 RCEP 2024"
