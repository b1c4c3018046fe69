"""Fit the leaning of questions for yes or no that the rules leave open (``ftz_qa/data/verdict.json``).

Asked are the questions of ``benchmarks/verdicts.jsonl``, each of the index of its file of made-up articles
(``fit_models.py`` makes these). One that is refused teaches nothing; one whose evidence is not that of its article is
open. What the chain gave can be kept in a file, for fitting anew without asking anew.

    python benchmarks/fit_verdict.py NAME=INDEX_DIR … [--rows ROWS.jsonl]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bulletin_sets import SOURCES
from ftz_qa.composing import compose
from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.finishing import said_by
from ftz_qa.index import PassageIndex
from ftz_qa.leaning import OTHER_TIME, WAYS, features_of
from ftz_qa.questions import understand
from ftz_qa.reader import Reader
from ftz_qa.reading import ReadingModel, load_reading_model
from ftz_qa.refusal import Judge
from ftz_qa.retrieval import HybridRetriever
from ftz_qa.settings import Settings
from ftz_qa.spelling import Speller
from ftz_qa.text import simplify
from ftz_qa.verdict import verdict
from ftz_qa.years import years_in_full

OUT = Path(__file__).parents[1] / "src/ftz_qa/data/verdict.json"
LABELS = Path(__file__).parent / "verdicts.jsonl"
HITS = 8
MANY = 100
SURE, _SLACK = 0.95, 0.02
"""Share of right ones among those decided, in cross-validation, and by how much yes or no alone may fall short."""
SHARES = {"yes": 0.33, "no": 0.47, "open": 0.2}
"""What counts in fitting: of the labelled questions two in three are denied, of those of staff half."""
STRENGTH = 0.3
_GRID = np.arange(0.4, 0.96, 0.01)


@dataclass
class Row:
    """A question that was answered.

    Attributes
    ----------
    group
        Left out together in cross-validation: the questions about the articles of a file, or, of one with `MANY`, of a
        fifth of its articles.
    truth
        Its label.
    taught
        The same, but open where the evidence shown is not that of its article.
    rules
        What the rules say.
    features
        By name.
    """

    group: str
    question: str
    truth: str
    taught: str
    rules: str
    features: dict[str, float]


def rows_of(name: str, index_dir: Path, embedder: Embedder, reading: ReadingModel) -> Iterator[Row]:
    """Ask the labelled questions of one file; those that are refused give no row."""
    index = PassageIndex.load(index_dir)
    retriever, reader = HybridRetriever(index=index, embedder=embedder), Reader(index, embedder, reading)
    judge, speller = Judge(index.lexical.idf, index.newest_date), Speller(index.lexical.idf)
    articles = {a["id"]: a for a in map(json.loads, (SOURCES / f"{name}.jsonl").read_text("utf-8").splitlines())}
    asked_of = labels(name)
    for label in asked_of:
        article = articles[label["id"]]
        fifth = list(articles).index(label["id"]) * 5 // len(articles)
        asked = years_in_full(label["question"], dt.date.fromisoformat(article["date"]))
        question = understand(speller.respell(simplify(asked)), (), speller.knows)
        vector = embedder.embed_queries([question.text])[0]
        hits = retriever.search(question.text, vector, HITS)
        composed = compose(question, reader.rank_parts(question, vector, hits))
        said = said_by(composed)
        found = features_of(question.text, said)
        if found is None or not judge.answers(question, composed.evidence):
            continue
        shown = any(one.text in _evidence(article, label["question"]) for one in said)
        taught = label["verdict"] if shown else "open"
        group = name if len(asked_of) < MANY else f"{name}-{fifth}"
        yield Row(group, asked, label["verdict"], taught, verdict(question.text, said, learned=False) or "", found)


def labels(name: str) -> list[dict[str, Any]]:
    """The labels of the questions about the articles of a file."""
    return [one for one in map(json.loads, LABELS.read_text("utf-8").splitlines()) if one["file"] == f"{name}.jsonl"]


def _evidence(article: Mapping[str, Any], question: str) -> str:
    return next((q["evidence"] for q in article["questions"] if q["question"] == question), "")


def fit(rows: Sequence[Row]) -> dict[str, object]:
    """Weights, and thresholds and figures, each file judged by a model that never saw it."""
    names = [name for name in rows[0].features if name != OTHER_TIME]
    features = np.array([[row.features[name] for name in names] for row in rows])
    taught, truth = np.array([row.taught for row in rows]), np.array([row.truth for row in rows])
    groups, rules = np.array([row.group for row in rows]), np.array([row.rules for row in rows])
    guessed = np.zeros((len(rows), len(WAYS)))
    for group in np.unique(groups):
        out = groups == group
        guessed[out] = _fitted(features[~out], taught[~out]).predict_proba(features[out])
    guessed[[bool(row.features[OTHER_TIME]) for row in rows]] = 0.0
    left = rules == "open"
    thresholds = _thresholds(guessed[left], truth[left])
    decided = _decided(guessed, thresholds)
    both = np.where(left, decided, rules)
    model = _fitted(features, taught)
    return {
        "questions": {way: int((truth == way).sum()) for way in WAYS},
        "cross_validated": {
            "left_open_by_rules": _counts(decided[left], truth[left]),
            "rules": _counts(rules, truth),
            "rules_and_leaning": _counts(both, truth),
        },
        "thresholds": {way: round(float(t), 2) for way, t in thresholds.items()},
        "weights": {
            way: {name: round(float(w), 3) for name, w in zip(names, line, strict=True)}
            for way, line in zip(model.classes_, model.coef_, strict=True)
        },
    }


def _fitted(features: NDArray[np.float64], truth: NDArray[np.str_]) -> LogisticRegression:
    model = LogisticRegression(fit_intercept=False, C=STRENGTH, max_iter=5000)
    model.fit(features, truth, sample_weight=_weights(truth))
    return model


def _weights(truth: NDArray[np.str_]) -> NDArray[np.float64]:
    """Of the questions, so that yes, no and open have their `SHARES`; 1 on average."""
    return np.array([SHARES[one] / (truth == one).mean() for one in truth])


def _thresholds(guessed: NDArray[np.float64], truth: NDArray[np.str_]) -> dict[str, float]:
    """Those for yes and no with which most are decided rightly, and `SURE` of the decided ones, nearly so of either."""
    best, found = 0, {"yes": 1.01, "no": 1.01}
    for yes, no in product(_GRID, _GRID):
        thresholds = {"yes": float(yes), "no": float(no)}
        decided = _decided(guessed, thresholds)
        right = {way: int(((decided == way) & (truth == way)).sum()) for way in ("yes", "no")}
        made = {way: int((decided == way).sum()) for way in ("yes", "no")}
        sure = all(right[way] >= (SURE - _SLACK) * made[way] for way in made)
        if sum(right.values()) > best and sure and sum(right.values()) >= SURE * sum(made.values()):
            best, found = sum(right.values()), thresholds
    return found


def _decided(guessed: NDArray[np.float64], thresholds: Mapping[str, float]) -> NDArray[np.str_]:
    yes, no = (guessed[:, WAYS.index(way)] for way in ("yes", "no"))
    return np.where(yes >= thresholds["yes"], "yes", np.where(no >= thresholds["no"], "no", "open"))


def _counts(decided: NDArray[np.str_], truth: NDArray[np.str_]) -> dict[str, int]:
    made = np.isin(decided, ["yes", "no"])
    right = int((made & (decided == truth)).sum())
    return {
        "right": right,
        "wrong": int(made.sum()) - right,
        "open": int((~made).sum()),
        "of_them_rightly": int((~made & (truth == "open")).sum()),
    }


def main() -> None:
    """Ask, fit, cross-validate, print and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="NAME=INDEX_DIR")
    parser.add_argument("--rows", type=Path, help="keeps what was asked; with it and no files, nothing is asked")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    if options.files:
        rows = list(_asked(options.files))
        if options.rows is not None:
            lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
            options.rows.write_text("".join(lines), encoding="utf-8")
    else:
        rows = [Row(**json.loads(line)) for line in options.rows.read_text(encoding="utf-8").splitlines()]
    text = json.dumps(fit(rows), indent=1, ensure_ascii=False)
    options.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def _asked(files: Sequence[str]) -> Iterator[Row]:
    settings = Settings()
    embedder = load_embedder(
        "", settings.cache_dir, query_prefix=settings.query_prefix, passage_prefix=settings.passage_prefix, threads=2
    )
    reading = load_reading_model(settings.cache_dir, 2)
    for pair in files:
        name, _, index_dir = pair.partition("=")
        yield from rows_of(name, Path(index_dir), embedder, reading)


if __name__ == "__main__":
    main()
