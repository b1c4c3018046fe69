"""Make the package's reading model from a run of `train.py`, and judge it as it will be used, in 8 bits and not.

    python training/export.py --run RUN/checkpoint.pt --judge CMRC_TRIAL.json [--out src/ftz_qa/data]

Judged are questions that were not trained on, given the right paragraph: EM and F1 by characters without punctuation
(Cui et al. 2019, CMRC 2018), and whether the best sentence holds an answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from ftz_qa.default_model import default_model_folder
from ftz_qa.e5_weights import find_weights, read_weights
from ftz_qa.model_cache import bytes_sha256
from ftz_qa.reading import ReadingModel, ReadingText
from ftz_qa.reading_graph import build_reading_graph, pack, unpack
from ftz_qa.settings import Settings
from ftz_qa.text import split_sentences

DATA = Path(__file__).parents[1] / "src/ftz_qa/data"


def tensors_of(checkpoint: Path, config: dict[str, Any]) -> dict[str, np.ndarray]:
    """The trained tensors by the names that the graph uses; what was frozen is left out."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["model"]
    tensors = {}
    for name, value in state.items():
        family, _, rest = name.partition(".")
        if family == "layers":
            place, part, kind = rest.split(".")
            if int(place) >= config["frozen"]:
                tensors[f"l{config['layers'][int(place)]}.{part}.{kind[0]}"] = value.float().numpy()
        elif family in ("tokens", "pool", "answerable"):
            tensors[f"head.{family}.{rest[0]}"] = value.float().numpy()
        elif family in ("positions", "norm") and not config["frozen"]:
            raise NotImplementedError("positions that were trained")
    return tensors


def plain(text: str) -> str:
    """Characters that count: letters and figures, in lower case."""
    return "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LN")


def overlap(found: str, gold: str) -> float:
    """F1 over characters by their longest common substring, as the evaluation script of CMRC 2018 counts."""
    a, b = plain(found), plain(gold)
    best, row = 0, Counter[int]()
    for char in a:
        row = Counter({j + 1: row[j] + 1 for j, other in enumerate(b) if other == char})
        best = max([best, *row.values()])
    return 2 * best / (len(a) + len(b)) if best else 0.0


def judge(model: ReadingModel, path: Path, most: int) -> dict[str, float]:
    """Figures over the questions of a file in SQuAD layout, given the right paragraph."""
    exact, shared, sentence = [], [], []
    for entry in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            text = paragraph["context"]
            units = tuple(split_sentences(text, semicolons=True))
            for qa in paragraph["qas"]:
                if len(exact) >= most:
                    break
                (reading,) = model.read(qa["question"], [ReadingText(entry.get("title", ""), text, units)])
                best = reading.best_span()
                found = text[best[0].start : best[0].end] if best else ""
                golds = [a["text"] for a in qa["answers"]]
                exact.append(any(plain(found) == plain(gold) for gold in golds))
                shared.append(max(overlap(found, gold) for gold in golds))
                unit = units[int(reading.unit_logits.argmax())]
                starts = [(a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa["answers"]]
                sentence.append(any(unit.start < end and start < unit.end for start, end in starts))
    named = {"em": exact, "f1": shared, "sentence": sentence}
    return {"questions": len(exact), **{n: round(100 * float(np.mean(v)), 2) for n, v in named.items()}}


def main() -> None:
    """Pack, judge, write model and card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--fp32", action="store_true", help="judge the model in float32, too")
    parser.add_argument("--out", type=Path, default=DATA)
    options = parser.parse_args()
    config = json.loads(options.config.read_text(encoding="utf-8"))
    tensors = tensors_of(options.run, config)
    content = pack(tensors)
    tokenizer = default_model_folder(Settings().cache_dir) / "tokenizer.json"
    figures = {}
    with TemporaryDirectory() as folder:
        variants = {"int8": (unpack(content), True), **({"fp32": (tensors, False)} if options.fp32 else {})}
        for name, (own, int8) in variants.items():
            graph = build_reading_graph(read_weights(find_weights()), own, int8=int8).SerializeToString()
            (Path(folder) / "reader.onnx").write_bytes(graph)
            figures[name] = judge(ReadingModel(Path(folder), tokenizer, 2), options.judge, options.questions)
            sys.stdout.write(f"{name} {figures[name]}\n")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "reading_model.npz").write_bytes(content)
    card = {"sha256": bytes_sha256(content), "bytes": len(content), "config": config, "judged": figures}
    (options.out / "reading_model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
