"""Compares ways to run the embedded embedding model: speed, size, memory, agreement with float32, retrieval.

    python benchmarks/embedding_backends.py cmrc2018_trial.json --threads 2

The argument is a reading-comprehension file in SQuAD layout: its questions have to find their paragraphs. Every backend
runs in a process of its own, one text after another; those that take a mask run in padded batches as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ftz_qa.default_model import default_model_folder
from ftz_qa.e5_graph import build_graph
from ftz_qa.e5_weights import find_weights, read_weights
from ftz_qa.onnx_encoder import MODEL_FILE, TOKENIZER_FILE
from reference_model import bert_model, save_reference_model

Vectors = NDArray[np.float32]
Run = Callable[[NDArray[np.int64], NDArray[np.int64]], Vectors]

_BACKENDS = ("torch fp32", "onnx fp32", "onnx int8", "onnx int4")  # onnx int8 is what is shipped
_PASSAGE_CHARACTERS = 350
_BATCH = 8


@dataclass
class Row:
    """One backend's figures."""

    backend: str
    single_per_s: float
    batched_per_s: float | None
    query_ms: float
    file_mb: float
    rss_mb: float
    cosine_mean: float
    cosine_min: float
    recall_at_1: float


def read_pairs(path: Path, limit: int) -> tuple[list[str], list[str], list[int]]:
    """Paragraphs, questions, and for each question the position of its paragraph."""
    paragraphs: list[str] = []
    questions: list[str] = []
    targets: list[int] = []
    for document in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in document["paragraphs"]:
            for asked in paragraph["qas"]:
                questions.append(asked["question"])
                targets.append(len(paragraphs))
            paragraphs.append(paragraph["context"])
    return paragraphs, questions[:limit], targets[:limit]


def make_models(folder: Path) -> None:
    """Write the models to be compared: the shipped graph, in float32 and in 4 bits, and the float32 torch model."""
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    weights = read_weights(find_weights())
    onnx.save(build_graph(weights, int8=False), folder / "onnx fp32")
    quantizer = MatMulNBitsQuantizer(
        onnx.load(folder / "onnx fp32"), block_size=32, is_symmetric=True, accuracy_level=4
    )
    quantizer.process()
    onnx.save(quantizer.model.model, folder / "onnx int4")
    default_model_folder(folder / "cache")
    (folder / "onnx int8").symlink_to(default_model_folder(folder / "cache") / MODEL_FILE)
    save_reference_model(folder / "torch fp32")


def load_backend(name: str, path: Path, threads: int) -> tuple[Run, bool]:
    """A function from ids and mask, int64 (batch, tokens), to states (batch, tokens, hidden); whether it masks."""
    if name == "torch fp32":
        import torch

        torch.set_num_threads(threads)
        model = bert_model(read_weights(find_weights()))

        def run_torch(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
            with torch.inference_mode():
                states = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))[0]
            return np.asarray(states.numpy())

        return run_torch, True
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs = [given.name for given in session.get_inputs()]

    def run_onnx(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        given = {"input_ids": ids, "attention_mask": mask}
        return np.asarray(session.run(None, {key: given[key] for key in inputs})[0])

    return run_onnx, "attention_mask" in inputs


def embed(run: Run, tokenizer: Tokenizer, texts: Sequence[str], batch: int) -> Vectors:
    """Mean-pooled unit vectors (texts, hidden), in padded batches of texts of like length."""
    encodings = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(texts)), key=lambda i: len(encodings[i]))
    vectors: list[Any] = [None] * len(texts)
    for start in range(0, len(order), batch):
        group = order[start : start + batch]
        width = max(len(encodings[i]) for i in group)
        ids = np.array([encodings[i] + [1] * (width - len(encodings[i])) for i in group], dtype=np.int64)
        mask = np.array([[1] * len(encodings[i]) + [0] * (width - len(encodings[i])) for i in group], dtype=np.int64)
        states = run(ids, mask) * mask[..., None]
        for i, row in zip(group, states, strict=True):
            total = row.sum(axis=0)
            vectors[i] = total / np.linalg.norm(total)
    return np.array(vectors, dtype=np.float32)


def per_second(run: Run, tokenizer: Tokenizer, texts: Sequence[str], batch: int) -> float:
    """Texts embedded in a second."""
    started = time.perf_counter()
    embed(run, tokenizer, texts, batch)
    return len(texts) / (time.perf_counter() - started)


def measure(name: str, folder: Path, options: argparse.Namespace) -> Row:
    """Measure one backend; the first one's vectors are kept in the folder as the reference."""
    paragraphs, questions, targets = read_pairs(options.pairs, options.questions)
    tokenizer = Tokenizer.from_file(str((folder / "onnx int8").resolve().parent / TOKENIZER_FILE))
    before = psutil.Process().memory_info().rss
    run, masks = load_backend(name, folder / name, options.threads)
    passages = ["passage: " + text for text in paragraphs]
    asked = ["query: " + text for text in questions]
    timed = ["passage: " + text[:_PASSAGE_CHARACTERS] for text in paragraphs if len(text) >= _PASSAGE_CHARACTERS][:40]
    embed(run, tokenizer, timed[:2], 1)
    rss = psutil.Process().memory_info().rss - before
    single = per_second(run, tokenizer, timed, 1)
    batched = per_second(run, tokenizer, timed, _BATCH) if masks else None
    query_ms = 1000 / per_second(run, tokenizer, asked[:100], 1)
    found, sought = embed(run, tokenizer, passages, 1), embed(run, tokenizer, asked, 1)
    reference = folder / "reference.npy"
    if not reference.exists():
        np.save(reference, np.concatenate([found, sought]))
    cosines = (np.concatenate([found, sought]) * np.load(reference)).sum(axis=1)
    recall = float(np.mean((sought @ found.T).argmax(axis=1) == np.array(targets)))
    files = (folder / name).rglob("*") if (folder / name).is_dir() else [folder / name]
    size = sum(path.stat().st_size for path in files if path.suffix != ".json") / 1e6
    return Row(name, single, batched, query_ms, size, rss / 1e6, float(cosines.mean()), float(cosines.min()), recall)


def main() -> None:
    """Make the models, measure each in its own process, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, help="paragraphs with questions, SQuAD layout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--measure", nargs=2, metavar=("BACKEND", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if options.measure:
        backend, folder = options.measure
        sys.stdout.write(json.dumps(asdict(measure(backend, Path(folder), options))) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        make_models(Path(folder))
        sys.stdout.write("backend      passages/s   batched   query ms   file MB   RSS MB   cosine mean (min)    R@1\n")
        for backend in _BACKENDS:
            command = [sys.executable, __file__, *sys.argv[1:], "--measure", backend, folder]
            row = Row(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
            batched = f"{row.batched_per_s:8.1f}" if row.batched_per_s else "       -"
            sys.stdout.write(
                f"{backend:12s} {row.single_per_s:10.1f}  {batched}   {row.query_ms:8.1f}  {row.file_mb:8.0f} "
                f"{row.rss_mb:8.0f}    {row.cosine_mean:.4f} ({row.cosine_min:.4f})   {row.recall_at_1:.3f}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
