"""What each stage of answering contributes: the questions for tuning are asked again without one stage at a time.

    python benchmarks/ablation.py SET.jsonl … --index-dir DIR

Prints a Markdown table. The trained reader is not among the stages: without it, the two small models that count on it
have to be fitted anew before figures mean anything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ftz_qa.answerer import load_answerer
from ftz_qa.evaluation import evaluate, read_items
from ftz_qa.issue_names import Named
from ftz_qa.metrics import metrics
from ftz_qa.questions import understand
from ftz_qa.settings import Settings
from ftz_qa.years import placed_years_in_full

FIGURES = ("accuracy", "concise", "chars", "refusal_f1", "citation_recall", "citation_precision", "recall@1")
_COUNTS = ("chars",)


def _first(value: object, *_: object) -> object:
    return value


def _second(_: object, value: object, *__: object) -> object:
    return value


def _alone(question: object) -> list[object]:
    return [question]


def _nothing(*_: object) -> None:
    return None


def _always(*_: object) -> bool:
    return True


STAGES: Mapping[str, Mapping[str, Callable[..., Any] | int]] = {
    "nothing": {},
    "spelling of typos and pinyin": {"ftz_qa.spelling.Speller.respell": _second},
    "English put into Chinese": {"ftz_qa.answering.in_chinese": _first},
    "follow-ups completed from the history": {"ftz_qa.answering.understand": lambda text, *_: understand(text)},
    "issues named by time or place": {
        "ftz_qa.answering.by_number": lambda text, _: Named(text, ""),
    },
    "questions about bulletins by structure": {
        "ftz_qa.answering.structural_reply": _nothing,
        "ftz_qa.answering.comparison_reply": _nothing,
        "ftz_qa.answering.sought_topic": _nothing,
    },
    "several questions in one, comparisons": {
        "ftz_qa.answering.parts_of": _alone,
        "ftz_qa.reader.parts_of": _alone,
    },
    "things of one name told apart": {"ftz_qa.answering.told_apart": _second},
    "the same in other issues": {"ftz_qa.answering.with_other_issues": _second},
    "second and third sentence": {"ftz_qa.composing._SENTENCES": 1},
    "years read in full": {
        "ftz_qa.reader.years_in_full": _first,
        "ftz_qa.reading_input.years_in_full": _first,
        "ftz_qa.reading_input.placed_years_in_full": lambda text, _: placed_years_in_full(text, None),
    },
    "passages of the months asked about read first": {
        "ftz_qa.reader.Reader._in_reading_order": lambda _, __, hits: list(range(len(hits))),
    },
    "further passages where none surely answers": {"ftz_qa.reader.READ_MOST": 4},
    "refusal": {"ftz_qa.refusal.Judge.answers": _always, "ftz_qa.answering.missing_parts": lambda *_: ()},
}
"""What stands for a stage that is left out, by the name of what it replaces."""


def row(name: str, sets: list[Path], index_dir: Path) -> list[str]:
    """The figures without one stage."""
    settings = Settings(index_dir=index_dir, llm_model="")
    with ExitStack() as stack:
        for target, replacement in STAGES[name].items():
            stack.enter_context(patch(target, replacement))
        figures = metrics(evaluate(read_items(sets, "dev"), load_answerer(settings)))
    return [name, *(f"{figures[key] * (1 if key in _COUNTS else 100):.1f}" for key in FIGURES)]


def main() -> None:
    """Leave out one stage after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--index-dir", type=Path, required=True)
    parser.add_argument("--only", choices=STAGES, nargs="*", default=list(STAGES))
    options = parser.parse_args()
    for cells in (["left out", *FIGURES], ["---"] * (len(FIGURES) + 1)):
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
    for name in options.only:
        sys.stdout.write(f"| {' | '.join(row(name, options.sets, options.index_dir))} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
