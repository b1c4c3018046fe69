"""Does a build keep every promise that the rest relies on? Whatever does not is said in Chinese."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.changes import issue_key
from ftz_qa.errors import IndexDamagedError, IndexMissingError
from ftz_qa.index import PassageIndex
from ftz_qa.manifest import MANIFEST, file_problems, files_of, manifest_digest, read_manifest
from ftz_qa.store import build_folder, build_ids, current_build, sequence_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from ftz_qa.manifest import Manifest

_TOLERANCE = 1e-3
_HALF_TOLERANCE = 5e-3  # float16 has three digits
_ROWS = 65_536  # so many are widened to float32 at a time


def verify(index_dir: Path, build_id: str | None = None) -> list[str]:
    """Check a build: pointer, manifest, files, and whether what is in them fits together.

    Parameters
    ----------
    build_id
        None checks the current build, and the pointer to it.

    Returns
    -------
    list
        What is wrong, one line each; empty for a build that is as it should be.

    Raises
    ------
    IndexMissingError
        There is neither a current build nor any other.
    """
    try:
        wanted = current_build(index_dir) if build_id is None else build_id
        folder = build_folder(index_dir, wanted)
        manifest = read_manifest(folder)
    except IndexMissingError:
        if not build_ids(index_dir):
            raise
        return [f"{index_dir} 中有版本，但没有指明当前版本的文件 current。请运行 ftz-qa rollback 恢复最近的版本"]
    except IndexDamagedError as error:
        return [str(error)]
    damaged = list(file_problems(folder, manifest))
    problems = [*_identity_problems(wanted, folder, manifest), *damaged, *_extra_files(folder, manifest)]
    if damaged:
        return problems
    try:
        index = PassageIndex.load(index_dir, wanted)
    except IndexDamagedError as error:
        return [*problems, str(error)]
    return [*problems, *_content_problems(index, manifest)]


def _identity_problems(build_id: str, folder: Path, manifest: Manifest) -> Iterator[str]:
    if manifest.sequence != sequence_of(build_id):
        yield f"版本号 {build_id} 与清单中的序号 {manifest.sequence} 不符"
    if manifest.sequence and not build_id.endswith(f"-{manifest_digest(folder)}"):
        yield f"索引清单 {folder / MANIFEST} 被改动过（与版本号 {build_id} 不符）"
    if not manifest.model.strip():
        yield "索引清单没有写明嵌入模型"


def _extra_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        if name != MANIFEST and name not in manifest.checksums:
            yield f"多出文件 {path}，索引清单里没有它"


def _content_problems(index: PassageIndex, manifest: Manifest) -> Iterator[str]:
    yield from _issue_problems(index, manifest)
    yield from _passage_problems(index)
    yield from _unit_problems(index)
    yield from _vector_problems("段落", index.vectors, _TOLERANCE)
    yield from _vector_problems("句子", index.unit_vectors, _HALF_TOLERANCE)
    if (counted := len(index.lexical.scores(""))) != len(index.passages):
        yield f"词频统计有 {counted} 段，应为 {len(index.passages)} 段"


def _issue_problems(index: PassageIndex, manifest: Manifest) -> Iterator[str]:
    articles = sum(len(issue.articles) for issue in index.issues)
    if manifest.article_count not in (None, articles):
        yield f"清单写有 {manifest.article_count} 篇文章，实有 {articles} 篇"
    for (series, number), count in Counter(map(issue_key, index.issues)).items():
        if count > 1:
            yield f"《{series}》{number} 收录了 {count} 次"
    for issue in index.issues:
        for article in issue.articles:
            if any(not 0 <= span.start < span.end <= len(article.body) for span in article.headings):
                yield f"{issue.source} 第{article.number}篇的小标题位置超出正文"


def _passage_problems(index: PassageIndex) -> Iterator[str]:
    places = {id(a): (x, y) for x, issue in enumerate(index.issues) for y, a in enumerate(issue.articles)}
    last = (0, 0, 0)
    found = set()
    for position, passage in enumerate(index.passages):
        where = f"第 {position} 段（{passage.issue.source} 第{passage.article.number}篇）"
        article = places[id(passage.article)]
        if not 0 <= passage.start <= passage.end <= len(passage.article.body):
            yield f"{where}的位置 {passage.start}—{passage.end} 超出正文（共 {len(passage.article.body)} 字）"
        if (*article, passage.start) < last:
            yield f"{where}的次序不对，或与前一段重叠"
        last = (*article, passage.end)
        found.add(article)
    for x, y in sorted(set(places.values()) - found):
        yield f"{index.issues[x].source} 第{index.issues[x].articles[y].number}篇没有段落，检索不到"


def _unit_problems(index: PassageIndex) -> Iterator[str]:
    units = index.units
    if units.dtype != np.int32 or units.ndim != 2 or units.shape[1] != 3:
        yield f"句子位置表的形状是 {units.shape} {units.dtype}，应为 int32 (句数, 3)"
        return
    if len(units) and (units[:, 0].min() < 0 or units[:, 0].max() >= len(index.passages)):
        yield "句子位置表指向不存在的段落"
        return
    if (np.diff(units[:, 0]) < 0).any():
        yield "句子位置表的次序不对"
    bounds = np.array([(p.start, p.end) for p in index.passages], dtype=np.int64).reshape(-1, 2)[units[:, 0]]
    outside = (units[:, 1] < bounds[:, 0]) | (units[:, 2] > bounds[:, 1]) | (units[:, 1] >= units[:, 2])
    if outside.any():
        yield f"{int(outside.sum())} 个句子不在它的段落之内，第一个是第 {int(outside.argmax())} 句"


def _vector_problems(name: str, vectors: NDArray[np.floating], tolerance: float) -> Iterator[str]:
    endless = unnormed = 0
    for begin in range(0, len(vectors), _ROWS):
        rows = vectors[begin : begin + _ROWS].astype(np.float32)
        finite = np.isfinite(rows).all(axis=1)
        endless += int((~finite).sum())
        unnormed += int((np.abs(np.linalg.norm(rows[finite], axis=1) - 1) > tolerance).sum())
    if endless:
        yield f"{endless} 个{name}向量含有不是数的值"
    if unnormed:
        yield f"{unnormed} 个{name}向量的长度不是 1"
