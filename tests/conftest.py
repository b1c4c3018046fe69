"""Fixtures of several test modules: made-up issues, a fast embedder, and the real thing over the sample issues."""

from __future__ import annotations

import datetime as dt
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pytest

from ftz_qa.embedding import Embedder, load_embedder
from ftz_qa.index import PassageIndex
from ftz_qa.settings import Settings
from ftz_qa.text import normalize
from ftz_qa.types import Article, Issue, Section, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from playwright.sync_api import Browser, BrowserContext, Page

    from ftz_qa.answerer import Answerer
    from ftz_qa.reading import ReadingModel
# The first example loads dictionaries, and test machines are busy: time limits of single examples mean nothing.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

REPOSITORY = Path(__file__).parents[1]
SAMPLE_ISSUES = REPOSITORY / "issues"


class NgramEmbedder(Embedder):
    """Texts that share characters get near vectors: enough meaning for tests, and no model.

    Parameters
    ----------
    identity
        What indexes remember as their model.
    """

    def __init__(self, identity: str = "ngrams") -> None:
        self.identity = identity
        self.dimension = 128
        self.embedded: list[str] = []

    def _vector(self, text: str) -> NDArray[np.float32]:
        text = normalize(text)
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[0] = 0.1  # an empty text has a direction, too
        for size in (1, 2):
            for i in range(len(text) - size + 1):
                digest = zlib.crc32(text[i : i + size].encode("utf-8", "surrogatepass"))
                vector[digest % self.dimension] += 1.0 if digest & 1024 else -1.0
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (texts, dimension)."""
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors (texts, dimension); the texts are remembered in `embedded`."""
        self.embedded.extend(texts)
        if progress is not None:
            progress(len(texts), len(texts))
        return self.embed_queries(texts)

    def embed_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Unit vectors of texts, and of the spans of each."""
        vectors = self.embed_passages(texts, progress)
        return vectors, [
            self.embed_queries([text[s.start : s.end] for s in of]) for text, of in zip(texts, spans, strict=True)
        ]


def make_article(number: int, title: str, body: str, section: Section, headings: Sequence[str] = ()) -> Article:
    """An article; `headings` are those of its lines that are inner headings."""
    spans = tuple(Span(body.index(line), body.index(line) + len(line)) for line in headings)
    return Article(number, title, f"（{number}）{title}", section, body, spans)


def make_issue(number: int | None, *articles: tuple[str, str], date: dt.date | None = None) -> Issue:
    """An issue of one section with articles given as title and body; its date defaults to the year 2025."""
    section = Section(1, "示例板块", "一、示例板块")
    if date is None and number is not None:
        date = dt.date(2025, 1 + number % 12, 15)
    return Issue(
        series="示例动态",
        number=number,
        date=date,
        publisher="示例省自贸办",
        masthead="示例动态",
        sections=(section,),
        articles=tuple(make_article(n, title, body, section) for n, (title, body) in enumerate(articles, start=1)),
        source=f"{number or '无号'}.txt",
    )


RAIL = (
    "雁口开行中欧班列",
    "今年上半年，雁口铁路口岸开行中欧班列412列。其中出境302列；入境110列。\n站长梁保全说，换装时间缩短到3小时。",
)
PORT = ("青屿港新增航线", "青屿港新开通林查班集装箱航线。该航线每周一班，航程7天，主要承运橡胶和榴莲。")
MEDICINE = (
    "云州建设生物医药园",
    "云州片区生物医药园总投资6.5亿元。园区占地142亩，预计明年投产。\n已有23家企业签约入园。",
)
CARS = ("二手车出口增长", "去年，雁口片区出口二手车6820台，货值11.4亿元。产品销往哈萨克斯坦。")


@pytest.fixture
def issues() -> tuple[Issue, Issue]:
    """Two made-up issues, 7 and 8, of two articles each."""
    return make_issue(7, RAIL, PORT), make_issue(8, MEDICINE, CARS)


@pytest.fixture
def ngram_embedder() -> NgramEmbedder:
    """A fast stand-in for the embedding model, whose similarities mean something."""
    return NgramEmbedder()


@pytest.fixture
def small_index(issues: tuple[Issue, Issue], ngram_embedder: NgramEmbedder) -> PassageIndex:
    """The two made-up issues, indexed in memory."""
    return PassageIndex.build(issues, ngram_embedder)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedding model that comes with the package."""
    settings = Settings()
    return load_embedder(
        "",
        settings.cache_dir,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        threads=settings.threads,
    )


@pytest.fixture(scope="session")
def reading() -> ReadingModel:
    """The trained reader that comes with the package."""
    from ftz_qa.reading import load_reading_model

    settings = Settings()
    return load_reading_model(settings.cache_dir, settings.threads)


@pytest.fixture(scope="session")
def sample_index_dir(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published index of the sample issues, made by the real model."""
    from ftz_qa.indexing import index_issues

    folder = tmp_path_factory.mktemp("sample-index")
    index_issues([SAMPLE_ISSUES], folder, embedder)
    return folder


@pytest.fixture(scope="session")
def answerer(embedder: Embedder, sample_index_dir: Path, reading: ReadingModel) -> Answerer:
    """The whole chain over the sample issues."""
    from ftz_qa.answerer import Answerer
    from ftz_qa.answering import AnswerChain

    return Answerer(AnswerChain(PassageIndex.load(sample_index_dir), embedder, reading, sample_index_dir))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless chromium; not for the whole session, because its event loop would be in the way of other tests."""
    from playwright.sync_api import sync_playwright

    from page_browser import CHROMIUM, CHROMIUM_ARGS

    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """One for a module, so that Gradio's scripts are loaded once."""
    from page_browser import WIDE

    return browser.new_context(viewport=WIDE, locale="zh-CN")


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The page at the test module's `address`; afterwards: no outside request, no error in the browser."""
    from page_browser import opened

    with opened(context, address) as page:
        yield page
