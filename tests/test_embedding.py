"""Vectors are unit rows in the order of the texts, stretches read in their context, any local model can be used."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftz_qa.default_model import default_model_folder
from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.errors import ModelError
from ftz_qa.onnx_encoder import OnnxEncoder
from ftz_qa.settings import Settings
from ftz_qa.text import split_sentences
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TEXTS = [
    "口岸。",
    "今年上半年，雁口铁路口岸开行中欧班列412列，其中出境302列；入境110列。站长梁保全说，换装时间缩短到3小时。",
    "",
    "园区占地142亩。",
    "How many trains passed?",
]


def are_unit_rows(vectors: NDArray[np.float32]) -> bool:
    return vectors.dtype == np.float32 and bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4))


# Vectors of texts


def test_every_text_gets_a_unit_row_in_its_place(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (5, 384)
    assert are_unit_rows(vectors)
    alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])
    assert np.allclose(vectors, alone, atol=1e-5)


def test_more_texts_than_fit_one_batch_keep_their_places(embedder: Embedder) -> None:
    texts = [f"第{i}批货物{'运抵口岸' * (i * 7 % 5)}" for i in range(40)]
    vectors = embedder.embed_queries(texts)
    again = embedder.embed_queries(texts[::-1])[::-1]
    assert np.allclose(vectors, again, atol=1e-5)
    assert len(np.unique(vectors.round(4), axis=0)) == 40


def test_questions_and_passages_are_told_apart_by_their_prefixes(embedder: Embedder) -> None:
    question, passage = embedder.embed_queries(["园区占地142亩"])[0], embedder.embed_passages(["园区占地142亩"])[0]
    assert 0.8 < question @ passage < 0.999


def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder: Embedder) -> None:
    passages = embedder.embed_passages([TEXTS[1], TEXTS[3], "青屿港新开通林查班集装箱航线，每周一班。"])
    questions = embedder.embed_queries(["中欧班列开行多少列？", "占地面积有多大？", "新航线多久一班？"])
    assert (questions @ passages.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_queries([]).shape == embedder.embed_passages([]).shape == (0, embedder.dimension)
    vectors, stretches = embedder.embed_spans([], [])
    assert vectors.shape == (0, embedder.dimension)
    assert stretches == []
    assert embedder.embed_documents([]) == []


def test_of_a_very_long_text_only_the_beginning_counts(embedder: Embedder) -> None:
    long = "青屿港新开通集装箱航线。" * 2000
    vectors = embedder.embed_passages([long, long + "园区占地142亩。"])
    assert are_unit_rows(vectors)
    assert np.allclose(vectors[0], vectors[1], atol=1e-5)


def test_progress_is_told_up_to_the_last_text(embedder: Embedder) -> None:
    told: list[tuple[int, int]] = []
    embedder.embed_passages(["口岸"] * 20, lambda done, of: told.append((done, of)))
    embedder.embed_spans(["口岸"] * 20, [[]] * 20, lambda done, of: told.append((done, of)))
    assert [of for _, of in told] == [20] * len(told)
    half = told[: len(told) // 2]
    assert half == told[len(told) // 2 :]
    assert half == sorted(half)
    assert half[-1] == (20, 20)


def test_langchain_gets_the_same_vectors_as_lists(embedder: Embedder) -> None:
    assert np.allclose(embedder.embed_query(TEXTS[1]), embedder.embed_queries([TEXTS[1]])[0], atol=1e-6)
    rows = embedder.embed_documents(TEXTS[:2])
    assert isinstance(rows[0][0], float)
    assert np.allclose(rows, embedder.embed_passages(TEXTS[:2]), atol=1e-6)


def test_several_threads_get_the_same_vectors_as_one(embedder: Embedder) -> None:
    expected = embedder.embed_spans(TEXTS, [split_sentences(text) for text in TEXTS])
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(embedder.embed_spans, TEXTS, [split_sentences(t) for t in TEXTS]) for _ in range(8)]
        for run in runs:
            vectors, stretches = run.result()
            assert np.allclose(vectors, expected[0], atol=1e-5)
            for ours, theirs in zip(stretches, expected[1], strict=True):
                assert np.allclose(ours, theirs, atol=1e-5)


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=3))
def test_any_text_has_a_vector_and_stretches(embedder: Embedder, texts: list[str]) -> None:
    vectors, stretches = embedder.embed_spans(texts, [[Span(0, len(text)), Span(0, 0)] for text in texts])
    for rows in (vectors, *stretches):
        assert are_unit_rows(rows)


# Vectors of stretches


def test_stretches_keep_the_order_in_which_they_are_asked_for(embedder: Embedder) -> None:
    text = TEXTS[1]
    spans = split_sentences(text, semicolons=True)
    assert len(spans) == 3
    forwards, backwards = embedder.embed_spans([text, text], [spans, spans[::-1]])[1]
    assert are_unit_rows(forwards)
    assert np.allclose(forwards, backwards[::-1], atol=1e-5)
    assert len(np.unique(forwards.round(3), axis=0)) == 3


def test_stretches_belong_to_their_text_however_the_texts_are_sorted(embedder: Embedder) -> None:
    texts = [text for text in TEXTS if text] * 5
    spans = [split_sentences(text, semicolons=True) for text in texts]
    vectors, stretches = embedder.embed_spans(texts, spans)
    assert np.allclose(vectors, embedder.embed_passages(texts), atol=1e-4)
    for text, of, rows in zip(texts, spans, stretches, strict=True):
        alone = embedder.embed_spans([text], [of])[1][0]
        assert rows.shape == (len(of), embedder.dimension)
        assert np.allclose(rows, alone, atol=1e-4)


def test_a_stretch_is_nearest_to_the_question_it_answers(embedder: Embedder) -> None:
    text = "园区占地142亩。已有23家企业签约入园。总投资6.5亿元，预计明年投产。"
    stretches = embedder.embed_spans([text], [split_sentences(text)])[1][0]
    questions = embedder.embed_queries(["占地面积多大？", "多少企业入园？", "总投资多少？"])
    assert (questions @ stretches.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_the_same_words_read_differently_in_another_context(embedder: Embedder) -> None:
    texts = ["雁口口岸：其中出境302列。", "青屿港外贸：其中出境302列。"]
    spans = [[Span(text.index("其中"), len(text))] for text in texts]
    (one,), (other,) = embedder.embed_spans(texts, spans)[1]
    assert 0.5 < one @ other < 0.9999


def test_the_whole_text_as_a_stretch_is_near_its_own_vector(embedder: Embedder) -> None:
    vectors, ((row,),) = embedder.embed_spans([TEXTS[1]], [[Span(0, len(TEXTS[1]))]])
    assert row @ vectors[0] > 0.95


def test_what_the_model_does_not_see_gets_the_vector_of_its_text(embedder: Embedder) -> None:
    long = "青屿港新开通集装箱航线。" * 400
    spans = [Span(0, 12), Span(len(long) - 12, len(long)), Span(3, 3)]
    vectors, (rows,) = embedder.embed_spans([long], [spans])
    assert not np.allclose(rows[0], vectors[0], atol=1e-3)
    assert np.allclose(rows[1:], vectors[[0, 0]], atol=1e-5)


def test_tokens_are_those_of_the_text_without_the_prefix(embedder: Embedder) -> None:
    vectors, tokens = embedder.encode_full(["口岸班列", ""], is_query=True)
    assert np.allclose(vectors, embedder.embed_queries(["口岸班列", ""]), atol=1e-4)
    assert 1 <= len(tokens[0]) <= 4
    assert are_unit_rows(tokens[0])
    assert len(tokens[1]) == 0
    passages = embedder.token_embeddings(["口岸班列"], is_query=False)
    assert passages[0].shape == tokens[0].shape


def test_tokens_of_a_mixed_batch_are_those_of_each_text_alone(embedder: Embedder) -> None:
    together = embedder.token_embeddings(TEXTS, is_query=False)
    for text, tokens in zip(TEXTS, together, strict=True):
        (alone,) = embedder.token_embeddings([text], is_query=False)
        assert np.allclose(tokens, alone, atol=1e-4)


# Other models


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of tiny random sentence-transformers models: ``mean``, ``dense`` (narrower at the end) and ``bare``."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, BertTokenizer

    root = tmp_path_factory.mktemp("models")
    bare = root / "bare"
    bare.mkdir()
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"口岸班列占地亩园区0123456789，。："]
    (bare / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(bare)
    BertTokenizer(str(bare / "vocab.txt")).save_pretrained(bare)
    transformer = Transformer(str(bare))
    mean = SentenceTransformer(modules=[transformer, Pooling(32, "mean")], device="cpu")
    mean.max_seq_length = 24
    mean.save(str(root / "mean"))
    SentenceTransformer(modules=[transformer, Pooling(32, "mean"), Dense(32, 16)], device="cpu").save(
        str(root / "dense")
    )
    return root


def load(folder: Path | str, prefix: str = "") -> Embedder:
    return load_embedder(str(folder), Path("unused"), query_prefix=prefix, passage_prefix=prefix, threads=1)


@pytest.mark.parametrize("name", ["mean", "dense", "bare"])
def test_a_model_folder_is_loaded_by_its_path(models: Path, name: str) -> None:
    loaded = load(models / name)
    assert loaded.dimension == (16 if name == "dense" else 32)
    assert are_unit_rows(loaded.embed_queries(TEXTS))
    vectors, stretches = loaded.embed_spans(TEXTS, [split_sentences(text) for text in TEXTS])
    assert np.allclose(vectors, loaded.embed_passages(TEXTS), atol=1e-5)
    assert [rows.shape for rows in stretches] == [(len(split_sentences(t)), loaded.dimension) for t in TEXTS]
    assert all(are_unit_rows(rows) for rows in stretches)


def test_stretches_of_another_model_read_in_context_behind_its_prefix(models: Path) -> None:
    plain, prefixed = load(models / "mean"), load(models / "mean", prefix="园区：")
    texts, spans = ["口岸，占地1亩", "班列，占地1亩"], [[Span(3, 7)], [Span(3, 7)]]
    (one,), (other,) = plain.embed_spans(texts, spans)[1]
    (behind,), _ = prefixed.embed_spans(texts, spans)[1]
    assert not np.allclose(one, other, atol=1e-4)
    assert not np.allclose(one, behind, atol=1e-4)
    tokens = [len(loaded.token_embeddings(texts[:1], is_query=False)[0]) for loaded in (plain, prefixed)]
    assert tokens == [7, 7]


def test_what_another_model_cuts_off_gets_the_vector_of_its_text(models: Path) -> None:
    vectors, (rows,) = load(models / "mean").embed_spans(["口岸" * 40], [[Span(0, 2), Span(78, 80)]])
    assert np.allclose(rows[1], vectors[0], atol=1e-5)
    assert not np.allclose(rows[0], vectors[0], atol=1e-5)


def test_where_tokens_have_another_width_each_stretch_is_embedded_by_itself(models: Path) -> None:
    loaded = load(models / "dense")
    text = "口岸班列，园区占地142亩"
    _, (rows,) = loaded.embed_spans([text], [[Span(0, 4), Span(5, 13)]])
    assert np.allclose(rows, loaded.embed_passages([text[:4], text[5:13]]), atol=1e-5)


def test_every_model_and_every_passage_prefix_has_an_identity_of_its_own(models: Path, embedder: Embedder) -> None:
    identities = [
        embedder.identity,
        load(models / "mean").identity,
        load(models / "dense").identity,
        load(models / "mean", prefix="passage: ").identity,
    ]
    assert len(set(identities)) == len(identities)
    assert load(models / "mean").identity == identities[1]


def test_the_query_prefix_is_no_part_of_the_identity(models: Path) -> None:
    def identity(prefix: str) -> str:
        folder = str(models / "mean")
        return load_embedder(folder, models, query_prefix=prefix, passage_prefix="", threads=1).identity

    assert identity("") == identity("query: ")


def test_another_model_leaves_the_cache_alone(models: Path, tmp_path: Path) -> None:
    load_embedder(str(models / "mean"), tmp_path / "cache", query_prefix="", passage_prefix="", threads=1)
    assert list(tmp_path.iterdir()) == []


# Models that cannot be had


@pytest.mark.parametrize("name", ["no-such-owner/no-such-model", "no-such-model", "/no/such/folder", "a b:*?"])
def test_a_wrong_name_says_what_to_do_without_a_network(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        ModelError, match=r"FTZ_QA_EMBEDDING_MODEL[\s\S]*HF_HUB_OFFLINE=0[\s\S]*留空则使用内置模型"
    ) as caught:
        load(name)
    assert f"“{name}”" in str(caught.value)


def test_where_downloads_are_allowed_a_wrong_folder_is_told_in_other_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with pytest.raises(ModelError, match="请检查模型名称") as caught:
        load(str(tmp_path / "missing"))
    assert "HF_HUB_OFFLINE=1" not in str(caught.value)


def test_nothing_is_downloaded_unless_it_is_wanted(monkeypatch: pytest.MonkeyPatch, models: Path) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    load(models / "mean")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def pointer(folder: Path) -> None:
    """What a clone without git-lfs leaves in the place of the weights."""
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 9\n")


def empty_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def broken_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def broken_modules(folder: Path) -> None:
    (folder / "modules.json").write_text('{"a": 1}')


def no_pooling(folder: Path) -> None:
    (folder / "1_Pooling" / "config.json").unlink()


def foreign_module(folder: Path) -> None:
    (folder / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]')


def broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def empty_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        pointer,
        empty_weights,
        no_weights,
        broken_config,
        broken_modules,
        no_pooling,
        foreign_module,
        broken_tokenizer,
        empty_folder,
    ],
)
def test_a_damaged_model_folder_is_a_model_error_that_names_it(
    damage: Callable[[Path], None], models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = tmp_path / "model"
    shutil.copytree(models / "mean", folder)
    damage(folder)
    with pytest.raises(ModelError, match="无法加载向量模型") as caught:
        load(folder)
    assert str(folder) in str(caught.value)


# The encoder


@pytest.fixture(scope="module")
def encoder(embedder: Embedder) -> OnnxEncoder:
    """The embedded model without pooling; `embedder` has made it by now."""
    return OnnxEncoder(default_model_folder(Settings().cache_dir), threads=1)


def test_a_saved_encoder_gives_the_same_states(encoder: OnnxEncoder, tmp_path: Path) -> None:
    encoder.save(str(tmp_path))
    again = OnnxEncoder.load(str(tmp_path))
    features = encoder.preprocess(["口岸班列", "园区占地142亩。"], prompt="passage: ")
    states, same = encoder(dict(features))["token_embeddings"], again(dict(features))["token_embeddings"]
    assert np.allclose(states.numpy(), same.numpy(), atol=1e-5)
    assert again.get_embedding_dimension() == encoder.get_embedding_dimension() == states.shape[-1]
    assert again.max_seq_length == encoder.max_seq_length == 512


def test_padding_is_masked_and_left_zero(encoder: OnnxEncoder) -> None:
    features = encoder(encoder.preprocess(["口岸", "园区占地142亩，预计明年投产。"]))
    states, mask = features["token_embeddings"], features["attention_mask"].bool()
    assert states.shape[:2] == mask.shape
    assert mask[1].all()
    assert not mask[0].all()
    assert not states[~mask].any()
    assert states[mask].any(dim=1).all()


def test_texts_run_side_by_side_get_the_states_that_one_thread_gives(encoder: OnnxEncoder) -> None:
    several = OnnxEncoder(default_model_folder(Settings().cache_dir), threads=3)
    features = encoder.preprocess([f"{text}第{n}批货物" for n in range(4) for text in TEXTS], prompt="passage: ")
    alone = encoder(dict(features))["token_embeddings"]
    assert np.array_equal(several(dict(features))["token_embeddings"].numpy(), alone.numpy())
