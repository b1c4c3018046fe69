"""``ftz-qa read``: questions with their passages in, what the trained reader finds out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ftz_qa.cli import main

if TYPE_CHECKING:
    from pathlib import Path

RAIL = "今年上半年，雁口铁路口岸开行中欧班列412列。其中出境302列，入境110列。"
PORT = "青屿港新开通林查班集装箱航线。该航线每周一班，航程7天，主要承运橡胶和榴莲。"
KEYS = ["id", "answer", "start", "end", "passage", "sentence", "answerable"]


def write(path: Path, *lines: dict[str, Any] | str) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def asked(number: object, question: str, *texts: str) -> dict[str, Any]:
    return {"id": number, "question": question, "passages": [{"title": "示例", "text": text} for text in texts]}


def run(path: Path, out: Path) -> int:
    try:
        main(["read", "--jsonl", str(path), "--out", str(out)])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_a_line_for_every_question_with_spans_of_the_passage_that_answers(tmp_path: Path) -> None:
    questions = write(
        tmp_path / "in.jsonl",
        asked("甲", "林查班航线航程几天？", RAIL, PORT),
        "",
        asked(2, "雁口铁路口岸上半年开行多少列？", RAIL, PORT),
        asked(3, "这道红烧肉要炖多长时间？", RAIL, PORT),
    )
    assert run(questions, tmp_path / "out.jsonl") == 0
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == ["甲", 2, 3]
    *records, off = records
    for record, text, number, answer in zip(records, (PORT, RAIL), (1, 0), ("7天", "412"), strict=True):
        assert list(record) == KEYS
        assert record["passage"] == number
        assert text[record["start"] : record["end"]] == record["answer"]
        assert answer in record["answer"]
        assert record["answer"] in record["sentence"]
        assert record["sentence"] in text
        assert off["answerable"] < record["answerable"] <= 1


def test_empty_text_has_an_empty_answer(tmp_path: Path) -> None:
    questions = write(tmp_path / "in.jsonl", {"id": 1, "question": "多少？", "passages": [{"text": ""}]})
    assert run(questions, tmp_path / "out.jsonl") == 0
    record = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert (record["answer"], record["start"], record["end"], record["sentence"]) == ("", 0, 0, "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "不是有效的 JSON"),
        ({"id": 1, "question": "问"}, "缺少字段 passages"),
        ({"id": 1, "question": "问", "passages": []}, "字段 passages 应为"),
        ({"id": 1, "question": "问", "passages": [{"title": "题"}]}, "缺少字段 passages.0.text"),
        ({"id": 1, "passages": [{"text": "文"}]}, "缺少字段 question"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(
    line: dict[str, Any] | str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write(tmp_path / "in.jsonl", asked(1, "多少？", RAIL), line)
    assert run(questions, tmp_path / "out.jsonl") == 2
    err = capsys.readouterr().err
    assert "in.jsonl 第 2 行" in err
    assert said in err
    assert not (tmp_path / "out.jsonl").exists()
