"""Whether all is in place: index, models, disk, prompts, the model's endpoint; each finding with its remedy."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ftz_qa.condensing import CONDENSE_PLACEHOLDERS
from ftz_qa.embedding import load_embedder
from ftz_qa.errors import FtzQaError
from ftz_qa.index import PassageIndex
from ftz_qa.llm_judge import JUDGE_PLACEHOLDERS
from ftz_qa.llm_probe import probe_endpoint
from ftz_qa.prompts import load_prompt, prompt_version
from ftz_qa.reading import load_reading_model
from ftz_qa.wording import coverage
from ftz_qa.writer import PLACEHOLDERS, REPAIR_PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.settings import Settings

ENOUGH_BYTES = 1_000_000_000
"""Free disk space below which a new build of a large index may not fit."""

_PROMPTS = {
    "answer": PLACEHOLDERS,
    "repair": REPAIR_PLACEHOLDERS,
    "digest": PLACEHOLDERS,
    "condense": CONDENSE_PLACEHOLDERS,
    "judge": JUDGE_PLACEHOLDERS,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check.

    Attributes
    ----------
    name
        What was checked.
    ok
        None where something is unusual but need not be wrong.
    detail
        What was found.
    remedy
        What to do; empty where all is well.
    """

    name: str
    ok: bool | None
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Check one thing after the other; the endpoint is asked only where the settings name one."""
    yield _index(settings)
    yield from _models(settings)
    yield from _disk(settings)
    if not settings.llm_model:
        yield Finding("大模型", True, "未设置（可选）：回答摘自原文，问题和通报都不离开本机")
        return
    prompts = list(_prompts(settings))
    yield from prompts
    if all(finding.ok for finding in prompts):
        for name, ok, detail, remedy in probe_endpoint(settings):
            yield Finding(name, ok, detail, remedy)


def _index(settings: Settings) -> Finding:
    try:
        index = PassageIndex.load(settings.index_dir)
    except FtzQaError as error:
        return Finding("索引", False, str(error), "运行 ftz-qa index 建立，或 ftz-qa rollback 恢复较早的版本")
    return Finding("索引", True, f"版本 {index.build_id}，{coverage(index.issues)}")


def _models(settings: Settings) -> Iterator[Finding]:
    began = time.perf_counter()
    try:
        embedder = load_embedder(
            settings.embedding_model,
            settings.cache_dir,
            query_prefix=settings.query_prefix,
            passage_prefix=settings.passage_prefix,
            threads=settings.threads,
        )
        embedder.embed_queries(["自贸试验区"])
    except FtzQaError as error:
        yield Finding("向量模型", False, str(error), "检查 FTZ_QA_EMBEDDING_MODEL 和 FTZ_QA_CACHE_DIR")
        return
    yield Finding("向量模型", True, f"{embedder.identity}，{time.perf_counter() - began:.1f} 秒就绪")
    try:
        PassageIndex.load(settings.index_dir).check_model(embedder.identity)
    except FtzQaError as error:
        yield Finding("索引与模型", False, str(error), "运行 ftz-qa index 重建，或换回建立索引的模型")
    else:
        yield Finding("索引与模型", True, "相符")
    yield _reader(settings)


def _reader(settings: Settings) -> Finding:
    try:
        load_reading_model(settings.cache_dir, settings.threads)
    except FtzQaError as error:
        return Finding("阅读模型", False, str(error), "检查 FTZ_QA_CACHE_DIR，或重新安装 ftz-qa")
    return Finding("阅读模型", True, "就绪")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("磁盘（索引）", settings.index_dir), ("磁盘（缓存）", settings.cache_dir)):
        path = _existing(folder)
        free = shutil.disk_usage(path).free
        detail = f"{path} 所在的磁盘还有 {free / 1e9:.1f} GB"
        if free < ENOUGH_BYTES:
            yield Finding(name, False, detail, "清理磁盘；旧的索引版本可用 ftz-qa gc --keep 3 删除")
        else:
            yield Finding(name, True, detail)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    path = folder.absolute()
    while not path.exists():
        path = path.parent
    return path


def _prompts(settings: Settings) -> Iterator[Finding]:
    for name, placeholders in _PROMPTS.items():
        try:
            template = load_prompt(settings.prompts_dir, name, placeholders)
        except FtzQaError as error:
            yield Finding(f"提示词 {name}", False, str(error), "改正文件，或从安装包恢复原来的提示词")
        else:
            yield Finding(f"提示词 {name}", True, prompt_version(template))
