"""The trained reader that comes with the package: what it finds, how it is kept, and what it does when damaged."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ftz_qa.errors import ModelError
from ftz_qa.model_cache import bytes_sha256
from ftz_qa.reading import LONGEST_ANSWER, Reading, ReadingModel, ReadingText, load_reading_model
from ftz_qa.reading_graph import pack, unpack
from ftz_qa.text import split_sentences
from ftz_qa.types import Span

if TYPE_CHECKING:
    from pathlib import Path

RAIL = "今年上半年，雁口铁路口岸开行中欧班列412列。其中出境302列，入境110列。站长梁保全说，换装时间缩短到3小时。"
PORT = "青屿港新开通林查班集装箱航线。该航线每周一班，航程7天，主要承运橡胶和榴莲。"
PARK = "云州片区生物医药园总投资6.5亿元。园区占地142亩，预计明年投产。已有23家企业签约入园。"
LARGEST = 40 * 2**20


def text_of(body: str, title: str = "") -> ReadingText:
    return ReadingText(title, body, tuple(split_sentences(body, semicolons=True)))


@pytest.mark.parametrize(
    ("question", "passage", "answer"),
    [
        ("雁口铁路口岸上半年开行中欧班列多少列？", RAIL, "412"),
        ("雁口的站长是谁？", RAIL, "梁保全"),
        ("林查班航线航程几天？", PORT, "7天"),
        ("云州生物医药园占地多少亩？", PARK, "142"),
        ("有多少家企业签约入园？", PARK, "23家"),
    ],
)
def test_the_answer_is_found_in_its_sentence(reading: ReadingModel, question: str, passage: str, answer: str) -> None:
    text = text_of(passage)
    (read,) = reading.read(question, [text])
    found = read.best_span()
    assert found is not None
    span, probability = found
    assert answer in passage[span.start : span.end]
    assert len(passage[span.start : span.end]) <= len(answer) + 8
    assert 0 < probability <= 1
    unit = text.units[int(read.unit_logits.argmax())]
    assert answer in passage[unit.start : unit.end]


def test_the_passage_that_answers_is_the_likeliest(reading: ReadingModel) -> None:
    texts = [text_of(RAIL), text_of(PORT), text_of(PARK)]
    for own, question in enumerate(["开行中欧班列多少列？", "林查班航线每周几班？", "生物医药园投资多少？"]):
        readings = reading.read(question, texts)
        others = [r.answerable for n, r in enumerate(readings) if n != own]
        assert readings[own].answerable > max(others) + 2
        (off,) = reading.read("这道红烧肉要炖多长时间？", [texts[own]])
        assert readings[own].answerable > off.answerable + 2


def test_passages_are_read_alike_alone_and_side_by_side(reading: ReadingModel) -> None:
    texts = [text_of(RAIL), text_of(PORT), text_of(PARK)]
    together = reading.read("开行多少列？", texts)
    for text, read in zip(texts, together, strict=True):
        (alone,) = reading.read("开行多少列？", [text])
        assert alone.answerable == pytest.approx(read.answerable, abs=1e-5)
        np.testing.assert_allclose(alone.starts, read.starts, atol=1e-5)


def test_an_answer_is_looked_for_within_a_stretch_only(reading: ReadingModel) -> None:
    (read,) = reading.read("出境多少列？", [text_of(RAIL)])
    last = split_sentences(RAIL)[-1]
    found = read.best_span(last)
    assert found is not None
    assert last.start <= found[0].start < found[0].end <= last.end
    assert read.mass(Span(0, len(RAIL))) == pytest.approx(1, abs=1e-3)
    assert read.mass(last) < read.mass(split_sentences(RAIL)[1])


def test_the_end_of_a_passage_of_several_windows_is_read(reading: ReadingModel) -> None:
    filler = "各部门召开会议，研究了下一步的工作安排，强调要持续优化营商环境。" * 40
    body = filler + PARK
    (read,) = reading.read("云州生物医药园占地多少亩？", [text_of(body)])
    found = read.best_span()
    assert found is not None
    assert "142" in body[found[0].start : found[0].end]
    assert read.places.shape == (len(read.starts), 2)
    assert (np.diff(read.places[:, 0]) >= 0).all()


def test_an_empty_passage_has_no_answer(reading: ReadingModel) -> None:
    (read,) = reading.read("多少？", [ReadingText("", "", ())])
    assert read.best_span() is None
    assert read.unit_logits.shape == (0,)


def test_spans_are_neither_reversed_nor_endless() -> None:
    count = 200
    places = np.stack([np.arange(count), np.arange(count) + 1], axis=1).astype(np.int32)
    starts, ends = np.zeros(count, np.float32), np.zeros(count, np.float32)
    starts[[0, 120]] = 5, 4
    ends[[100, 60, 130]] = 9, 5, 4
    found = Reading(0.0, np.zeros(1, np.float32), places, starts, ends).best_span()
    assert found is not None
    assert found[0] == Span(0, 51) or 0 < found[0].end - found[0].start <= LONGEST_ANSWER


def test_packing_in_8_bits_costs_next_to_nothing() -> None:
    generator = np.random.default_rng(0)
    tensors = {
        "l3.q.w": generator.normal(0, 0.05, (16, 24)).astype(np.float32),
        "l3.q.b": generator.normal(0, 0.05, 16).astype(np.float32),
        "head.tokens.w": generator.normal(0, 0.05, (3, 24)).astype(np.float32),
    }
    again = unpack(pack(tensors))
    assert set(again) == set(tensors)
    for name, values in tensors.items():
        assert again[name].dtype == np.float32
        assert np.abs(again[name] - values).max() <= np.abs(values).max() / 60


def test_the_model_is_small_and_intact() -> None:
    package = resources.files("ftz_qa")
    content = package.joinpath("data/reading_model.npz").read_bytes()
    card = json.loads(package.joinpath("data/reading_model.json").read_text(encoding="utf-8"))
    assert len(content) == card["bytes"] <= LARGEST
    assert bytes_sha256(content) == card["sha256"]


def test_a_damaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    source = resources.files("ftz_qa")
    (data / "reading_model.npz").write_bytes(source.joinpath("data/reading_model.npz").read_bytes()[:-1])
    (data / "reading_model.json").write_bytes(source.joinpath("data/reading_model.json").read_bytes())
    monkeypatch.setattr("ftz_qa.reading.resources.files", lambda _: tmp_path)
    with pytest.raises(ModelError, match=r"reading_model\.npz 已损坏"):
        load_reading_model(tmp_path / "cache")


def test_a_package_without_a_model_is_to_be_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftz_qa.reading.resources.files", lambda _: tmp_path)
    with pytest.raises(ModelError, match="没有阅读模型"):
        load_reading_model(tmp_path / "cache")


def test_a_damaged_cache_is_made_anew(tmp_path: Path, reading: ReadingModel) -> None:
    load_reading_model(tmp_path, 1)
    (graph,) = tmp_path.glob("reader-*/reader.onnx")
    whole = graph.read_bytes()
    graph.write_bytes(whole[: len(whole) // 2])
    again = load_reading_model(tmp_path, 1)
    assert graph.read_bytes() == whole
    question, text = "开行多少列？", text_of(RAIL)
    assert again.read(question, [text])[0].answerable == pytest.approx(reading.read(question, [text])[0].answerable)
