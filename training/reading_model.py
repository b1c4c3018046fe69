"""The reader as a PyTorch module: the embedded model's encoder with four small heads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

HEADS = 12
WEIGHT_RANGE = 63  # as in ftz_qa.e5_graph, which a machine that only trains need not have
EPSILON = 1e-12


@dataclass(frozen=True)
class Reading:
    """Logits: begin and end of the answer and evidence for each token (batch, tokens), answerable (batch,)."""

    start: Tensor
    end: Tensor
    evidence: Tensor
    answerable: Tensor


class RoundedLinear(nn.Linear):
    """Multiplies by weights rounded as they will be kept, in 8 bits; gradients pass as if they were not.

    So the last steps learn to live with the rounding (straight-through estimator, Bengio et al. 2013; quantisation in
    training, Jacob et al. 2018).
    """

    def forward(self, state: Tensor) -> Tensor:
        """States (…, inputs) to (…, outputs)."""
        with torch.no_grad():
            scale = self.weight.abs().amax(1, keepdim=True) / WEIGHT_RANGE
            shift = (self.weight / scale).round_().mul_(scale).sub_(self.weight)
        return functional.linear(state, self.weight + shift, self.bias)


class Layer(nn.Module):
    """One layer of BERT (Devlin et al. 2019), normalised after each addition."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.ao = (RoundedLinear(hidden, hidden) for _ in range(4))
        self.fi, self.fo = RoundedLinear(hidden, 4 * hidden), RoundedLinear(4 * hidden, hidden)
        self.aln, self.oln = nn.LayerNorm(hidden, EPSILON), nn.LayerNorm(hidden, EPSILON)

    def forward(self, state: Tensor, mask: Tensor, dropout: float) -> Tensor:
        """States (batch, tokens, hidden) to states; the mask is added to the attention's logits."""
        batch, tokens, hidden = state.shape
        parts = [part(state).view(batch, tokens, HEADS, -1).transpose(1, 2) for part in (self.q, self.k, self.v)]
        attended = attention(*parts, mask)
        attended = self.ao(attended.transpose(1, 2).reshape(batch, tokens, hidden))
        state = self.aln(state + functional.dropout(attended, dropout, self.training))
        inner = self.fo(functional.gelu(self.fi(state)))
        return self.oln(state + functional.dropout(inner, dropout, self.training))


def attention(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
    """Scaled dot-product attention; on the CPU by plain products, which took 0.6 of the fused kernel's time."""
    if queries.device.type != "cpu":
        return functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
    scores = torch.matmul(queries / math.sqrt(queries.shape[-1]), keys.transpose(-1, -2)) + mask
    with torch.autocast("cpu", enabled=False):
        shares = scores.softmax(-1)
    return torch.matmul(shares, values)


class ReadingModel(nn.Module):
    """The reader.

    Parameters
    ----------
    weights
        The embedded model's tensors, as `prepare.py` writes them; the word embeddings stay as they are.
    layers
        Which of the encoder's layers to keep, in order.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float32]], layers: Sequence[int], dropout: float) -> None:
        super().__init__()
        words = torch.tensor(weights["emb.word"], dtype=torch.float32)
        hidden = words.shape[1]
        self.words = nn.Embedding.from_pretrained(words, freeze=True)
        positions = torch.tensor(weights["emb.pos"]).view(-1, hidden) + torch.tensor(weights["emb.type"][:hidden])
        self.positions = nn.Parameter(positions)
        self.norm = nn.LayerNorm(hidden, EPSILON)
        self.norm.load_state_dict(
            {"weight": torch.tensor(weights["emb.ln.w"]), "bias": torch.tensor(weights["emb.ln.b"])}
        )
        self.layers = nn.ModuleList(Layer(hidden) for _ in layers)
        for layer, place in zip(self.layers, layers, strict=True):
            state = {}
            for name in layer.state_dict():
                part, _, kind = name.partition(".")
                tensor = torch.tensor(weights[f"l{place}.{part}.{kind[0]}"], dtype=torch.float32)
                state[name] = tensor
            layer.load_state_dict(state)
        self.tokens = nn.Linear(hidden, 3)
        self.pool = nn.Linear(hidden, hidden)
        self.answerable = nn.Linear(hidden, 1)
        self.dropout = dropout

    def freeze(self, layers: int) -> None:
        """Leave the positions and the lowest layers as they are."""
        frozen = [self.norm, *self.layers[:layers]] if layers else []
        for parameter in [p for module in frozen for p in module.parameters()] + [self.positions] * bool(layers):
            parameter.requires_grad = False

    def forward(self, ids: Tensor) -> Reading:
        """Read token ids (batch, tokens), padded with 1 on the right."""
        there = ids != 1
        mask = torch.zeros(ids.shape, device=ids.device).masked_fill(~there, -1e4)[:, None, None, :]
        state = self.norm(self.words(ids) + self.positions[: ids.shape[1]])
        state = functional.dropout(state, self.dropout, self.training)
        kind = ids.device.type
        mask = mask.to(torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else state.dtype)
        for layer in self.layers:
            state = layer(state, mask, self.dropout)
        start, end, evidence = self.tokens(state).float().unbind(-1)
        pooled = torch.tanh(self.pool(state[:, 0]))
        answerable = self.answerable(functional.dropout(pooled, self.dropout, self.training))
        return Reading(start, end, evidence, answerable.float()[:, 0])


def unit_logits(evidence: Tensor, units: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Mean evidence logit of each unit (batch, count), and which units there are; `units` is -1 outside."""
    inside = units >= 0
    place = units.clamp(min=0)
    zeros = evidence.new_zeros(evidence.shape[0], count)
    sums = zeros.scatter_add(1, place, evidence * inside)
    sizes = zeros.scatter_add(1, place, inside.to(evidence.dtype))
    return sums / sizes.clamp(min=1), sizes > 0


def best_span(start: Tensor, end: Tensor, longest: int = 60) -> tuple[Tensor, Tensor]:
    """First and last token of the likeliest span of each row; logits outside the text have to be very low."""
    sums = start[:, :, None] + end[:, None, :]
    tokens = start.shape[1]
    allowed = torch.ones(tokens, tokens, dtype=torch.bool, device=start.device).triu() & ~torch.ones(
        tokens, tokens, dtype=torch.bool, device=start.device
    ).triu(longest)
    flat = sums.masked_fill(~allowed, -math.inf).flatten(1).argmax(1)
    return flat // tokens, flat % tokens
