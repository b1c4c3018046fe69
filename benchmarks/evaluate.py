"""Evaluate the question sets that come with the program: ``make eval``.

The sample questions are asked of an index over ``issues/``, those about other made-up issues of an index over each of
the folders of ``benchmarks/issues``. The questions about the acceptance issue are asked of an index of that issue
alone, where its text is to be had (``--acceptance``); it is not part of this repository. The rest is ``ftz-qa
evaluate``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from ftz_qa.cli import main as ftz_qa
from ftz_qa.evaluation import Split, read_items

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "benchmarks/questions"
ISSUES = ROOT / "benchmarks/issues"
ACCEPTANCE = ROOT.parent / "shared/bulletins/issue-239.txt"


def made_up() -> list[tuple[Path, list[Path]]]:
    """Folders of made-up issues, each with the question sets about them."""
    folders = sorted(folder for folder in ISSUES.iterdir() if folder.is_dir())
    return [(folder, sorted(QUESTIONS.glob(f"*{folder.name}.jsonl"))) for folder in folders]


def run(bulletins: Path, sets: list[Path], split: Split, out: Path) -> None:
    """Index the bulletins in a folder of their own and evaluate the questions about them, where there are any."""
    if not read_items(sets, split):
        return
    with tempfile.TemporaryDirectory() as folder:
        ftz_qa(["index", str(bulletins), "--index-dir", folder])
        sys.stdout.flush()
        ftz_qa(["evaluate", *map(str, sets), "--index-dir", folder, "--split", split, "--out", str(out)])


def main() -> None:
    """Evaluate over the sample issues, over the other made-up ones, and over issue 239 where it is here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "report"), default="report")
    parser.add_argument("--acceptance", type=Path, default=ACCEPTANCE, help="text of issue 239")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/out/evaluation", help="folder of the reports")
    options = parser.parse_args()
    out = options.out / options.split
    run(ROOT / "issues", sorted(QUESTIONS.glob("*sample*.jsonl")), options.split, out / "sample")
    for folder, sets in made_up():
        run(folder, sets, options.split, out / folder.name)
    if options.acceptance.exists():
        run(options.acceptance, sorted(QUESTIONS.glob("*239.jsonl")), options.split, out / "issue-239")
    else:
        sys.stdout.write(f"\n没有第239期的文本 {options.acceptance}，跳过（可用 --acceptance 指定）\n")


if __name__ == "__main__":
    main()
