"""Fit the refusal decision (``ftz_qa/data/refusal.json``).

Questions are read from question sets (only those for tuning), each against an index of its own. Besides the set's own
unanswerable questions, every answerable one is asked a second time with its gold articles left out of the search: the
nearest of what remains is what a near miss looks like. Reading-comprehension data in SQuAD layout, given by path, widen
the subjects in the same way, and its questions, asked of the sets' indexes, show what is off the subject.

    python benchmarks/fit_refusal.py SET.jsonl=INDEX_DIR … --squad TRIAL.json
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from fit_reader import cached_index, read_squad
from ftz_qa.composing import compose
from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.english import in_chinese
from ftz_qa.evaluation import read_items
from ftz_qa.index import PassageIndex
from ftz_qa.questions import understand
from ftz_qa.reader import Reader
from ftz_qa.reading import load_reading_model
from ftz_qa.refusal import REFUSAL_FEATURES, refusal_features
from ftz_qa.retrieval import HybridRetriever
from ftz_qa.settings import Settings
from ftz_qa.spelling import Speller
from ftz_qa.structure import structural_reply
from ftz_qa.text import simplify
from ftz_qa.types import Passage, Turn

OUT = Path(__file__).parents[1] / "src/ftz_qa/data/refusal.json"
QUESTIONS = Path(__file__).parent / "questions"
HITS = 8
SILENT_SHARE = 0.25  # of the questions that staff ask; the sets hold more, for the sake of learning
# Questions over whole bulletins are most like those that staff ask; those about made-up articles are meant to be hard.
STAFF, PROPER, NEAR_MISS, OFF_SUBJECT, OTHER = 10.0, 1.0, 0.05, 0.9, 0.05
OFF_SUBJECT_COUNT = 20  # for each set
SQUAD_COUNT = 100
NEAR_MISSES = 0.25  # share of the answerable questions that are asked once more without their articles
Row = tuple[list[float], bool, float, str]
_AROUND = np.array([-0.04, -0.02, 0.0, 0.02, 0.04])


class Asker:
    """Asks questions of one index and keeps the features of the refusal decision."""

    def __init__(self, index: PassageIndex, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder
        self._retriever = HybridRetriever(index=index, embedder=embedder)
        self._reader = Reader(index, embedder, load_reading_model(Settings().cache_dir, 2))
        self._speller = Speller(index.lexical.idf)

    def features(
        self, text: str, history: Sequence[Turn] = (), left_out: Callable[[Passage], bool] | None = None
    ) -> list[float] | None:
        """Features for a question, searched without the passages `left_out`.

        None where structure answers it, and for English, to which the decision adds a constant.
        """
        spelled = self._speller.respell(simplify(text))
        question = understand(spelled, history, self._speller.knows)
        if in_chinese(spelled) != spelled or structural_reply(question.text, self._index.issues):
            return None
        vector = self._embedder.embed_queries([question.text])[0]
        hits = self._retriever.search(question.text, vector, 4 * HITS)
        if left_out is not None:
            hits = [hit for hit in hits if not left_out(hit.passage)]
        hits = hits[:HITS]
        chosen = compose(question, self._reader.rank_parts(question, vector, hits)).evidence
        return refusal_features(question, chosen, self._index.newest_date)


def _is_gold(gold: set[tuple[int | None, int]], passage: Passage) -> bool:
    return (passage.issue.number, passage.article.number) in gold


def set_rows(path: Path, index_dir: Path, embedder: Embedder) -> list[Row]:
    """Features, answerable or not, and weight of every tuning question of a set, and of its near misses."""
    asker = Asker(PassageIndex.load(index_dir), embedder)
    rows: list[Row] = []
    chooser = random.Random(0)
    weight = STAFF if path.parent == QUESTIONS else PROPER
    for item in read_items([path], "dev"):
        features = asker.features(item.question, item.history)
        if features is None:
            continue
        rows.append((features, item.answerable, weight, item.id))
        gold: set[tuple[int | None, int]] = {(g.issue, g.article) for g in item.gold}
        if gold and chooser.random() < NEAR_MISSES:
            missing = asker.features(item.question, item.history, partial(_is_gold, gold))
            if missing is not None:
                rows.append((missing, False, NEAR_MISS, item.id + "-"))
    return rows


def off_subject_rows(squad: Path, index_dir: Path, embedder: Embedder, seed: int) -> list[Row]:
    """Features of questions about other things than bulletins."""
    _, asked = read_squad(squad, 10_000, 1)
    asker = Asker(PassageIndex.load(index_dir), embedder)
    chosen = random.Random(seed).sample(asked, min(OFF_SUBJECT_COUNT, len(asked)))
    found = [asker.features(item.question) for item in chosen]
    return [(row, False, OFF_SUBJECT, f"off-{seed}-{n}") for n, row in enumerate(found) if row is not None]


def squad_rows(path: Path, embedder: Embedder, cache: Path | None) -> list[Row]:
    """The same for reading-comprehension data: questions with and without their own paragraphs."""
    issue, asked = read_squad(path, 10_000, 1)
    asker = Asker(cached_index(issue, embedder, cache), embedder)
    rows: list[Row] = []
    for number, item in enumerate(random.Random(0).sample(asked, min(SQUAD_COUNT, len(asked)))):
        own = item.article
        with_own = asker.features(item.question)
        without = asker.features(item.question, (), partial(_is_gold, {(None, own)}))
        if with_own is not None and without is not None:
            rows.append((with_own, True, OTHER, f"squad-{number}"))
            rows.append((without, False, OTHER, f"squad-{number}-"))
    return rows


def main() -> None:
    """Fit, cross-validate, print and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", help="SET.jsonl=INDEX_DIR")
    parser.add_argument("--squad", type=Path)
    parser.add_argument("--cache", type=Path, help="folder that keeps the embeddings for the next run")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    settings = Settings()
    embedder = load_embedder(
        "", settings.cache_dir, query_prefix=settings.query_prefix, passage_prefix=settings.passage_prefix, threads=2
    )
    rows: list[Row] = []
    for pair in options.sets:
        path, _, index_dir = pair.partition("=")
        rows += set_rows(Path(path), Path(index_dir), embedder)
    if options.squad is not None:
        rows += squad_rows(options.squad, embedder, options.cache and options.cache / "judge")
        folders = dict.fromkeys(pair.partition("=")[2] for pair in options.sets)
        for seed, folder in enumerate(folders):
            rows += off_subject_rows(options.squad, Path(folder), embedder, seed)
    report = fit(rows)
    text = json.dumps(report, indent=1, ensure_ascii=False)
    options.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def fit(rows: Sequence[Row]) -> dict[str, object]:
    """Weights, and threshold and figures, each set judged by a model that never saw it.

    The threshold has the best sum of the F1 of refusals and the share of right decisions over the questions like those
    of staff, where `SILENT_SHARE` of the questions are unanswerable.
    """
    features = np.array([row[0] for row in rows])
    answerable = np.array([row[1] for row in rows])
    weights = np.array([row[2] for row in rows])
    groups = np.array([row[3].partition("-")[0] for row in rows])
    guessed = _out_of_group(features, answerable, weights, groups)
    staff, made_up = weights == STAFF, weights == PROPER
    if not staff.any():
        staff = made_up

    def at(threshold: float, which: NDArray[np.bool_]) -> tuple[float, float, float, float]:
        silent, refused = ~answerable[which], guessed[which] < threshold
        counts = np.where(silent, SILENT_SHARE / silent.mean(), (1 - SILENT_SHARE) / (1 - silent.mean()))
        return (*_f1(refused, silent, counts), float(counts[refused == silent].sum() / counts.sum()))

    def gain(threshold: float) -> float:
        f1, _, _, right = at(threshold, staff)
        return f1 + right

    # Means over a stretch: single values go up and down with single questions.
    gains = {round(t, 2): float(np.mean([gain(around) for around in t + _AROUND])) for t in np.arange(0.3, 0.9, 0.02)}
    threshold = max(gains, key=lambda t: gains[t])
    named = {"staff": staff, "made_up": made_up}
    figures = {name: at(threshold, which) for name, which in named.items() if which.any()}
    model = _model().fit(features, answerable, sample_weight=weights)
    return {
        "questions": {name: int(which.sum()) for name, which in named.items()},
        "other_cases": int((~staff & ~made_up).sum()),
        "cross_validated": {
            name: dict(zip(("f1", "precision", "recall", "right"), (round(v, 3) for v in values), strict=True))
            for name, values in figures.items()
        },
        "threshold": threshold,
        "weights": {name: round(float(value), 4) for name, value in zip(REFUSAL_FEATURES, model.coef_[0], strict=True)},
    }


def _model() -> LogisticRegression:
    return LogisticRegression(fit_intercept=False, C=1.0, max_iter=2000)


def _out_of_group(
    features: NDArray[np.float64], answerable: NDArray[np.bool_], weights: NDArray[np.float64], groups: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Probabilities by models that were fitted to the other groups; 0 for groups that are no question sets."""
    guessed = np.zeros(len(groups))
    for group in np.unique(groups[weights >= PROPER]):
        out = groups == group
        model = _model().fit(features[~out], answerable[~out], sample_weight=weights[~out])
        guessed[out] = model.predict_proba(features[out])[:, 1]
    return guessed


def _f1(
    refused: NDArray[np.bool_], silent: NDArray[np.bool_], counts: NDArray[np.float64]
) -> tuple[float, float, float]:
    right = float(counts[refused & silent].sum())
    precision, recall = right / max(float(counts[refused].sum()), 1), right / max(float(counts[silent].sum()), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


if __name__ == "__main__":
    main()
