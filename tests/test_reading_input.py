"""What the trained reader sees: windows whose tokens know where their text stands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer

from ftz_qa.default_model import default_model_folder
from ftz_qa.reading_input import OUTSIDE, STRIDE_TOKENS, ReadingEncoder
from ftz_qa.settings import Settings
from ftz_qa.text import split_sentences

if TYPE_CHECKING:
    from ftz_qa.reading_input import Window

TEXT = "今年上半年，雁口口岸开行班列412列，同比增长15.2%。其中出境302列；入境110列。RCEP证书由Wang经理签发。"


@pytest.fixture(scope="module")
def tokenizer_file() -> str:
    return str(default_model_folder(Settings().cache_dir) / "tokenizer.json")


def make_encoder(tokenizer_file: str, window: int = 512) -> ReadingEncoder:
    return ReadingEncoder(Tokenizer.from_file(tokenizer_file), window)


def pieces(window: Window, text: str) -> list[str]:
    inside = window.starts != OUTSIDE
    return [text[a:b] for a, b in zip(window.starts[inside], window.ends[inside], strict=True)]


def test_tokens_spell_the_text_and_mix_no_figures_with_words(tokenizer_file: str) -> None:
    units = split_sentences(TEXT, semicolons=True)
    (window,) = make_encoder(tokenizer_file).windows("开行多少列？", "雁口口岸", TEXT, units)
    read = pieces(window, TEXT)
    assert "".join(read) == TEXT
    for piece in read:
        assert not (any(c.isdigit() for c in piece) and any(not (c.isdigit() or c in ".,") for c in piece))
    # So every figure begins and ends with a token of its own.
    begins, ends = set(window.starts.tolist()), set(window.ends.tolist())
    for figure in ("412", "15.2", "302", "110"):
        assert TEXT.index(figure) in begins
        assert TEXT.index(figure) + len(figure) in ends


def test_every_token_belongs_to_the_unit_that_it_stands_in(tokenizer_file: str) -> None:
    units = split_sentences(TEXT, semicolons=True)
    assert len(units) == 4
    (window,) = make_encoder(tokenizer_file).windows("开行多少列？", "", TEXT, units)
    for start, unit in zip(window.starts.tolist(), window.units.tolist(), strict=True):
        if start == OUTSIDE:
            assert unit == OUTSIDE
        else:
            assert units[unit].start <= start < units[unit].end


def test_a_long_text_is_read_in_windows_that_overlap_and_leave_nothing_out(tokenizer_file: str) -> None:
    text = TEXT * 12
    units = split_sentences(text, semicolons=True)
    windows = make_encoder(tokenizer_file, 256).windows("出境多少列？", "雁口口岸", text, units)
    assert len(windows) > 2
    assert all(len(window.ids) <= 256 for window in windows)
    seen = np.zeros(len(text), dtype=int)
    for window in windows:
        for start, end in zip(window.starts, window.ends, strict=True):
            seen[max(start, 0) : max(end, 0)] += 1
    assert seen.min() == 1
    assert (seen == 2).sum() >= STRIDE_TOKENS


def test_a_long_question_and_title_leave_room_for_the_text(tokenizer_file: str) -> None:
    (window,) = make_encoder(tokenizer_file).windows("多少列？" * 200, "标题" * 200, TEXT, split_sentences(TEXT))
    assert "".join(pieces(window, TEXT)) == TEXT
    assert len(window.ids) <= 512


def test_nothing_to_read_is_a_window_of_question_and_title(tokenizer_file: str) -> None:
    (window,) = make_encoder(tokenizer_file).windows("多少列？", "标题", "", [])
    assert (window.starts == OUTSIDE).all()
    assert len(window.ids) > 4


def test_years_are_read_in_full_and_stand_where_they_are_printed(tokenizer_file: str) -> None:
    text = "今年，口岸开行班列412列，去年为360列。"
    units = split_sentences(text, semicolons=True)
    encoder = make_encoder(tokenizer_file)
    (window,) = encoder.windows("多少？", "今年的班列", text, units, dt.date(2025, 9, 15))
    printed = text.replace("今年", "2025年").replace("去年", "2024年")
    (in_full,) = encoder.windows("多少？", "2025年的班列", printed, split_sentences(printed))
    assert window.ids.tolist() == in_full.ids.tolist()
    read = pieces(window, text)
    assert {piece for piece in read if "年" in piece} == {"今年", "去年"}
    assert text.index("412") in window.starts.tolist()
    assert set(window.units[window.starts != OUTSIDE].tolist()) == {0}
