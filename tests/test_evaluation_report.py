"""Reports: complete as data, safe as pages, silent about what is kept for reporting."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from pydantic import SecretStr

from evaluation_parts import GOLD, answer, citation, item, outcomes_of, report_of
from ftz_qa.errors import InputError
from ftz_qa.evaluation import Verdict, judge
from ftz_qa.evaluation_html import page
from ftz_qa.evaluation_markdown import markdown, plain
from ftz_qa.evaluation_report import digest, item_record, make_report, read_report
from ftz_qa.settings import Settings
from ftz_qa.types import Turn

if TYPE_CHECKING:
    from pathlib import Path

    from ftz_qa.evaluation import Outcome

HOSTILE = '<script>alert("x")</script><img src=http://evil.example/a.png onerror=x>&amp;{{ 7*7 }}'


def hostile() -> Outcome:
    """A wrong answer that is hostile wherever text can be."""
    asked = item(
        id="<b>q</b>",
        type="<i>t</i>",
        question=HOSTILE,
        history=[Turn("user", HOSTILE)],
        must=[[HOSTILE + "要点"]],
        must_not=["alert"],
        gold=GOLD,
    )
    source = citation(7, 2, 1, HOSTILE, HOSTILE)
    given = replace(answer(f"答{HOSTILE}[1]没有引文的话"), citations=(source,), confidence=0.7)
    return replace(judge(asked, given, []), judged=Verdict(False, HOSTILE))


# As data


def test_a_report_comes_back_as_it_was_written(tmp_path: Path) -> None:
    report = report_of([*outcomes_of([True, False]), hostile()], tmp_path)
    (tmp_path / "report.json").write_text(report.model_dump_json(indent=1), encoding="utf-8")
    assert read_report(tmp_path) == report
    assert read_report(tmp_path / "report.json") == report


def test_a_record_says_what_was_asked_answered_and_why_it_is_wrong() -> None:
    record = item_record(hostile())
    assert (record.question, record.refused, record.right, record.confidence) == (HOSTILE, False, False, 0.7)
    assert record.citations[0].quote == HOSTILE
    assert {fault.kind for fault in record.faults} == {"missing", "forbidden", "no_gold_cited"}
    assert record.unsupported == ("没有引文的话",)
    assert record.rank == 0


def test_a_report_names_build_and_sets_but_no_secret(tmp_path: Path) -> None:
    questions = tmp_path / "问题.jsonl"
    questions.write_text("x", encoding="utf-8")
    settings = Settings(llm_model="m", llm_api_key=SecretStr("sk-secret"), llm_base_url="http://user:sk-secret@host")
    report = make_report(outcomes_of([True]), [questions], "dev", settings, "000001-build", "ngrams")
    text = report.model_dump_json()
    assert "sk-secret" not in text
    assert report.settings["llm_model"] == "m"
    assert (report.build, report.sets[0].name, len(report.sets[0].sha256)) == ("000001-build", "问题.jsonl", 64)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 2}'])
def test_another_file_is_not_taken_for_a_report(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.json"):
        read_report(path)
    with pytest.raises(InputError, match=r"report\.json"):
        read_report(tmp_path)


def test_a_digest_is_of_what_is_judged() -> None:
    assert digest(item()) == digest(item(split="report"))
    assert digest(item()) != digest(item(must=[["412列"]]))


# As a page


def test_the_page_takes_all_texts_literally(tmp_path: Path) -> None:
    text = page(report_of([hostile()], tmp_path))
    tree = BeautifulSoup(text, "html.parser")
    assert tree.select("script, img, b, i, [onerror]") == []
    said = [" ".join(part.get_text().split()) for part in tree.select(".said")]
    assert said == [f"上文问 {HOSTILE}", f"问 {HOSTILE}", f"答 答{HOSTILE}[1]没有引文的话", HOSTILE]
    reasons = [reason.get_text().strip().split("：")[0] for reason in tree.select("li")]
    assert reasons[:3] == ["缺少要点", "含有错误说法", "没有引用标准文章"]
    assert "大模型认为：错误" in tree.get_text()


def test_the_page_asks_for_nothing_from_outside(tmp_path: Path) -> None:
    text = page(report_of([*outcomes_of([True, False]), replace(hostile())], tmp_path))
    tree = BeautifulSoup(text, "html.parser")
    assert tree.select("[src], [href], [srcset], [data], [action], link, iframe, object") == []
    style = "".join(part.get_text() for part in tree.select("style"))
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = tree.select("meta[http-equiv=Content-Security-Policy]")
    assert str(policy["content"]).startswith("default-src 'none'")
    without_texts = page(report_of(outcomes_of([True, False]), tmp_path))
    assert re.search(r"https?:", without_texts) is None


def test_the_plots_are_well_formed_and_stay_inside_their_frames(tmp_path: Path) -> None:
    outcomes = [
        replace(outcome, answer=replace(outcome.answer, confidence=confidence))
        for outcome, confidence in zip(outcomes_of([True, False, True, True]), (0.0, 0.35, 0.62, 1.0), strict=True)
    ]
    text = page(report_of(outcomes, tmp_path))
    plots = [ET.fromstring(plot) for plot in re.findall(r"<svg.*?</svg>", text, re.S)]
    assert [plot.findtext("title") for plot in plots] == ["置信度与实际", "风险与覆盖"]
    for plot, dots in zip(plots, (4, 1), strict=True):
        _, _, width, height = map(float, plot.attrib["viewBox"].split())
        assert len(plot.findall("circle")) == dots
        (line,) = (found.attrib["points"] for found in plot.findall("polyline"))
        points = [[float(part) for part in point.split(",")] for point in line.split()]
        assert len(points) == 4
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_without_confidence_there_is_no_plot(tmp_path: Path) -> None:
    text = page(report_of(outcomes_of([True, False]), tmp_path))
    assert "<svg" not in text
    assert "没有带置信度的回答" in text


def test_intervals_and_types_stand_in_the_tables(tmp_path: Path) -> None:
    report = report_of(outcomes_of([True, False]), tmp_path)
    for text in (page(report), markdown(report)):
        assert "50.0 %" in text
        assert "0.0–100.0" in text
        assert "number" in text


# As Markdown


def test_markdown_takes_all_texts_literally(tmp_path: Path) -> None:
    text = markdown(report_of([hostile()], tmp_path))
    assert re.search(r"(?<!\\)<", text) is None
    assert r"\<script\>" in text


@pytest.mark.parametrize(
    "text", ["# 标题", "a | b", "[链接](http://x)", "*强调* _下划_ `码`", "<b>", "两\n行", "~~删~~", "甲&amp;乙"]
)
def test_plain_text_means_what_it_says_in_markdown(text: str) -> None:
    from markdown_it import MarkdownIt

    rendered = BeautifulSoup(MarkdownIt("gfm-like", {"linkify": False}).render(f"* 问：{plain(text)}"), "html.parser")
    assert " ".join(rendered.get_text().split()) == "问：" + " ".join(text.split())
    assert {element.name for element in rendered.find_all()} == {"ul", "li"}


# Questions kept for reporting


def test_questions_kept_for_reporting_are_not_shown_unless_asked_for(tmp_path: Path) -> None:
    kept = judge(
        item(id="kept-item", question="留作报告的题？", must=[["412列"]], split="report"), answer("答非所问"), []
    )
    report = report_of([*outcomes_of([False]), kept], tmp_path)
    for make in (page, markdown):
        text = make(report)
        assert "多少列？" in text
        assert "留作报告的题" not in text
        assert "答非所问" not in text
        assert "kept-item" not in text
        assert "另有 1 题" in text
        shown = make(report, show_reported=True)
        assert "留作报告的题" in shown
        assert "答非所问" in shown
