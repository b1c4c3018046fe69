"""The embedded model's weights as the float32 model that other libraries load: what the benchmarks compare with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ftz_qa.e5_weights import E5Weights, build_tokenizer, find_weights, read_weights


def bert_state(weights: E5Weights) -> dict[str, Any]:
    """The weights under the names that `transformers.BertModel` gives them."""
    import torch

    hidden = weights.hidden
    state: dict[str, Any] = {
        "embeddings.word_embeddings.weight": weights.matrices["emb.word"].dequantize(),
        "embeddings.position_embeddings.weight": weights.vectors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": weights.vectors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": weights.vectors["emb.ln.w"],
        "embeddings.LayerNorm.bias": weights.vectors["emb.ln.b"],
    }
    names = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "aln": "attention.output.LayerNorm",
        "oln": "output.LayerNorm",
    }
    for layer in range(weights.layers):
        for short, long in names.items():
            name = f"l{layer}.{short}.w"
            weight = weights.matrices[name].dequantize() if name in weights.matrices else weights.vectors[name]
            state[f"encoder.layer.{layer}.{long}.weight"] = weight
            state[f"encoder.layer.{layer}.{long}.bias"] = weights.vectors[f"l{layer}.{short}.b"]
    return {name: torch.from_numpy(values.copy()) for name, values in state.items()}


def bert_model(weights: E5Weights) -> Any:  # noqa: ANN401  transformers has no types
    """The encoder as a float32 `transformers.BertModel`."""
    from transformers import BertConfig, BertModel

    rows, _ = weights.matrices["emb.word"].shape
    config = BertConfig(
        vocab_size=rows,
        hidden_size=weights.hidden,
        num_hidden_layers=weights.layers,
        num_attention_heads=weights.heads,
        intermediate_size=4 * weights.hidden,
        max_position_embeddings=weights.positions,
        layer_norm_eps=weights.epsilon,
    )
    model = BertModel(config, add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(bert_state(weights), strict=False)
    if unexpected or any("position_ids" not in name for name in missing):
        raise ValueError(f"missing {missing}, unexpected {unexpected}")
    return model.eval()  # type: ignore[no-untyped-call]


def save_reference_model(folder: Path) -> None:
    """Write the embedded model as an ordinary float32 sentence-transformers model."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    weights = read_weights(find_weights())
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=build_tokenizer(weights), pad_token="<pad>", model_max_length=weights.positions
    )
    plain = folder / "plain"
    bert_model(weights).save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    modules = [Transformer(str(plain)), Pooling(weights.hidden, pooling_mode="mean"), Normalize()]
    SentenceTransformer(modules=modules).save(str(folder))
