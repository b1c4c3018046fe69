"""Scoring: question sets are read strictly, figures are what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from evaluation_parts import GOLD, answer, item, line
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.errors import InputError
from ftz_qa.evaluation import Fault, Gold, Outcome, by_type, evaluate, folded, judge, metrics, read_items, table
from ftz_qa.types import Usage, Writing

if TYPE_CHECKING:
    from pathlib import Path

    from ftz_qa.embedding import Embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.reading import ReadingModel


# Reading question sets


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "问题.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_question_set_is_read_in_order_without_blank_lines(tmp_path: Path) -> None:
    path = written(tmp_path, line(id="q-1"), "", "  ", line(id="q-2", gold=[{"issue": 301, "article": 2}]), "")
    items = read_items([path])
    assert [i.id for i in items] == ["q-1", "q-2"]
    assert items[1].gold == (Gold(issue=301, article=2),)


def test_a_history_is_read_as_turns(tmp_path: Path) -> None:
    (read,) = read_items([written(tmp_path, line(history=[{"role": "user", "content": "甲？"}]))])
    assert (read.history[0].role, read.history[0].content) == ("user", "甲？")


def test_questions_for_reporting_are_kept_apart(tmp_path: Path) -> None:
    path = written(tmp_path, line(id="a"), line(id="b", split="report"), line(id="c", split="dev"))
    assert [i.id for i in read_items([path], "dev")] == ["a", "c"]
    assert [i.id for i in read_items([path], "report")] == ["b"]
    assert [i.id for i in read_items([path])] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "bad",
    [
        "不是 JSON",
        "[]",
        '{"id": "q-1"}',
        line(typo=1),
        line(answerable="也许"),
        line(gold=[{"issue": "三", "article": 1}]),
        line(history=[{"role": "system", "content": "甲"}]),
    ],
)
def test_a_bad_line_is_named_by_file_and_number(tmp_path: Path, bad: str) -> None:
    path = written(tmp_path, line(), bad)
    with pytest.raises(InputError) as error:
        read_items([path])
    assert path.name in str(error.value)
    assert "第 2 行" in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有"):
        read_items([tmp_path / "没有.jsonl"])
    binary = tmp_path / "二进制.jsonl"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="二进制"):
        read_items([binary])


def test_an_id_that_comes_twice_is_named_with_both_places(tmp_path: Path) -> None:
    first, second = written(tmp_path, line(), line(id="q-2")), tmp_path / "另一.jsonl"
    second.write_text(line(id="q-3") + "\n" + line(split="report"), encoding="utf-8")
    with pytest.raises(InputError, match="q-001") as error:
        read_items([first, second], "dev")
    assert f"{second} 第 2 行" in str(error.value)
    assert f"{first} 第 1 行" in str(error.value)


@pytest.mark.parametrize("bad", [line(question="  "), line(question="问" * 501), line(id="有 空格"), line(id="")])
def test_a_question_that_cannot_be_asked_or_listed_is_not_read(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InputError, match="第 1 行"):
        read_items([written(tmp_path, bad)])


def test_a_byte_order_mark_and_line_separators_inside_a_text_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "windows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line(question="多少列\u2028车？").encode() + b"\r\n")
    assert [i.question for i in read_items([path])] == ["多少列\u2028车？"]


# Judging one answer


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("共开行412列。[1]", True),
        ("共开行 ４１２ 列。[1]", True),
        ("共开行41列。[1]", False),
        ("共开行若干列。[412]列", False),
    ],
)
def test_facts_are_looked_for_in_the_text_but_not_in_markers(text: str, right: bool) -> None:
    assert judge(item(must=[["412列"]]), answer(text), []).right is right


def test_every_group_needs_one_of_its_alternatives() -> None:
    asked = item(must=[["去年6月", "2024年6月"], ["3小时"]])
    assert judge(asked, answer("2024年6月缩短到3小时。"), []).right
    assert not judge(asked, answer("2024年6月缩短。"), []).right


def test_a_forbidden_statement_makes_an_answer_wrong() -> None:
    assert not judge(item(must=[["302列"]], must_not=["110列"]), answer("出境302列，入境110列。"), []).right


def test_refusing_is_right_only_where_there_is_no_answer() -> None:
    refused = answer("没有找到。", refused=True)
    assert judge(item(answerable=False), refused, []).right
    assert not judge(item(must=[["没有找到"]]), refused, []).right
    assert not judge(item(answerable=False), answer("412列。"), []).right


def test_everything_wrong_with_an_answer_is_said() -> None:
    asked = item(must=[["412列", "四百一十二列"], ["3小时"]], must_not=["110列"], gold=GOLD, concise=True)
    outcome = judge(asked, answer("110列[1]" + "很" * 200, (302, 1)), [])
    assert outcome.faults == (
        Fault("missing", ("412列", "四百一十二列")),
        Fault("missing", ("3小时",)),
        Fault("forbidden", ("110列",)),
        Fault("no_gold_cited"),
        Fault("too_long", ("207",)),
    )


def test_a_refusal_and_an_answer_in_the_wrong_place_are_told_apart() -> None:
    assert judge(item(gold=GOLD), answer("无", refused=True), []).faults == (Fault("wrong_refusal"),)
    assert judge(item(answerable=False), answer("412列"), []).faults == (Fault("wrong_answer"),)
    assert judge(item(answerable=False), answer("无", refused=True), []).faults == ()


def test_too_long_or_citing_another_article_is_a_fault_but_not_a_mistake() -> None:
    outcome = judge(item(must=[["412列"]], gold=GOLD, concise=True), answer("412列[1]" + "很" * 200, (302, 1)), [])
    assert outcome.right
    assert outcome.brief is False
    assert [fault.kind for fault in outcome.faults] == ["no_gold_cited", "too_long"]


def test_questions_are_asked_of_the_chain_with_their_history(
    small_index: PassageIndex, ngram_embedder: Embedder, reading: ReadingModel
) -> None:
    answerer = Answerer(AnswerChain(small_index, ngram_embedder, reading))
    history = [{"role": "user", "content": "雁口铁路口岸今年上半年开行了多少列中欧班列？"}]
    asked = [
        item(id="a", question=history[0]["content"], gold=[{"issue": 7, "article": 1}]),
        item(id="b", question="其中出境多少列？", history=history, gold=[{"issue": 7, "article": 1}]),
    ]
    told: list[tuple[int, int]] = []
    outcomes = evaluate(asked, answerer, lambda done, total: told.append((done, total)))
    assert [outcome.item.id for outcome in outcomes] == ["a", "b"]
    assert [outcome.rank for outcome in outcomes] == [1, 1]
    assert "中欧班列" in outcomes[1].answer.resolved
    assert all(len(set(outcome.retrieved)) == len(outcome.retrieved) == 4 for outcome in outcomes)
    assert told == [(1, 2), (2, 2)]


def test_citations_are_scored_against_the_gold_articles() -> None:
    outcome = judge(item(gold=GOLD), answer("甲[1]乙[2]", (301, 1), (302, 1)), [])
    assert outcome.cited is True
    assert outcome.precision == 0.5
    wrong = judge(item(gold=GOLD), answer("甲[1]", (302, 1)), [])
    assert (wrong.cited, wrong.precision) == (False, 0.0)


def test_without_gold_or_answer_citations_are_not_scored() -> None:
    assert judge(item(), answer("甲[1]", (301, 1)), []).cited is None
    assert judge(item(gold=GOLD), answer("无", refused=True), []).cited is None
    uncited = judge(item(gold=GOLD), answer("甲"), [])
    assert (uncited.cited, uncited.precision) == (False, None)


@pytest.mark.parametrize(("retrieved", "rank"), [([(301, 1)], 1), ([(302, 9), (301, 1)], 2), ([(302, 9)], 0), ([], 0)])
def test_the_rank_is_that_of_the_first_gold_article(retrieved: list[tuple[int | None, int]], rank: int) -> None:
    assert judge(item(gold=GOLD), answer(), retrieved).rank == rank
    assert judge(item(), answer(), retrieved).rank is None


def test_an_article_behind_the_tenth_counts_as_not_found() -> None:
    others: list[tuple[int | None, int]] = [(302, n) for n in range(10)]
    assert judge(item(gold=GOLD), answer(), [*others, (301, 1)]).rank == 0


# Figures


def test_figures_of_a_small_group_are_as_counted_by_hand() -> None:
    right = answer("412列[1]", (301, 1))
    outcomes = [
        judge(item(must=[["412列"]], gold=GOLD, concise=True), right, [(301, 1)]),
        judge(item(must=[["99列"]], gold=GOLD, concise=True), answer("412列[1]", (302, 1)), [(302, 1), (301, 1)]),
        judge(item(must=[["412列"]], gold=GOLD), answer("无", refused=True), []),
        judge(item(answerable=False), answer("无", refused=True), []),
        judge(item(answerable=False), right, []),
    ]
    figures = metrics(outcomes)
    assert figures["n"] == 5
    assert figures["accuracy"] == pytest.approx(1 / 3)
    assert figures["concise"] == pytest.approx(1 / 2)
    assert figures["refusal_precision"] == pytest.approx(1 / 2)
    assert figures["refusal_recall"] == pytest.approx(1 / 2)
    assert figures["refusal_f1"] == pytest.approx(1 / 2)
    assert figures["citation_recall"] == pytest.approx(1 / 2)
    assert figures["citation_precision"] == pytest.approx(1 / 2)
    assert figures["recall@1"] == pytest.approx(1 / 3)
    assert figures["recall@5"] == pytest.approx(2 / 3)
    assert figures["mrr@10"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert figures["chars"] == len("412列[1]")


def test_a_right_answer_beyond_the_limit_is_not_concise() -> None:
    outcome = judge(item(must=[["412列"]], concise=True), answer("412列" + "很" * 200), [])
    assert metrics([outcome])["accuracy"] == 1
    assert metrics([outcome])["concise"] == 0


def test_figures_without_a_case_are_left_out() -> None:
    assert metrics([]) == {"n": 0}
    assert "refusal_f1" not in metrics([judge(item(), answer(), [])])
    assert metrics([judge(item(answerable=False), answer(), [])])["refusal_f1"] == 0


def test_types_are_scored_apart_and_together() -> None:
    outcomes = [
        judge(item(type="date", must=[["6月"]]), answer("6月"), []),
        judge(item(type="number", must=[["9"]]), answer("8"), []),
    ]
    figures = by_type(outcomes)
    assert {name: row["accuracy"] for name, row in figures.items()} == {"date": 1, "number": 0, "all": 0.5}


def test_the_table_has_a_row_for_every_type_and_cells_for_every_column() -> None:
    rows = table(by_type([judge(item(must=[["6月"]]), answer("6月"), [])])).splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["number", "all"]
    assert len({row.count("|") for row in rows}) == 1
    assert "100.0" in rows[2]


@pytest.mark.parametrize(
    ("one", "other"), [("8.8 万标箱", "8.8万标箱"), ("46，558", "46558"), ("ＲＣＥＰ", "rcep"), ("15 ％", "15%")]
)
def test_facts_are_compared_without_traces_of_print(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_a_language_models_figures_are_over_the_answers_that_it_was_asked_for() -> None:
    def outcome(writing: Writing | None) -> Outcome:
        return judge(item(must=[["412列"]], gold=GOLD), replace(answer("412列[1]"), writing=writing), [])

    kept = Writing(repaired=1, replaced=2, dropped=3, unverified=4, usage=Usage(100, 10), cost=0.5)
    found = metrics([outcome(None), outcome(kept), outcome(Writing("slow")), outcome(Writing("silent"))])
    assert found["llm_fallback"] == pytest.approx(2 / 3)
    assert [found[f"llm_{name}"] for name in ("repaired", "replaced", "dropped", "unverified")] == [1, 2, 3, 4]
    assert found["llm_read"] == pytest.approx(100 / 3)
    assert found["llm_cost"] == pytest.approx(0.5 / 3)
    assert not any(name.startswith("llm_") for name in metrics([outcome(None)]))
    assert "llm_cost" not in metrics([outcome(Writing("slow"))])
