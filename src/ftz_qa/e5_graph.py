"""Writes the encoder of multilingual-e5-small as an ONNX graph for onnxruntime.

The word embeddings stay in the 4 bits they come in, which costs nothing. The other matrices are multiplied in 8 bits:
onnxruntime's 4-bit multiplication takes twice as long on a CPU (see ``benchmarks/embedding_backends.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ftz_qa.e5_weights import BLOCK, E5Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto, TensorProto

# Weights go from -63 to 63: with more, processors without VNNI overflow when they add two products in 16 bits.
WEIGHT_RANGE = 63
_MICROSOFT = "com.microsoft"


def build_graph(weights: E5Weights, *, int8: bool = True) -> ModelProto:
    """The encoder as an ONNX model.

    It takes ``input_ids`` int64 (batch, tokens), texts of one length without padding, and gives ``token_embeddings``
    float32 (batch, tokens, hidden), the last layer's hidden states. Without `int8` it multiplies in float32.
    """
    return GraphWriter(weights, int8).write()


class GraphWriter:
    """Collects nodes and initializers; every method that adds one returns the name of its output.

    Parameters
    ----------
    weights
        The encoder's.
    int8
        Whether to multiply in 8 bits.
    """

    name = "multilingual-e5-small"

    def __init__(self, weights: E5Weights, int8: bool) -> None:
        self._weights = weights
        self._int8 = int8
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []

    def write(self) -> ModelProto:
        """Walk through the encoder from token ids to hidden states."""
        from onnx import TensorProto, helper

        state = self._embeddings()
        for layer in range(self._weights.layers):
            state = self._layer(f"l{layer}", state)
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in self._outputs(state).items()
        ]
        inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])]
        graph = helper.make_graph(self._nodes, self.name, inputs, outputs, self._tensors)
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="ftz_qa")

    def _outputs(self, state: str) -> dict[str, list[str | int]]:
        """Name what the graph gives, made from the last layer's states, with its shapes."""
        self._node("Identity", [state], "token_embeddings")
        return {"token_embeddings": ["batch", "tokens", self._weights.hidden]}

    def _embeddings(self) -> str:
        hidden = self._weights.hidden
        # Token types are all zero, so their one embedding is added to the positions once and for all.
        positions = self._floats("emb.pos").reshape(-1, hidden) + self._floats("emb.type")[:hidden]
        length = self._node("Shape", ["input_ids"], "length", start=1, end=2)
        zero = self._tensor("zero", np.array([0]))
        used = self._node("Slice", [self._tensor("emb.pos", positions), zero, length, zero], "positions")
        total = self._node("Add", [self._words(), used], "embedded")
        inputs = [total, self._vector("emb.ln.w"), self._vector("emb.ln.b")]
        return self._node("LayerNormalization", inputs, "normalised", axis=-1, epsilon=self._weights.epsilon)

    def _words(self) -> str:
        matrix = self._weights.matrices["emb.word"]
        codes = self._tensor("emb.word", matrix.packed().reshape(matrix.shape[0], -1))
        inputs = [codes, "input_ids", self._tensor("emb.word.scales", matrix.scales)]
        layout = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        return self._node("GatherBlockQuantized", inputs, "words", _MICROSOFT, **layout)

    def _layer(self, prefix: str, state: str) -> str:
        parts = [self._linear(f"{prefix}.{part}", state) for part in ("q", "k", "v")]
        heads = self._weights.heads
        attended = self._node("MultiHeadAttention", parts, f"{prefix}.attended", _MICROSOFT, num_heads=heads)
        state = self._add_norm(f"{prefix}.aln", self._linear(f"{prefix}.ao", attended), state)
        inner = self._node("Gelu", [self._linear(f"{prefix}.fi", state)], f"{prefix}.gelu", _MICROSOFT)
        return self._add_norm(f"{prefix}.oln", self._linear(f"{prefix}.fo", inner), state)

    def _linear(self, name: str, state: str) -> str:
        """Weights in 8 bits with a scale per row, activations in 8 bits with a scale per run; or both in float32."""
        weight = self._floats(f"{name}.w")
        if not self._int8:
            product = self._node("MatMul", [state, self._tensor(f"{name}.w", weight.T.copy())], f"{name}.product")
            return self._node("Add", [product, self._vector(f"{name}.b")], f"{name}.out")
        return self._product8(name, state, weight, self._vector(f"{name}.b"), f"{name}.out")

    def _product8(self, name: str, state: str, weight: NDArray[np.float32], bias: str, output: str) -> str:
        scales = np.abs(weight).max(axis=1) / WEIGHT_RANGE
        codes = np.rint(weight / scales[:, None]).astype(np.int8)
        inputs = [state, self._tensor(f"{name}.w", np.ascontiguousarray(codes.T)), self._tensor(f"{name}.s", scales)]
        return self._node("DynamicQuantizeMatMul", [*inputs, *(["", bias] if bias else [])], output, _MICROSOFT)

    def _add_norm(self, name: str, state: str, residual: str) -> str:
        inputs = [state, residual, self._vector(f"{name}.w"), self._vector(f"{name}.b")]
        epsilon = self._weights.epsilon
        return self._node("SkipLayerNormalization", inputs, f"{name}.out", _MICROSOFT, epsilon=epsilon)

    def _vector(self, name: str) -> str:
        return self._tensor(name, self._floats(name))

    def _floats(self, name: str) -> NDArray[np.float32]:
        """A tensor of the encoder by its name, as float32."""
        matrix = self._weights.matrices.get(name)
        return self._weights.vectors[name] if matrix is None else matrix.dequantize()

    def _tensor(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._tensors.append(numpy_helper.from_array(values, name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: float) -> str:
        from onnx import helper

        node = helper.make_node(operator, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output
