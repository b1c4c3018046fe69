"""A process that rebuilds an index on demand in children of its own, so that tests may kill them at any moment.

It reads one job a line from standard input, as JSON, forks a child for it, prints the child's process id and then, once
the child has ended, its exit status. All imports are done before the first child is made: a job begins at once.

Run as a program; as a module it gives the tests the same embedding, and bulletins to index.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ftz_qa.embedding import Embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ftz_qa.types import Span

DIMENSION = 32
TEMPLATE = """自贸动态（示例）

第 {number} 期

主办：示例省自贸办

2025 年 3 月 5 日

一、示例板块

{articles}
"""
ARTICLE = """（{ordinal}）第{number}期的第{position}项工作

本期第{position}项工作完成{figure}件。其中线上办理{figure}件；窗口办理2件。

相关部门表示，下一步将继续推进第{position}项工作，力争在年底前全部完成。
"""


class CheapEmbedder(Embedder):
    """Unit vectors from a hash of the text: the same text has the same vector, and a rebuild takes no time."""

    def __init__(self) -> None:
        self.identity = "hashes"
        self.dimension = DIMENSION

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (texts, dimension)."""
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=DIMENSION) for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, DIMENSION)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def embed_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Unit vectors of texts, and of the spans of each."""
        vectors = self.embed_queries(texts)
        stretches = [
            self.embed_queries([text[s.start : s.end] for s in of]) for text, of in zip(texts, spans, strict=True)
        ]
        if progress is not None:
            progress(len(texts), len(texts))
        return vectors, stretches


def write_bulletin(folder: Path, number: int, figure: int, articles: int = 3) -> Path:
    """An issue whose every article prints the figure."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number}.txt"
    body = "\n".join(
        ARTICLE.format(ordinal="一二三四五六七八九"[i], number=number, position=i + 1, figure=figure)
        for i in range(articles)
    )
    path.write_text(TEMPLATE.format(number=number, articles=body), encoding="utf-8")
    return path


def _die_at_file_operation(count: int, folder: str) -> None:
    """Kill this process at the so-manieth time that it touches a file below the folder."""
    left = count

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event.partition(".")[0] not in {"open", "os", "shutil"} or not any(folder in str(arg) for arg in args):
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _limit_file_size(size: int) -> None:
    """Files that grow beyond this fail as on a full disk."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _run(job: dict[str, Any]) -> None:
    from ftz_qa.indexing import index_issues
    from ftz_qa.locking import LockRequest

    index_dir = Path(job["index_dir"])
    if "die_at" in job:
        _die_at_file_operation(job["die_at"], job["index_dir"])
    if "file_size" in job:
        _limit_file_size(job["file_size"])
    lock = LockRequest("ftz-qa index", job.get("wait", 20.0))
    index_issues([Path(job["issues"])], index_dir, CheapEmbedder(), lock=lock)


def _child(job: dict[str, Any]) -> int:
    from ftz_qa.errors import FtzQaError

    try:
        _run(job)
    except FtzQaError as error:
        return error.exit_code
    return 0


def main() -> None:
    """Serve jobs until standard input ends."""
    import bm25s  # noqa: F401 - so that children have it
    import faiss  # noqa: F401
    import filelock  # noqa: F401

    import ftz_qa.indexing  # noqa: F401

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                status = _child(json.loads(line))
            finally:
                os._exit(status)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
