"""The trained reader as a file of tensors, and as an ONNX graph for onnxruntime.

Its word embeddings, and the layers that training left alone, are those of the embedding model and are not kept twice.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.e5_graph import WEIGHT_RANGE, GraphWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray
    from onnx import ModelProto

    from ftz_qa.e5_weights import E5Weights

TOKEN_LOGITS = ("start", "end", "evidence")
_SCALE = ".scale"
# The inputs of these products are thirty times as large for a few tokens (the first one, separators) as for all others,
# which would be left with three of their 8 bits.
_BY_TOKEN = ("fi", "fo")


def pack(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Tensors by name as an ``npz``: the encoder's matrices in 8 bits with a scale a row, all others as float16."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, values in tensors.items():
        if values.ndim == 2 and name.startswith("l"):
            scales = np.abs(values).max(axis=1) / WEIGHT_RANGE
            arrays[name] = np.rint(values / scales[:, None]).astype(np.int8)
            arrays[name + _SCALE] = scales.astype(np.float32)
        else:
            arrays[name] = values.astype(np.float16)
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def unpack(content: bytes) -> dict[str, NDArray[np.float32]]:
    """The tensors of a file that `pack` made, float32.

    Raises
    ------
    ValueError, OSError
        It is not such a file.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays: dict[str, NDArray[Any]] = dict(stored)
    return {
        name: values.astype(np.float32) * arrays[name + _SCALE][:, None]
        if name + _SCALE in arrays
        else values.astype(np.float32)
        for name, values in arrays.items()
        if not name.endswith(_SCALE)
    }


def build_reading_graph(
    weights: E5Weights, tensors: Mapping[str, NDArray[np.float32]], *, int8: bool = True
) -> ModelProto:
    """The reader as an ONNX model.

    It takes ``input_ids`` int64 (batch, tokens), texts of one length without padding, and gives the logits
    ``tokens`` float32 (batch, tokens, 3), in the order of `TOKEN_LOGITS`, and ``answerable`` float32 (batch, 1).

    Parameters
    ----------
    weights
        The embedding model's; used where `tensors` has none of that name.
    tensors
        The reader's own: of the encoder by the names used in `weights`, and ``head.tokens``, ``head.pool`` and
        ``head.answerable``, each with ``.w`` (outputs, inputs) and ``.b``.
    int8
        Whether the encoder multiplies in 8 bits.
    """
    return _ReadingGraphWriter(weights, tensors, int8).write()


class _ReadingGraphWriter(GraphWriter):
    name = "ftz_qa-reader"

    def __init__(self, weights: E5Weights, tensors: Mapping[str, NDArray[np.float32]], int8: bool) -> None:
        super().__init__(weights, int8)
        self._own = tensors

    def _floats(self, name: str) -> NDArray[np.float32]:
        return self._own[name].copy() if name in self._own else super()._floats(name)

    def _linear(self, name: str, state: str) -> str:
        if not self._int8 or not name.endswith(_BY_TOKEN):
            return super()._linear(name, state)
        size = self._node("Abs", [state], f"{name}.size")
        largest = self._node("ReduceMax", [size, self._tensor(f"{name}.axis", np.array([-1]))], f"{name}.largest")
        even = self._node("Div", [state, largest], f"{name}.even")
        product = self._product8(name, even, self._floats(f"{name}.w"), "", f"{name}.product")
        scaled = self._node("Mul", [product, largest], f"{name}.scaled")
        return self._node("Add", [scaled, self._vector(f"{name}.b")], f"{name}.out")

    def _outputs(self, state: str) -> dict[str, list[str | int]]:
        self._head("head.tokens", state, "tokens")
        first = self._node("Gather", [state, self._tensor("first", np.array(0))], "pooled", axis=1)
        pooled = self._node("Tanh", [self._head("head.pool", first, "pool")], "tanh")
        self._head("head.answerable", pooled, "answerable")
        return {"tokens": ["batch", "tokens", len(TOKEN_LOGITS)], "answerable": ["batch", 1]}

    def _head(self, name: str, state: str, output: str) -> str:
        weight = self._tensor(f"{name}.w", np.ascontiguousarray(self._floats(f"{name}.w").T))
        product = self._node("MatMul", [state, weight], f"{name}.product")
        return self._node("Add", [product, self._vector(f"{name}.b")], output)
