"""Write what `train.py` learns from: tokenised questions and passages, and which go together.

    python training/prepare.py --out DIR --squad CMRC_TRAIN.json DRCD_DEV.json … --judge CMRC_TRIAL.json
        --bulletins benchmarks/bulletins/*.jsonl

``examples.npz`` holds the token ids (numbered anew, so that only the word embeddings that occur need to travel) and
``weights.npz`` the embedded model's encoder. Both together are all that `train.py` needs beside PyTorch.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from corpora import Asked, Text, read_bulletins, read_squad
from negatives import Finder, Swapper, without_answer
from tokenizers import Tokenizer

from ftz_qa.default_model import default_model_folder
from ftz_qa.e5_weights import find_weights, read_weights
from ftz_qa.reading_input import QUESTION_TOKENS, TITLE_TOKENS, ReadingEncoder
from ftz_qa.settings import Settings
from ftz_qa.text import split_sentences
from ftz_qa.types import Span
from ftz_qa.years import years_in_full

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

CHUNK_CHARS = (350, 620)  # as passages are in the index, and as much as a window holds
WRONG_PASSAGES = 4
JUDGED_BULLETINS = 5  # every fifth made-up article is kept for judging
OUTSIDE_UNIT = 255


class Piece(NamedTuple):
    """A passage as the reader gets it: its title, its text, and what ``今年`` means there."""

    title: str
    text: str
    date: dt.date | None


@dataclass
class Tables:
    """Texts by what they are made of, each tokenised once."""

    encoder: ReadingEncoder
    questions: dict[str, int] = field(default_factory=dict)
    pieces: dict[Piece, int] = field(default_factory=dict)
    rows: list[tuple[int, ...]] = field(default_factory=list)
    groups: int = 0

    def question(self, text: str) -> int:
        """The number of a question."""
        return self.questions.setdefault(text, len(self.questions))

    def add(self, group: int, judged: int, question: str, piece: Piece, marks: tuple[int, ...] = ()) -> None:
        """One pair; `marks`: where answer and evidence begin and end in characters, none where it does not answer."""
        spans = marks or (-1, -1, -1, -1)
        place = self.pieces.setdefault(piece, len(self.pieces))
        self.rows.append((group, judged, self.question(question), place, *spans))


def chunks(body: str, size: int) -> list[Span]:
    """The body in stretches of whole sentences of at most `size` characters (a longer sentence stands alone)."""
    bounds: list[Span] = []
    for sentence in split_sentences(body):
        if bounds and sentence.end - bounds[-1].start <= size:
            bounds[-1] = Span(bounds[-1].start, sentence.end)
        else:
            bounds.append(sentence)
    assert all(a.end <= b.start for a, b in pairwise(bounds))
    return bounds


def add_question(
    tables: Tables, asked: Asked, finder: Finder, swapper: Swapper, judged: int, chooser: random.Random
) -> None:
    """All pairs of one question: the passage that answers in two sizes, and those that do not."""
    group, tables.groups = tables.groups, tables.groups + 1
    own, body = asked.text, asked.text.body
    around = asked.answer or asked.evidence
    small: Span | None = None
    for size in CHUNK_CHARS:
        chunk = next((c for c in chunks(body, size) if c.start <= around.start and around.end <= c.end), None)
        if chunk is None:
            continue
        small = small or chunk
        marks = (around.start, around.end, max(asked.evidence.start, chunk.start), min(asked.evidence.end, chunk.end))
        shifted = tuple(mark - chunk.start for mark in marks)
        tables.add(group, judged, asked.question, _piece(own, _of(body, chunk)), shifted if asked.answer else ())
    if small is None:
        return
    for chunk in chunks(body, CHUNK_CHARS[0]):
        if asked.answer and chunk != small and _of(body, asked.answer) not in _of(body, chunk):
            tables.add(group, judged, asked.question, _piece(own, _of(body, chunk)))
    for other in finder.wrong(asked, WRONG_PASSAGES):
        tables.add(group, judged, asked.question, _piece(other, other.body))
    if asked.answer and (rest := without_answer(_of(body, small), _of(body, asked.answer))):
        tables.add(group, judged, asked.question, _piece(own, rest))
    if asked.answer and not judged and (changed := swapper.swapped(asked, chooser)):
        tables.add(tables.groups, judged, changed, _piece(own, _of(body, small)))
        tables.groups += 1


def _piece(text: Text, body: str) -> Piece:
    return Piece(text.title, body, text.date)


def _of(body: str, span: Span) -> str:
    return body[span.start : span.end]


def save(tables: Tables, out: Path) -> None:
    """Tokenise everything and write the two files."""
    encoder = tables.encoder
    questions = [encoder.ids(text)[:QUESTION_TOKENS] for text in tables.questions]
    titles = [encoder.ids(years_in_full(piece.title, piece.date))[:TITLE_TOKENS] for piece in tables.pieces]
    texts, units, offsets = [], [], []
    for piece in tables.pieces:
        spans = split_sentences(piece.text, semicolons=True)
        ids, where, members = encoder.text_tokens(piece.text, spans, piece.date)
        texts.append(ids)
        offsets.append(where)
        units.append(np.where(members < 0, OUTSIDE_UNIT, np.minimum(members, 250)).astype(np.uint8))
    rows = np.array([_in_tokens(row, offsets[row[3]], units[row[3]]) for row in tables.rows], dtype=np.int32)
    weights = read_weights(find_weights())
    everything = [np.asarray(ids, dtype=np.int64) for ids in ([0, 1, 2, 3], *questions, *titles, *texts)]
    used = np.unique(np.concatenate(everything))
    new = np.zeros(int(used.max()) + 1, dtype=np.uint16)
    new[used] = np.arange(len(used))
    arrays = {"rows": rows}
    for name, lists in (("questions", questions), ("titles", titles), ("texts", texts)):
        arrays[name] = new[np.concatenate([np.asarray(ids, dtype=np.int64) for ids in lists])]
        arrays[f"{name}_ends"] = np.cumsum([len(ids) for ids in lists]).astype(np.int64)
    arrays["units"] = np.concatenate(units)
    np.savez_compressed(out / "examples.npz", **arrays)
    words = weights.matrices["emb.word"].dequantize()[used]
    tensors = {name: matrix.dequantize() for name, matrix in weights.matrices.items() if name != "emb.word"}
    np.savez_compressed(
        out / "weights.npz",
        **{"emb.word": words.astype(np.float16)},
        **{name: values.astype(np.float16) for name, values in tensors.items()},
        **weights.vectors,
    )


def _in_tokens(row: tuple[int, ...], offsets: np.ndarray, units: np.ndarray) -> tuple[int, ...]:
    """A pair with its marks in tokens of the text and in units (first and last of each) instead of characters."""
    if row[4] < 0:
        return row
    start, end, evidence_start, evidence_end = row[4:]
    inside = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
    bearing = units[(offsets[:, 0] < evidence_end) & (offsets[:, 1] > evidence_start)]
    bearing = bearing[bearing != OUTSIDE_UNIT]
    if not len(inside) or not len(bearing):
        return (*row[:4], -1, -1, -1, -1)
    return (*row[:4], int(inside[0]), int(inside[-1]), int(bearing.min()), int(bearing.max()))


def _texts(asked: Iterable[Asked]) -> list[Text]:
    return list({id(item.text): item.text for item in asked}.values())


def _chunked(texts: Sequence[Text]) -> list[Text]:
    return [replace(text, body=_of(text.body, chunk)) for text in texts for chunk in chunks(text.body, CHUNK_CHARS[0])]


def main() -> None:
    """Read, pair, tokenise, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--squad", type=Path, nargs="+", required=True)
    parser.add_argument("--judge", type=Path, nargs="+", default=[], help="SQuAD-layout files to judge by only")
    parser.add_argument("--bulletins", type=Path, nargs="*", default=[])
    parser.add_argument("--repeat", type=int, default=1, help="how often an epoch has the questions about bulletins")
    options = parser.parse_args()
    folder = default_model_folder(Settings().cache_dir)
    tables = Tables(ReadingEncoder(Tokenizer.from_file(str(folder / "tokenizer.json"))))
    chooser = random.Random(1)
    for paths, read in ((options.squad, read_squad), (options.bulletins, read_bulletins), (options.judge, read_squad)):
        files = [read(path) for path in paths]
        asked = [item for file in files for item in file]
        if not asked:
            continue
        texts = _texts(asked)
        finder, swapper = Finder(_chunked(texts)), Swapper(texts)
        kept = [text for file in files for text in _texts(file)[::JUDGED_BULLETINS]] if read is read_bulletins else []
        held_out = {id(text) for text in kept}
        for item in asked:
            judged = 1 if paths is options.judge else 2 if id(item.text) in held_out else 0
            for _ in range(options.repeat if read is read_bulletins and not judged else 1):
                add_question(tables, item, finder, swapper, judged, chooser)
    options.out.mkdir(parents=True, exist_ok=True)
    save(tables, options.out)


if __name__ == "__main__":
    main()
