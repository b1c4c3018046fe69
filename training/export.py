"""Make the package's reading model from a run of `train.py`, judge it in 8 bits (and not), and write its card.

    python training/export.py --runs RUN1 RUN2 … --judge CMRC_TRIAL.json --texts CMRC.json issues [--out DIR]

The last run's checkpoint is packed; the earlier ones are the stages before it, which the card tells of. Of `--texts`
(files in SQuAD layout, bulletins as text, or folders of these) it tells how many tokens the vocabulary lacks.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from corpora import read_squad
from judging import judge, read_gold
from tokenizers import Tokenizer

from ftz_qa.default_model import default_model_folder
from ftz_qa.e5_weights import find_weights, read_weights
from ftz_qa.model_cache import bytes_sha256
from ftz_qa.reading import ReadingModel
from ftz_qa.reading_graph import build_reading_graph, pack, unpack
from ftz_qa.reading_input import ReadingEncoder
from ftz_qa.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[1]
UNKNOWN = 3  # token id
SHOWN = ("questions", "em", "f1", "sentence", "auroc")


def tensors_of(checkpoint: Path, config: dict[str, Any]) -> dict[str, np.ndarray]:
    """The trained tensors by the names that the graph uses; what was frozen is left out."""
    if not config["frozen"]:
        sys.exit("positions and norm were trained (frozen = 0), which the package's graph does not hold")
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
    return tensors


def mean_of(runs: Sequence[Path], configs: Sequence[dict[str, Any]]) -> dict[str, np.ndarray]:
    """The mean of the tensors after several runs (weight averaging, Wortsman et al. 2022)."""
    each = [tensors_of(run / "checkpoint.pt", config) for run, config in zip(runs, configs, strict=True)]
    return {name: np.mean([tensors[name] for tensors in each], axis=0) for name in each[0]}


def judged(content: bytes, tensors: dict[str, np.ndarray], path: Path, questions: int, fp32: bool) -> dict[str, Any]:
    """Figures of the packed model as it is used, and of the one in float32 that it was made from."""
    tokenizer = default_model_folder(Settings().cache_dir) / "tokenizer.json"
    golds, texts = read_gold(path, questions)
    figures = {}
    with TemporaryDirectory() as folder:
        variants = {"int8": (unpack(content), True), **({"fp32": (tensors, False)} if fp32 else {})}
        for name, (own, int8) in variants.items():
            graph = build_reading_graph(read_weights(find_weights()), own, int8=int8).SerializeToString()
            (Path(folder) / "reader.onnx").write_bytes(graph)
            figures[name] = judge(ReadingModel(Path(folder), tokenizer, 2), golds, texts)
            sys.stdout.write(f"{name} {figures[name]}\n")
    return figures


def unknown_tokens(paths: Sequence[Path]) -> list[tuple[str, int, float]]:
    """For each file or folder its name, how many tokens it has, and the percentage that the vocabulary lacks."""
    encoder = ReadingEncoder(Tokenizer.from_file(str(default_model_folder(Settings().cache_dir) / "tokenizer.json")))
    rows = []
    for path in paths:
        texts: list[str] = []
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.suffix == ".json":
                asked = read_squad(file)
                texts += [*dict.fromkeys(item.text.body for item in asked), *(item.question for item in asked)]
            else:
                texts.append(file.read_text(encoding="utf-8"))
        ids = [token for text in texts for token in encoder.ids(text)]
        rows.append((path.stem, len(ids), round(100 * ids.count(UNKNOWN) / max(len(ids), 1), 3)))
    return rows


def card_text(
    content: bytes,
    stages: list[dict[str, Any]],
    figures: dict[str, Any],
    judged_on: str,
    unknown: Sequence[tuple[str, int, float]],
    mean: int,
) -> str:
    """The model card, from its template."""
    names = [f"stage {n}" for n in range(1, len(stages) + 1)]
    keys = sorted(set().union(*(stage["config"] for stage in stages)))
    template = Template(Path(__file__).with_name("card.md").read_text(encoding="utf-8"))
    return template.substitute(
        mean=mean,
        megabytes=round(len(content) / 1e6, 1),
        sha256=bytes_sha256(content),
        figures=_rows([f"{name}, {judged_on}", *(v[key] for key in SHOWN)] for name, v in figures.items()),
        unknown=_rows(unknown),
        settings=_table(["setting", *names], ([key, *(s["config"].get(key, "") for s in stages)] for key in keys)),
        training=_table(
            ["", *stages[-1]["figures"]["squad"]],
            (
                [f"{name}, {kind}", *values.values()]
                for name, stage in zip(names, stages, strict=True)
                for kind, values in stage["figures"].items()
            ),
        ),
    )


def _rows(rows: Iterable[Sequence[Any]]) -> str:
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    return _rows([header, ["---"] * len(header), *rows])


def main() -> None:
    """Pack, judge, write model and card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders that train.py wrote, in order")
    parser.add_argument("--mean", type=int, default=1, help="how many of the last runs to take the mean of")
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="whose unknown tokens to count")
    parser.add_argument("--fp32", action="store_true", help="judge the model in float32, too")
    parser.add_argument("--out", type=Path, default=ROOT / "src/ftz_qa/data")
    parser.add_argument("--card", type=Path, default=ROOT / "docs/reading-model.md")
    options = parser.parse_args()
    stages = [json.loads((run / "log.json").read_text(encoding="utf-8")) for run in options.runs]
    last = slice(-options.mean, None)
    tensors = mean_of(options.runs[last], [stage["config"] for stage in stages[last]])
    content = pack(tensors)
    figures = judged(content, tensors, options.judge, options.questions, options.fp32)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "reading_model.npz").write_bytes(content)
    card = {"sha256": bytes_sha256(content), "bytes": len(content), "stages": stages, "judged": figures}
    (options.out / "reading_model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    text = card_text(content, stages, figures, options.judge.stem, unknown_tokens(options.texts), options.mean)
    options.card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
