"""An encoder run by onnxruntime, as a module of sentence-transformers.

Import it late: sentence-transformers takes seconds to import.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import onnxruntime
import torch
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers.base.modality_types import PairInput, SingleInput

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"


class OnnxEncoder(InputModule):
    """Turns texts into contextual token vectors.

    Every text is run by itself: on a CPU that is faster than padded batches, and a text's vectors do not depend on
    what else is in the batch, which quantised activations would make them do. Several texts are run side by side, one
    thread each: threads that share a text wait for each other at every layer, all the more on a busy machine.

    Parameters
    ----------
    folder
        Holds ``model.onnx`` (``input_ids`` in, ``token_embeddings`` out) and ``tokenizer.json``, which truncates.
    threads
        How many texts are run at once; 0 takes one for each core.
    """

    tokenizer: Tokenizer

    def __init__(self, folder: Path, threads: int = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._threads = ThreadPoolExecutor(threads or os.cpu_count() or 1, "ftz-qa-embedding")

    @property
    def max_seq_length(self) -> int:
        """Longest input in tokens; what is beyond is cut off."""
        truncation: dict[str, int] = self.tokenizer.truncation or {}
        return truncation["max_length"]

    def get_embedding_dimension(self) -> int:
        """Width of the token vectors."""
        return int(self._session.get_outputs()[0].shape[-1])

    def preprocess(
        self, inputs: Sequence[SingleInput | PairInput], prompt: str | None = None, **kwargs: object
    ) -> dict[str, torch.Tensor]:
        """Token ids and attention mask, int64 (batch, tokens), padded on the right."""
        encodings = self.tokenizer.encode_batch([(prompt or "") + str(text) for text in inputs])
        lengths = np.array([len(encoding.ids) for encoding in encodings])
        ids = np.ones((len(encodings), lengths.max()), dtype=np.int64)
        for row, encoding in zip(ids, encodings, strict=True):
            row[: len(encoding.ids)] = encoding.ids
        mask = (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def forward(self, features: dict[str, torch.Tensor], **kwargs: object) -> dict[str, torch.Tensor]:
        """Add ``token_embeddings`` float32 (batch, tokens, hidden) to the features; zero where there is padding."""
        ids = features["input_ids"].cpu().numpy()
        lengths = features["attention_mask"].sum(dim=1).tolist()
        inputs = [row[None, :length] for row, length in zip(ids, lengths, strict=True)]
        states = [self._run(inputs[0])] if len(inputs) == 1 else self._threads.map(self._run, inputs)
        rows = [torch.from_numpy(of) for of in states]
        padded = rows[0][None] if len(rows) == 1 else torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return {**features, "token_embeddings": padded}

    def save(self, output_path: str, *args: object, **kwargs: object) -> None:
        """Copy the two files to a folder."""
        for name in (MODEL_FILE, TOKENIZER_FILE):
            shutil.copyfile(self._folder / name, Path(output_path) / name)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", *args: object, **kwargs: object) -> Self:
        """Load from a local folder."""
        return cls(Path(model_name_or_path) / subfolder)

    def _run(self, ids: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Hidden states (tokens, hidden) of ids (1, tokens)."""
        (states,) = self._session.run(["token_embeddings"], {"input_ids": ids})
        return np.asarray(states[0], dtype=np.float32)
