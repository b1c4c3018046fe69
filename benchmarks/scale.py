"""Build, load and question an index of 10, 100 and 1,000 made-up issues: ``make scale``.

Each step runs in a process of its own, so that its peak memory is its own. What is measured is written to
``benchmarks/out/scale.json``, printed as a table and drawn as ``docs/scale.svg``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bulletin_generator import BulletinGenerator
from ftz_qa.embedding import Embedder, load_embedder
from scale_plot import write_plot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bulletin_generator import ScaleQuestion
    from ftz_qa.answerer import Answerer
    from ftz_qa.types import Span

ROOT = Path(__file__).parents[1]
OUT = ROOT / "benchmarks/out/scale.json"
PLOT = ROOT / "docs/scale.svg"
SIZES = (10, 100, 1000)
QUESTIONS = 300
KINDS = ("fact", "fact-in-issue", "mention", "contents")
ROWS = (
    ("期数", "issues", "{:,.0f}"),
    ("文章", "articles", "{:,.0f}"),
    ("字数", "characters", "{:,.0f}"),
    ("段落", "passages", "{:,.0f}"),
    ("建索引：用时（秒）", "build_wall_s", "{:,.1f}"),
    ("建索引：CPU 时间（秒）", "build_cpu_s", "{:,.1f}"),
    ("建索引：平均占用核数", "build_cores", "{:.2f}"),
    ("建索引：其中嵌入", "embed_share", "{:.1%}"),
    ("建索引：每秒字数", "characters_per_s", "{:,.0f}"),
    ("建索引：内存峰值（MB）", "build_peak_mb", "{:,.0f}"),
    ("再加一期：用时（秒）", "add_wall_s", "{:,.1f}"),
    ("再加一期：内存峰值（MB）", "add_peak_mb", "{:,.0f}"),
    ("索引占用磁盘（MB）", "disk_mb", "{:,.1f}"),
    ("载入（模型之后，秒）", "load_s", "{:.2f}"),
    ("载入：CPU 时间（秒）", "load_cpu_s", "{:.2f}"),
    ("问答：内存峰值（MB）", "ask_peak_mb", "{:,.0f}"),
    ("第一个问题（毫秒）", "first_ms", "{:,.0f}"),
    ("提问 p50（毫秒）", "p50_ms", "{:.1f}"),
    ("提问 p95（毫秒）", "p95_ms", "{:.1f}"),
    ("提问 CPU 时间 p50（毫秒）", "cpu_p50_ms", "{:.1f}"),
    ("提问 CPU 时间 p95（毫秒）", "cpu_p95_ms", "{:.1f}"),
    *((f"　{kind} p50 / p95（毫秒）", kind, "{}") for kind in KINDS),
    ("检索 recall@1", "recall_1", "{:.3f}"),
    ("检索 recall@5", "recall_5", "{:.3f}"),
    ("答案含所问事实", "right", "{:.3f}"),
)
"""What the table says: heading, name of the figure, form."""
MODEL_ROWS = frozenset({"embed_share", "characters_per_s", "recall_1", "recall_5", "right"})
"""What means nothing where the passages' vectors are not the model's."""
CURVES = (
    ("建索引 CPU 时间", "build_cpu_s", "#b3541e"),
    ("索引磁盘", "disk_mb", "#7a5ba6"),
    ("建索引内存峰值", "build_peak_mb", "#2f7d4f"),
    ("载入", "load_s", "#c08a1e"),
    ("提问 p50", "p50_ms", "#62a8d9"),
    ("提问 p95", "p95_ms", "#1f6fb2"),
)
"""What the drawing shows: name, name of the figure, colour."""


class TimedEmbedder(Embedder):
    """Another embedder that remembers how long passages took."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.identity = inner.identity
        self.dimension = inner.dimension
        self.seconds = 0.0

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the other."""
        return self._inner.embed_queries(texts)

    def embed_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """As the other, by the clock."""
        started = time.perf_counter()
        try:
            return self._inner.embed_spans(texts, spans, progress)
        finally:
            self.seconds += time.perf_counter() - started


class CheapEmbedder(Embedder):
    """Counts pairs of characters: an index so made has the size and form of the real one, in a fraction of the time."""

    identity = "pairs of characters"

    def __init__(self) -> None:
        self.dimension = 384

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (texts, dimension)."""
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors (texts, dimension)."""
        return self.embed_queries(texts)

    def embed_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Unit vectors of texts, and of the spans of each."""
        stretches = [
            self.embed_queries([text[s.start : s.end] for s in of]) for text, of in zip(texts, spans, strict=True)
        ]
        return self.embed_queries(texts), stretches

    def _vector(self, text: str) -> NDArray[np.float32]:
        codes = np.frombuffer(f"\n{text}\n".encode("utf-16-le"), dtype=np.uint16).astype(np.uint32)
        pairs = codes[:-1] * 40_503 + codes[1:] * 9_973
        counts = np.bincount(pairs % self.dimension, minlength=self.dimension).astype(np.float32)
        centred = counts - counts.mean() + 1e-3
        return np.asarray(centred / np.linalg.norm(centred), dtype=np.float32)


def embedder_for(cheap: bool) -> Embedder:
    """The embedding model that the settings name, or the stand-in."""
    from ftz_qa.settings import Settings

    if cheap:
        return CheapEmbedder()
    settings = Settings()
    return load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        threads=settings.threads,
    )


def peak_mb() -> float:
    """Largest resident memory that this process has had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def build(work: Path, issues: int, cheap: bool) -> dict[str, float]:
    """Index the issues that are there, by the whole of flow 1."""
    from ftz_qa.indexing import index_issues

    embedder = TimedEmbedder(embedder_for(cheap))
    wall, cpu = time.perf_counter(), time.process_time()
    report = index_issues([work / "issues"], work / "index", embedder)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    files = [path for path in (work / "index/builds" / report.build_id).rglob("*") if path.is_file()]
    return {
        "articles": report.article_count,
        "passages": report.passage_count,
        "build_wall_s": wall,
        "build_cpu_s": cpu,
        "build_cores": cpu / wall,
        "embed_share": embedder.seconds / wall,
        "build_peak_mb": peak_mb(),
        "disk_mb": sum(path.stat().st_size for path in files) / 1e6,
    }


def ask(work: Path, issues: int, cheap: bool) -> dict[str, float | str]:
    """Load the index and ask."""
    from ftz_qa.answerer import Answerer
    from ftz_qa.answering import AnswerChain
    from ftz_qa.index import PassageIndex
    from ftz_qa.reading import load_reading_model
    from ftz_qa.settings import Settings

    embedder = embedder_for(cheap=False)
    settings = Settings()
    reading = load_reading_model(settings.cache_dir, settings.threads)
    if cheap:  # as slow as ever, but it finds other passages
        embedder.identity = CheapEmbedder.identity
    embedder.embed_queries(["预热"])
    started, cpu = time.perf_counter(), time.process_time()
    answerer = Answerer(AnswerChain(PassageIndex.load(work / "index"), embedder, reading, work / "index"))
    loaded = {"load_s": time.perf_counter() - started, "load_cpu_s": time.process_time() - cpu}
    asked = BulletinGenerator().questions(issues, QUESTIONS)
    return {**loaded, **_latencies(answerer, asked), **_recall(answerer, asked), "ask_peak_mb": peak_mb()}


def _latencies(answerer: Answerer, asked: list[ScaleQuestion]) -> dict[str, float | str]:
    """Milliseconds of the very first question, then of all others after one of each kind that does not count."""
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    first, right = answerer.answer(asked[0].question).latency_ms, 0
    for kind in KINDS:
        answerer.answer(next(question.question for question in reversed(asked) if question.kind == kind))
    cpu = []
    for question in asked:
        before = time.process_time()
        answer = answerer.answer(question.question)
        cpu.append((time.process_time() - before) * 1000)
        taken[question.kind].append(answer.latency_ms)
        right += question.fact in answer.text
    everything = [milliseconds for of in taken.values() for milliseconds in of]
    return {
        "first_ms": first,
        "p50_ms": statistics.median(everything),
        "p95_ms": _p95(everything),
        "cpu_p50_ms": statistics.median(cpu),
        "cpu_p95_ms": _p95(cpu),
        "right": right / len(asked),
        **{kind: f"{statistics.median(of):.0f} / {_p95(of):.0f}" for kind, of in taken.items()},
    }


def _p95(milliseconds: list[float]) -> float:
    return statistics.quantiles(milliseconds, n=20, method="inclusive")[18]


def _recall(answerer: Answerer, asked: list[ScaleQuestion]) -> dict[str, float]:
    """How often a passage of the one right article comes first, or among the first five."""
    facts = [question for question in asked if question.kind.startswith("fact")]
    first = among = 0
    for question in facts:
        hits = answerer.search(question.question, 5)
        found = [(hit.passage.issue.number, hit.passage.article.number) for hit in hits]
        first += (question.issue, question.article) in found[:1]
        among += (question.issue, question.article) in found
    return {"recall_1": first / len(facts), "recall_5": among / len(facts)}


def add(work: Path, issues: int, cheap: bool) -> dict[str, float]:
    """Index one issue more; `build` measures the same, under other names."""
    measured = build(work, issues, cheap)
    return {"add_wall_s": measured["build_wall_s"], "add_peak_mb": measured["build_peak_mb"]}


STEPS = {"build": build, "ask": ask, "add": add}


def step(name: str, work: Path, issues: int, cheap: bool) -> dict[str, float | str]:
    """Run a step in a process of its own."""
    command = [sys.executable, __file__, "--step", name, "--work", str(work), "--sizes", str(issues)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    output = subprocess.run(
        command + ["--cheap"] * cheap, check=True, stdout=subprocess.PIPE, text=True, env=environment
    ).stdout
    figures: dict[str, float | str] = json.loads(output.splitlines()[-1])
    return figures


def measure(issues: int, folder: Path, cheap: bool) -> dict[str, float | str]:
    """Write the issues, build, ask, add one more."""
    work = folder / str(issues)
    generator = BulletinGenerator()
    characters = generator.write(work / "issues", issues)
    figures = {"issues": float(issues), "characters": float(characters), **step("build", work, issues, cheap)}
    figures |= step("ask", work, issues, cheap)
    generator.write(work / "issues", issues + 1)
    figures |= step("add", work, issues, cheap)
    figures["characters_per_s"] = characters / float(figures["build_wall_s"])
    return figures


def table(measured: Sequence[dict[str, float | str]], cheap: bool) -> str:
    """The figures as a Markdown table, a column for each size."""
    rows = [row for row in ROWS if not (cheap and row[1] in MODEL_ROWS)]
    lines = [[title, *(form.format(figures[name]) for figures in measured)] for title, name, form in rows]
    lines.insert(1, ["---", *("---:" for _ in measured)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure, print and draw; or, in a process of its own, run one step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of issues")
    parser.add_argument("--work", type=Path, help="folder for issues and indexes, kept; else a temporary one")
    parser.add_argument("--cheap", action="store_true", help="index without the model, to measure all the rest")
    parser.add_argument("--plot", type=Path, default=PLOT, help="SVG file for the drawing")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        figures = STEPS[options.step](options.work, options.sizes[0], options.cheap)
        sys.stdout.write("\n" + json.dumps(figures) + "\n")
        return
    measured = []
    with tempfile.TemporaryDirectory() as temporary:
        for size in options.sizes:
            measured.append(measure(size, options.work or Path(temporary), options.cheap))
            OUT.parent.mkdir(parents=True, exist_ok=True)
            OUT.write_text(json.dumps(measured, indent=1), encoding="utf-8")
    sys.stdout.write(table(measured, options.cheap) + "\n")
    if len(measured) > 1:
        write_plot(options.plot, measured, CURVES)


if __name__ == "__main__":
    main()
