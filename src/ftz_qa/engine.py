"""Everything that answers from one build of the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ftz_qa.memory import collector_paused, spare_the_living
from ftz_qa.mentions import PlainTexts
from ftz_qa.reader import Reader
from ftz_qa.refusal import Judge
from ftz_qa.retrieval import HybridRetriever
from ftz_qa.spelling import Speller

if TYPE_CHECKING:
    from ftz_qa.embedding import Embedder
    from ftz_qa.index import PassageIndex
    from ftz_qa.reading import ReadingModel


@dataclass(frozen=True, slots=True)
class Engine:
    """What belongs to one build; swapped as a whole, so that no question sees two builds."""

    index: PassageIndex
    retriever: HybridRetriever
    reader: Reader
    judge: Judge
    speller: Speller
    plain: PlainTexts

    @classmethod
    def over(cls, index: PassageIndex, embedder: Embedder, reading: ReadingModel) -> Self:
        """Make it for an index.

        Raises
        ------
        ModelError
            The index was made with another embedding model.
        """
        index.check_model(embedder.identity)
        retriever = HybridRetriever(index=index, embedder=embedder)
        idf = index.lexical.idf
        reader, judge = Reader(index, embedder, reading), Judge(idf, index.newest_date)
        with collector_paused():
            engine = cls(index, retriever, reader, judge, Speller(idf), PlainTexts(index.issues))
            spare_the_living()
        return engine
