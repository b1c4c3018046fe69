"""Fit the weights of the sentence ranker (``ftz_qa/data/reader.json``) on reading-comprehension data.

The data are a file in SQuAD layout with Chinese paragraphs that the trained reader has not learned from (CMRC 2018
trial), given by path and not kept in this repository; half of its paragraphs are for fitting, half for judging. Every
paragraph becomes an article of one big index; each question is searched for in all of it, so that the weights are
learned against the wrong passages that retrieval really brings.

    python benchmarks/fit_reader.py TRIAL.json --set SET.jsonl=INDEX_DIR
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils.rnn import pad_sequence

from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.errors import IndexMissingError
from ftz_qa.evaluation import folded, read_items
from ftz_qa.index import PassageIndex
from ftz_qa.questions import understand
from ftz_qa.reader import Evidence, Reader
from ftz_qa.reading import load_reading_model
from ftz_qa.retrieval import HybridRetriever
from ftz_qa.settings import Settings
from ftz_qa.structure import structural_reply
from ftz_qa.types import Article, Issue, Section
from ftz_qa.unit_features import FEATURES

OUT = Path(__file__).parents[1] / "src/ftz_qa/data/reader.json"
HITS = 8
QUESTIONS_PER_PARAGRAPH = 3


@dataclass
class Sample:
    """One question's units: features (units, features), and which of them answer."""

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    weight: float = 1.0
    article: int = 0


@dataclass
class Asked:
    """A question, and where its answers stand in which article's body."""

    question: str
    article: int
    answers: list[tuple[int, str]]


def read_squad(path: Path, limit: int, seed: int) -> tuple[Issue, list[Asked]]:
    """Paragraphs of a SQuAD-layout file as the articles of one issue, and their questions."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs = [(entry.get("title", ""), paragraph) for entry in data for paragraph in entry["paragraphs"]]
    random.Random(seed).shuffle(paragraphs)
    section = Section(0, "", "")
    articles: list[Article] = []
    asked: list[Asked] = []
    for number, (title, paragraph) in enumerate(paragraphs[:limit], start=1):
        articles.append(Article(number, title, title, section, paragraph["context"]))
        for qa in paragraph["qas"][:QUESTIONS_PER_PARAGRAPH]:
            answers = [(a["answer_start"], a["text"]) for a in qa["answers"]]
            asked.append(Asked(qa["question"], number, answers))
    return Issue("", None, None, "", "", (section,), tuple(articles), path.name), asked


def cached_index(issue: Issue, embedder: Embedder, folder: Path | None) -> PassageIndex:
    """Index the issue, taking what was embedded before from a folder, and keep it there for the next time."""
    previous = None
    if folder is not None:
        with contextlib.suppress(IndexMissingError):
            previous = PassageIndex.load(folder)
    index = PassageIndex.build(
        [issue], embedder, previous=previous, progress=lambda done, total: _say(f"embedded {done}/{total}")
    )
    if folder is not None:
        index.save(folder)
    return index


def samples(issue: Issue, asked: list[Asked], embedder: Embedder, cache: Path | None) -> tuple[list[Sample], float]:
    """Features and labels for every question whose answer was retrieved, and the share of those."""
    index = cached_index(issue, embedder, cache)
    retriever = HybridRetriever(index=index, embedder=embedder)
    reader = Reader(index, embedder, load_reading_model(Settings().cache_dir, 2))
    vectors = embedder.embed_queries([item.question for item in asked])
    found: list[Sample] = []
    for item, vector in zip(asked, vectors, strict=True):
        hits = retriever.search(item.question, vector, HITS)
        evidence = reader.rank(understand(item.question), vector, hits)
        right = [
            e.hit.passage.article.number == item.article
            and any(e.span.start <= start and start + len(text) <= e.span.end for start, text in item.answers)
            for e in evidence
        ]
        if any(right):
            sample = _sample(evidence, np.array(right), 1.0)
            found.append(replace(sample, article=item.article))
    return found, len(found) / len(asked)


def _sample(evidence: list[Evidence], right: NDArray[np.bool_], weight: float) -> Sample:
    return Sample(np.array([e.features for e in evidence], dtype=np.float32), right, weight)


def set_samples(path: Path, index_dir: Path, embedder: Embedder, weight: float) -> list[Sample]:
    """The same for the questions for tuning of a set: units of gold articles that hold most of the facts are right."""
    index = PassageIndex.load(index_dir)
    retriever = HybridRetriever(index=index, embedder=embedder)
    reader = Reader(index, embedder, load_reading_model(Settings().cache_dir, 2))
    found: list[Sample] = []
    for item in read_items([path], "dev"):
        gold = {(g.issue, g.article) for g in item.gold}
        question = understand(item.question, item.history)
        if not gold or not item.must or structural_reply(question.text, index.issues):
            continue
        vector = embedder.embed_queries([question.text])[0]
        evidence = reader.rank(question, vector, retriever.search(question.text, vector, HITS))
        held = np.array(
            [
                sum(any(folded(option) in folded(e.text) for option in group) for group in item.must)
                if (e.hit.passage.issue.number, e.hit.passage.article.number) in gold
                else 0
                for e in evidence
            ]
        )
        if held.any():
            found.append(_sample(evidence, held == held.max(), weight))
    return found


def fit(train: list[Sample], l2: float = 1e-4) -> dict[str, float]:
    """Weights that maximise the probability, by softmax over a question's units, of those that answer."""
    weights = torch.zeros(len(FEATURES), requires_grad=True)
    features = pad_sequence([torch.from_numpy(s.features) for s in train], batch_first=True)
    right = pad_sequence([torch.from_numpy(s.right) for s in train], batch_first=True)
    there = pad_sequence([torch.ones(len(s.right), dtype=torch.bool) for s in train], batch_first=True)
    share = torch.tensor([s.weight for s in train])
    share = share / share.sum()
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = features @ weights
        everything = scores.masked_fill(~there, -torch.inf).logsumexp(1)
        answering = scores.masked_fill(~right, -torch.inf).logsumexp(1)
        total = (share * (everything - answering)).sum() + l2 * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return dict(zip(FEATURES, weights.detach().tolist(), strict=True))


def accuracy(data: list[Sample], weights: dict[str, float], top: int) -> float:
    """Share of questions, by weight, with an answering unit among the `top` best."""
    vector = np.array([weights[name] for name in FEATURES], dtype=np.float32)
    found = sum(s.weight * s.right[np.argsort(-s.features @ vector)[:top]].any() for s in data)
    return float(found) / sum(sample.weight for sample in data)


def _say(message: str) -> None:
    sys.stderr.write(f"\r{message}   ")


def main() -> None:
    """Fit, judge, print and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--paragraphs", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--set", action="append", default=[], help="SET.jsonl=INDEX_DIR: its questions for tuning are learned from"
    )
    parser.add_argument("--set-weight", type=float, default=3.0)
    parser.add_argument("--cache", type=Path, help="folder that keeps the embeddings for the next run")
    options = parser.parse_args()
    settings = Settings()
    embedder = load_embedder(
        "", settings.cache_dir, query_prefix=settings.query_prefix, passage_prefix=settings.passage_prefix, threads=2
    )
    everything, retrieved = samples(
        *read_squad(options.squad, options.paragraphs, 1), embedder, options.cache and options.cache / "judge"
    )
    train, judged = ([s for s in everything if s.article % 2 == rest] for rest in (1, 0))
    own: list[Sample] = []
    for pair in options.set:
        path, _, index_dir = pair.partition("=")
        own += set_samples(Path(path), Path(index_dir), embedder, options.set_weight)
    train += own
    weights = fit(train)
    report = {
        "source": options.squad.name,
        "questions": len(train),
        "judged_questions": len(judged),
        "retrieved": round(retrieved, 4),
        "own_questions": len(own),
        "own_top": [round(accuracy(own, weights, top), 4) for top in (1, 2, 3)] if own else [],
        "judged_top": [round(accuracy(judged, weights, top), 4) for top in (1, 2, 3)],
        "without": {name: round(accuracy(judged, fit([_blank(s, name) for s in train]), 1), 4) for name in FEATURES},
        "weights": {name: round(value, 4) for name, value in weights.items()},
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def _blank(sample: Sample, name: str) -> Sample:
    features = sample.features.copy()
    features[:, FEATURES.index(name)] = 0.0
    return replace(sample, features=features)


if __name__ == "__main__":
    main()
