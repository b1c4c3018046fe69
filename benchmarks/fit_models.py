"""Fit the small models of the package anew, the ranking of sentences, the refusal and the verdict: ``make fit``.

Learned from are the questions for tuning over the sample issues, over the other made-up ones, and over issue 239 (where
its text is here), those about made-up articles that the trained reader has not learned from, and reading-comprehension
data in SQuAD layout that it has not learned from either (CMRC 2018 trial).

    python benchmarks/fit_models.py --squad TRIAL.json [--acceptance ISSUE-239.txt] [--work DIR]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bulletin_sets import SOURCES, write_set
from evaluate import ACCEPTANCE, QUESTIONS, ROOT, made_up

_HERE = Path(__file__).parent


def prepared_sets(work: Path, acceptance: Path) -> list[str]:
    """Index everything that questions are asked about; ``SET.jsonl=INDEX_DIR`` for every question set."""
    pairs: list[str] = []
    for source in sorted(SOURCES.glob("*.jsonl")):
        write_set(source, work, held_out=True)
        folder = work / source.stem
        pairs.append(_indexed(folder / "questions.jsonl", folder / "issues", folder / "index"))
    pairs += [_indexed(path, ROOT / "issues", work / "sample") for path in sorted(QUESTIONS.glob("*sample*.jsonl"))]
    for folder, sets in made_up():
        pairs += [_indexed(path, folder, work / f"issues-{folder.name}") for path in sets]
    if acceptance.exists():
        pairs += [_indexed(path, acceptance, work / "239") for path in sorted(QUESTIONS.glob("*239.jsonl"))]
    return pairs


def _indexed(questions: Path, bulletins: Path, index_dir: Path) -> str:
    """The pair of a question set and its index, which is brought up to date in a process of its own."""
    command = [str(Path(sys.executable).with_name("ftz-qa")), "index", str(bulletins), "--index-dir", str(index_dir)]
    subprocess.run(command, check=True)
    return f"{questions}={index_dir}"


def fit(work: Path, squad: Path, acceptance: Path) -> None:
    """Fit the ranking, then the decisions, which see what the new ranking chooses."""
    pairs = prepared_sets(work, acceptance)
    cache = ["--cache", str(work / "cache")]
    ranking = [str(squad), *cache, *(word for pair in pairs for word in ("--set", pair))]
    subprocess.run([sys.executable, str(_HERE / "fit_reader.py"), *ranking], check=True)
    subprocess.run([sys.executable, str(_HERE / "fit_refusal.py"), *pairs, "--squad", str(squad), *cache], check=True)
    verdicts = [f"{source.stem}={work / source.stem / 'index'}" for source in sorted(SOURCES.glob("*.jsonl"))]
    subprocess.run([sys.executable, str(_HERE / "fit_verdict.py"), *verdicts], check=True)


def main() -> None:
    """Fit with what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, required=True)
    parser.add_argument("--acceptance", type=Path, default=ACCEPTANCE)
    parser.add_argument("--work", type=Path, help="folder that keeps indexes and embeddings for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fit(options.work or Path(folder), options.squad, options.acceptance)


if __name__ == "__main__":
    main()
