"""Writes the encoder of multilingual-e5-small as an ONNX graph for onnxruntime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ftz_qa.e5_weights import BLOCK, E5Weights, QuantizedMatrix

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto, TensorProto

Arithmetic = Literal["fp32", "int8", "int4"]

_MICROSOFT = "com.microsoft"


def build_graph(weights: E5Weights, arithmetic: Arithmetic, embedding: Arithmetic | None = None) -> ModelProto:
    """The encoder as an ONNX model.

    It takes ``input_ids`` int64 (batch, tokens), texts of one length without padding, and gives ``token_embeddings``
    float32 (batch, tokens, hidden), the last layer's hidden states.

    Parameters
    ----------
    arithmetic
        How matrices are multiplied. ``int4`` keeps the weights as they are in the file and quantises activations to
        8 bits in blocks of 32; ``int8`` quantises weights by row and activations by batch; ``fp32`` neither.
    embedding
        How the word embeddings are kept (``fp32`` or ``int4``, which is lossless here and the default).
    """
    return _GraphWriter(weights, arithmetic, embedding or "int4").write()


class _GraphWriter:
    """Collects nodes and initializers; every method that adds a node returns the name of its output."""

    def __init__(self, weights: E5Weights, arithmetic: Arithmetic, embedding: Arithmetic) -> None:
        self._weights = weights
        self._arithmetic = arithmetic
        self._embedding = embedding
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []

    def write(self) -> ModelProto:
        """Walk through the encoder from token ids to hidden states."""
        from onnx import TensorProto, helper

        state = self._embeddings()
        for layer in range(self._weights.layers):
            state = self._layer(f"l{layer}", state)
        self._node("Identity", [state], "token_embeddings")
        text = ["batch", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, text)],
            [helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, [*text, self._weights.hidden])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="ftz_qa")

    def _embeddings(self) -> str:
        vectors, hidden = self._weights.vectors, self._weights.hidden
        words = self._gather(self._weights.matrices["emb.word"])
        # Token types are all zero, so their one embedding is added to the positions once and for all.
        positions = vectors["emb.pos"].reshape(-1, hidden) + vectors["emb.type"][:hidden]
        length = self._node("Shape", ["input_ids"], "length", start=1, end=2)
        zero, axis = self._tensor("zero", np.array([0])), self._tensor("axis", np.array([0]))
        used = self._node("Slice", [self._tensor("emb.pos", positions), zero, length, axis], "positions")
        total = self._node("Add", [words, used], "embedded")
        scale, shift = self._vector("emb.ln.w"), self._vector("emb.ln.b")
        return self._node(
            "LayerNormalization", [total, scale, shift], "normalised", axis=-1, epsilon=self._weights.epsilon
        )

    def _gather(self, matrix: QuantizedMatrix) -> str:
        if self._embedding == "fp32":
            return self._node("Gather", [self._tensor("emb.word", matrix.dequantize()), "input_ids"], "words")
        rows, _ = matrix.shape
        codes = self._tensor("emb.word", matrix.packed().reshape(rows, -1))
        scales = self._tensor("emb.word.scales", matrix.scales)
        return self._node(
            "GatherBlockQuantized",
            [codes, "input_ids", scales],
            "words",
            domain=_MICROSOFT,
            bits=4,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )

    def _layer(self, prefix: str, state: str) -> str:
        parts = [self._linear(f"{prefix}.{part}", state) for part in ("q", "k", "v")]
        attended = self._node(
            "MultiHeadAttention",
            parts,
            f"{prefix}.attended",
            domain=_MICROSOFT,
            num_heads=self._weights.heads,
        )
        state = self._add_norm(f"{prefix}.aln", self._linear(f"{prefix}.ao", attended), state)
        inner = self._node("Gelu", [self._linear(f"{prefix}.fi", state)], f"{prefix}.gelu", domain=_MICROSOFT)
        return self._add_norm(f"{prefix}.oln", self._linear(f"{prefix}.fo", inner), state)

    def _linear(self, name: str, state: str) -> str:
        matrix, bias = self._weights.matrices[f"{name}.w"], self._vector(f"{name}.b")
        if self._arithmetic == "int4":
            return self._linear_int4(name, state, matrix, bias)
        if self._arithmetic == "int8":
            return self._linear_int8(name, state, matrix, bias)
        weight = self._tensor(f"{name}.w", np.ascontiguousarray(matrix.dequantize().T))
        return self._node("Add", [self._node("MatMul", [state, weight], f"{name}.product"), bias], f"{name}.out")

    def _linear_int4(self, name: str, state: str, matrix: QuantizedMatrix, bias: str) -> str:
        rows, columns = matrix.shape
        codes = self._tensor(f"{name}.w", matrix.packed())
        scales = self._tensor(f"{name}.scales", matrix.scales.ravel())
        return self._node(
            "MatMulNBits",
            [state, codes, scales, "", "", bias],
            f"{name}.out",
            domain=_MICROSOFT,
            K=columns,
            N=rows,
            bits=4,
            block_size=BLOCK,
            accuracy_level=4,
        )

    def _linear_int8(self, name: str, state: str, matrix: QuantizedMatrix, bias: str) -> str:
        weight = matrix.dequantize()
        scales = np.abs(weight).max(axis=1) / 127
        codes = np.rint(weight / scales[:, None]).astype(np.int8)
        inputs = [state, self._tensor(f"{name}.w", np.ascontiguousarray(codes.T)), self._tensor(f"{name}.s", scales)]
        return self._node("DynamicQuantizeMatMul", [*inputs, "", bias], f"{name}.out", domain=_MICROSOFT)

    def _add_norm(self, name: str, state: str, residual: str) -> str:
        inputs = [state, residual, self._vector(f"{name}.w"), self._vector(f"{name}.b")]
        return self._node(
            "SkipLayerNormalization", inputs, f"{name}.out", domain=_MICROSOFT, epsilon=self._weights.epsilon
        )

    def _vector(self, name: str) -> str:
        return self._tensor(name, self._weights.vectors[name])

    def _tensor(self, name: str, values: NDArray[np.generic]) -> str:
        from onnx import numpy_helper

        self._tensors.append(numpy_helper.from_array(values, name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: float) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output
