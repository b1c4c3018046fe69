"""Speed against a stock LangChain pipeline, in one run, as ratios: ``make bench``.

The stock pipeline is what the library's tutorials build: RecursiveCharacterTextSplitter (1,000 characters, 200 of them
overlapping), HuggingFaceEmbeddings on the same weights, its FAISS store, similarity search. It needs the optional extra
``bench``. Both index the sample issues, repeated under other numbers until there is enough text, on two threads.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from reference_model import save_reference_model

ROOT = Path(__file__).parents[1]
THREADS = 2
QUESTIONS = 60


def bulletins(copies: int) -> list[object]:
    """The sample issues, `copies` times, each copy under numbers and titles of its own."""
    from ftz_qa.issues import read_issue

    issues: list[object] = []
    for copy in range(copies):
        for path in sorted((ROOT / "issues").glob("*.txt")):
            issue = read_issue(path)
            articles = tuple(
                dataclasses.replace(a, title=f"{a.title}（{copy}）", body=f"（{copy}）{a.body}") for a in issue.articles
            )
            issues.append(dataclasses.replace(issue, number=(issue.number or 0) + 1000 * copy, articles=articles))
    return issues


def questions() -> list[str]:
    """Sample questions that stand alone."""
    lines = [line for p in sorted((ROOT / "benchmarks/questions").glob("sample-*.jsonl")) for line in p.open("rb")]
    items = [json.loads(line) for line in lines]
    return [item["question"] for item in items if not item["history"] and item["type"] != "issue"][:QUESTIONS]


def timed(ask: Callable[[str], object]) -> list[float]:
    """Milliseconds per question, after five that do not count."""
    asked = questions()
    for question in asked[:5]:
        ask(question)
    found = []
    for question in asked:
        started = time.perf_counter()
        ask(question)
        found.append((time.perf_counter() - started) * 1000)
    return found


def measured(characters: int, build: Callable[[], Callable[[str], object]]) -> dict[str, float]:
    """Build, then ask; seconds of CPU and wall clock, milliseconds, MB."""
    cpu, wall = time.process_time(), time.perf_counter()
    ask = build()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    latencies = timed(ask)
    return {
        "characters": characters,
        "build_cpu_s": cpu,
        "build_wall_s": wall,
        "chars_per_s": characters / wall,
        "p50_ms": statistics.median(latencies),
        "p95_ms": statistics.quantiles(latencies, n=20)[18],
        "rss_mb": psutil.Process().memory_info().rss / 1e6,
    }


def ours(copies: int) -> dict[str, float]:
    """Build an index with this project and answer questions from it: retrieval, reading, refusal, composing."""
    from ftz_qa.answerer import Answerer
    from ftz_qa.answering import AnswerChain
    from ftz_qa.embedding import load_embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.reading import load_reading_model
    from ftz_qa.settings import Settings
    from ftz_qa.types import Issue

    settings = Settings()
    embedder = load_embedder(
        "",
        settings.cache_dir,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        threads=THREADS,
    )
    reading = load_reading_model(settings.cache_dir, THREADS)
    issues = [issue for issue in bulletins(copies) if isinstance(issue, Issue)]

    def build() -> Callable[[str], object]:
        return Answerer(AnswerChain(PassageIndex.build(issues, embedder), embedder, reading)).answer

    return measured(sum(len(a.body) for issue in issues for a in issue.articles), build)


def stock(copies: int) -> dict[str, float]:
    """Build a stock LangChain store over the same text and search it: retrieval only."""
    import torch
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    from ftz_qa.types import Issue

    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        save_reference_model(Path(folder))
        embeddings = HuggingFaceEmbeddings(
            model_name=folder,
            encode_kwargs={"normalize_embeddings": True, "prompt": "passage: "},
            query_encode_kwargs={"normalize_embeddings": True, "prompt": "query: "},
        )
    issues = [issue for issue in bulletins(copies) if isinstance(issue, Issue)]
    documents = [
        Document(a.body, metadata={"issue": issue.number, "title": a.title}) for issue in issues for a in issue.articles
    ]

    def build() -> Callable[[str], object]:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        search: Callable[[str], object] = FAISS.from_documents(
            splitter.split_documents(documents), embeddings
        ).similarity_search
        return search

    return measured(sum(len(a.body) for issue in issues for a in issue.articles), build)


def main() -> None:
    """Run each pipeline in a process of its own, in turn, and print the figures and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=2, help="how often the sample issues are repeated")
    parser.add_argument("--only", choices=("ours", "stock"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        sys.stdout.write(json.dumps({"ours": ours, "stock": stock}[options.only](options.copies)) + "\n")
        return
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    figures = {}
    for name in ("ours", "stock"):
        command = [sys.executable, __file__, "--only", name, "--copies", str(options.copies)]
        output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        figures[name] = json.loads(output.splitlines()[-1])
    sys.stdout.write("| figure | ours | stock | ratio |\n|---|---|---|---|\n")
    for figure, value in figures["ours"].items():
        other = figures["stock"][figure]
        sys.stdout.write(f"| {figure} | {value:.1f} | {other:.1f} | {value / other:.2f} |\n")


if __name__ == "__main__":
    main()
