"""Evaluate the question sets: ``make eval``.

The sample questions are asked of an index over ``issues/``. The questions about the acceptance issue are asked of an
index of that issue alone, where its text is to be had (``--acceptance``); it is not part of this repository.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from ftz_qa.answering import AnswerChain, Answerer
from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.evaluation import Outcome, Split, by_type, evaluate, read_items, table
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues
from ftz_qa.settings import Settings

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "benchmarks/questions"
ACCEPTANCE = ROOT.parent / "shared/bulletins/issue-239.txt"


def run(name: str, bulletins: Path, sets: list[Path], split: Split, embedder: Embedder) -> list[Outcome]:
    """Index the bulletins in a folder of their own, ask the questions, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        index_issues([bulletins], Path(folder), embedder)
        answerer = Answerer(AnswerChain(PassageIndex.load(Path(folder)), embedder))
        outcomes = evaluate(read_items(sets, split), answerer, lambda done, total: _progress(name, done, total))
    latencies = sorted(outcome.answer.latency_ms for outcome in outcomes)
    deciles = statistics.quantiles(latencies, n=20)
    sys.stdout.write(f"\n## {name}, {split}\n\n{table(by_type(outcomes))}\n\n")
    sys.stdout.write(f"latency ms: p50 {statistics.median(latencies):.0f}, p95 {deciles[18]:.0f}\n")
    return outcomes


def _progress(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{name} {done}/{total}")


def _wrong(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """What went wrong, for reading; only ever of the questions for tuning."""
    return [
        {
            "id": o.item.id,
            "type": o.item.type,
            "question": o.item.question,
            "answer": o.answer.text,
            "cited": [(c.issue, c.article_no) for c in o.answer.citations],
            "must": o.item.must,
        }
        for o in outcomes
        if o.item.split == "dev" and (not o.right or o.cited is False)
    ]


def main() -> None:
    """Run both evaluations and write the wrong answers of the questions for tuning, if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "report"), default="report")
    parser.add_argument("--acceptance", type=Path, default=ACCEPTANCE, help="text of issue 239")
    parser.add_argument("--wrong", type=Path, help="JSON file for the wrong answers of the questions for tuning")
    options = parser.parse_args()
    settings = Settings()
    embedder = load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        threads=settings.threads,
    )
    outcomes = run("sample issues", ROOT / "issues", sorted(QUESTIONS.glob("*sample*.jsonl")), options.split, embedder)
    if options.acceptance.exists():
        acceptance = sorted(QUESTIONS.glob("*239.jsonl"))
        outcomes += run("issue 239", options.acceptance, acceptance, options.split, embedder)
    else:
        sys.stdout.write(f"\nissue 239 skipped: {options.acceptance} is not here (--acceptance FILE)\n")
    if options.wrong is not None:
        options.wrong.write_text(json.dumps(_wrong(outcomes), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
