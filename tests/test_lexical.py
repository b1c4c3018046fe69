"""BM25 over Han n-grams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ftz_qa.lexical import LexicalIndex

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    "雁口铁路口岸开行中欧班列412列",
    "青屿港新开通林查班集装箱航线",
    "云州片区生物医药园总投资6.5亿元",
    "雁口片区出口二手车6820台",
]


@pytest.fixture
def lexical() -> LexicalIndex:
    return LexicalIndex.build(TEXTS)


@pytest.mark.parametrize(
    ("query", "best"), [("林查班", 1), ("6820 台", 3), ("中欧班列", 0), ("医药园投了 6.5 亿", 2), ("雁口二手车", 3)]
)
def test_words_and_figures_find_the_text_that_holds_them(lexical: LexicalIndex, query: str, best: int) -> None:
    assert int(np.argmax(lexical.scores(query))) == best


def test_a_figure_does_not_match_a_part_of_another(lexical: LexicalIndex) -> None:
    assert not lexical.scores("682").any()


@pytest.mark.parametrize("query", ["", "   ", "？！", "😀", "饕餮", "zzz 99"])
def test_a_question_without_known_words_scores_zero_everywhere(lexical: LexicalIndex, query: str) -> None:
    scores = lexical.scores(query)
    assert scores.shape == (len(TEXTS),)
    assert scores.dtype == np.float32
    assert not scores.any()


def test_scores_are_positive_where_a_word_occurs_and_zero_elsewhere(lexical: LexicalIndex) -> None:
    assert (lexical.scores("雁口") > 0).tolist() == [True, False, False, True]


def test_unknown_words_do_not_disturb_known_ones(lexical: LexicalIndex) -> None:
    np.testing.assert_array_equal(lexical.scores("林查班"), lexical.scores("林查班 zzz"))


def test_rare_tokens_weigh_more_than_common_ones_and_unknown_most(lexical: LexicalIndex) -> None:
    assert 0 < lexical.idf["雁口"] < lexical.idf["林查"] < lexical.idf["饕餮"]


def test_texts_without_words_can_be_indexed() -> None:
    lexical = LexicalIndex.build(["……", "", "班列"])
    assert (lexical.scores("班列") > 0).tolist() == [False, False, True]
    assert LexicalIndex.build([""]).scores("班列").tolist() == [0.0]


def test_a_loaded_index_scores_as_the_saved_one(lexical: LexicalIndex, tmp_path: Path) -> None:
    lexical.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    for query in ("林查班", "雁口 6820", "无"):
        np.testing.assert_array_equal(loaded.scores(query), lexical.scores(query))
    assert {t: loaded.idf[t] for t in ("雁口", "饕餮")} == {t: lexical.idf[t] for t in ("雁口", "饕餮")}


def test_saved_files_hold_no_pickle(lexical: LexicalIndex, tmp_path: Path) -> None:
    lexical.save(tmp_path)
    for path in tmp_path.iterdir():
        assert not path.read_bytes().startswith(b"\x80"), path.name
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)


def test_a_folder_that_is_not_whole_is_refused(lexical: LexicalIndex, tmp_path: Path) -> None:
    lexical.save(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        path.unlink()
        if path.suffix == ".npy":
            with pytest.raises((OSError, ValueError)):
                LexicalIndex.load(tmp_path)
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises((OSError, ValueError)):
            LexicalIndex.load(tmp_path)
        path.write_bytes(content)
    LexicalIndex.load(tmp_path)
