"""The fine-tuned bilingual encoder: passages in, force scores and spans out, with onnxruntime and without torch.

One pass over a passage gives a pooled vector, a score for each force (as the primary one, and as one of the set), and
for each piece of text a tag in every *layer*: actors with their kind, bearers, instruments, deadlines, hedges,
conditions, counterparties, and actions typed by the force they stand under. A layer's tags are in BIO form: 0 is
outside, 2k+1 begins and 2k+2 continues a span of the layer's k-th type.

The model folder holds only data: ``tokenizer.json``, the word embeddings in 4-bit blocks, the transformer as ONNX, and
a card with the hash of each, checked when they are loaded. Batches are sorted by length and their order is undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.config import cores
from pipeline.records import FORCES, LAYER_OF_KIND
from pipeline.stage import tick
from pipeline.text import strip_span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

KINDS: tuple[str, ...] = tuple(LAYER_OF_KIND)
LAYERS: dict[str, tuple[str, ...]] = {
    "actor": KINDS,
    "bearer": ("bearer",),
    "instrument": ("instrument",),
    "deadline": ("deadline",),
    "hedge": ("hedge",),
    "condition": ("condition",),
    "counterparty": ("counterparty",),
    "action": tuple(FORCES[:5]),
}
WIDTHS = {layer: 2 * len(types) + 1 for layer, types in LAYERS.items()}
TOKEN_OUTPUTS = sum(WIDTHS.values())
BOS, EOS = 0, 2
MAX_PIECES = 320
CONTEXT_PIECES = 32
BLOCK = 32
BLOCK_BYTES = 18


@dataclass(frozen=True)
class SpanTag:
    """A span that a layer marks: characters ``[start, end)`` of the passage, its type and how sure the model is."""

    start: int
    end: int
    type: str
    score: float


@dataclass(frozen=True)
class Words:
    """The pieces of a text.

    Attributes:
        offsets: characters ``[start, end)`` of each piece.
        alone: its word embedding, shape (pieces, hidden).
        middle, last: its states in two layers, of unit length, shape (pieces, hidden) each.
    """

    offsets: list[tuple[int, int]]
    alone: NDArray[np.float32]
    middle: NDArray[np.float32]
    last: NDArray[np.float32]


@dataclass(frozen=True)
class Encoded:
    """What the encoder says of one passage.

    Attributes:
        vector: pooled meaning, shape (hidden,), unit length.
        force: log probabilities of the primary force, shape (8,), in the order of ``FORCES``.
        forces: probability that each force stands in the passage, shape (8,).
        spans: the marked spans by layer, in order of place.
        words: what each piece of the text is in its place; only where it was asked for.
    """

    vector: NDArray[np.float32]
    force: NDArray[np.float32]
    forces: NDArray[np.float32]
    spans: dict[str, tuple[SpanTag, ...]]
    words: Words | None = None


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """4-bit blocks to float32: bytes of shape (rows, blocks * 18) to values of shape (rows, blocks * 32).

    A block is a 16-bit scale and 32 nibbles; a value is ``(nibble - 8) * scale`` (Q4_0 of the ggml library).
    """
    blocks = packed.reshape(len(packed), -1, BLOCK_BYTES)
    scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    nibbles = blocks[..., 2:]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32) - 8.0
    return np.asarray((values * scale).reshape(len(packed), -1), dtype=np.float32)


def decode(text: str, offsets: Sequence[tuple[int, int]], tags: NDArray[np.float32], layer: str) -> tuple[SpanTag, ...]:
    """The spans of one layer from its tag scores.

    The best sequence in which a continuation follows only its own beginning (Viterbi); then span ends that fall inside a
    word of Latin letters or digits move out to its ends, and blanks at the ends are left off.

    Args:
        text: the passage.
        offsets: characters of each piece.
        tags: log probabilities, shape (pieces, width of the layer).
        layer: a key of ``LAYERS``.

    Returns:
        spans without overlap, in order.
    """
    types = LAYERS[layer]
    if tags.argmax(axis=1).max(initial=0) == 0:
        return ()
    best = _sequence(tags)
    spans: list[SpanTag] = []
    piece = 0
    while piece < len(best):
        if best[piece] == 0:
            piece += 1
            continue
        last = piece + 1
        while last < len(best) and best[last] == best[piece] + 1 and best[last] % 2 == 0:
            last += 1
        start, end = _whole_words(text, offsets[piece][0], offsets[last - 1][1])
        if start < end and (not spans or start >= spans[-1].end):
            score = float(np.exp(np.mean([tags[i, best[i]] for i in range(piece, last)])))
            spans.append(SpanTag(start, end, types[(best[piece] - 1) // 2], score))
        piece = last
    return tuple(spans)


def _sequence(tags: NDArray[np.float32]) -> list[int]:
    """The best tag sequence in which tag 2k+2 comes only after 2k+1 or itself."""
    width = tags.shape[1]
    allowed = np.zeros((width, width), np.float32)
    for inside in range(2, width, 2):
        allowed[:, inside] = -np.inf
        allowed[[inside - 1, inside], inside] = 0.0
    score = tags[0].copy()
    score[2::2] = -np.inf
    back = np.zeros((len(tags), width), np.int64)
    for at in range(1, len(tags)):
        reached = score[:, None] + allowed
        back[at] = reached.argmax(axis=0)
        score = reached[back[at], np.arange(width)] + tags[at]
    path = [int(score.argmax())]
    for at in range(len(tags) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1]


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """A span moved to word ends where it cuts a Latin word or a number, without blanks at its ends."""

    def inside(at: int) -> bool:
        pair = text[at - 1 : at + 1]
        return 0 < at < len(text) and pair.isascii() and pair.isalnum()

    start, end = strip_span(text, start, end)
    while inside(start):
        start -= 1
    while inside(end):
        end += 1
    return start, end


def pieces(tokenizer: Tokenizer, text: str, context: str) -> tuple[list[int], int, list[tuple[int, int]]]:
    """Pieces of ``<s> context </s> text </s>``, where the text begins, and the characters of its pieces."""
    head = tokenizer.encode(context).ids[:CONTEXT_PIECES] if context else []
    body = tokenizer.encode(text)
    prefix = [BOS, *head, EOS] if head else [BOS]
    return [*prefix, *body.ids[:MAX_PIECES], EOS], len(prefix), body.offsets[:MAX_PIECES]


class Encoder:
    """The model of one folder, ready to run.

    Args:
        folder: holds ``tokenizer.json``, ``embeddings.npy``, ``encoder.onnx`` and ``card.json``.
        threads: threads of one run; more than the cores there are makes it slower, so it is cut to their number.

    Raises:
        ModelError: if a file is missing or its hash is not the one in the card.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.card = models.check(folder)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.embeddings: NDArray[np.uint8] = np.load(folder / "embeddings.npy", mmap_mode="r", allow_pickle=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(threads, cores()) if threads else cores()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(
        self, texts: Sequence[str], contexts: Sequence[str], batch: int = 24, words: bool = False
    ) -> list[Encoded]:
        """Runs the model over passages.

        Args:
            texts: the passages; what stands after the first 320 pieces is not read.
            contexts: what is known of each (see ``context``), not marked; may be empty strings.
            batch: passages a run.
            words: whether the states of the pieces are wanted too.

        Returns:
            one ``Encoded`` a passage, in their order.
        """
        prepared = [pieces(self.tokenizer, text, context) for text, context in zip(texts, contexts, strict=True)]
        order = sorted(range(len(texts)), key=lambda i: (len(prepared[i][0]), i))
        results: list[Encoded | None] = [None] * len(texts)
        for at in range(0, len(order), batch):
            tick(0)
            rows = order[at : at + batch]
            for row, encoded in zip(
                rows, self._run([prepared[i] for i in rows], [texts[i] for i in rows], words), strict=True
            ):
                results[row] = encoded
        return [encoded for encoded in results if encoded is not None]

    def _run(
        self, prepared: Sequence[tuple[list[int], int, list[tuple[int, int]]]], texts: Sequence[str], words: bool
    ) -> Iterator[Encoded]:
        width = max(len(ids) for ids, _, _ in prepared)
        ids = np.full((len(prepared), width), 1, np.int64)
        mask = np.zeros((len(prepared), width), np.float32)
        body = np.zeros((len(prepared), width), np.float32)
        for row, (pieces, start, offsets) in enumerate(prepared):
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
            body[row, start : start + max(1, len(offsets))] = 1
        rows, inverse = np.unique(ids, return_inverse=True)
        embedded = unpack(self.embeddings[rows])[inverse.reshape(ids.shape)]
        wanted = ["vector", "force", "forces", "tokens", *(["middle", "last"] if words else [])]
        vectors, force, forces, tokens, *states = self.session.run(
            wanted, {"embedded": embedded, "mask": mask, "body": body}
        )
        for row, (_, start, offsets) in enumerate(prepared):
            here = slice(start, start + len(offsets))
            spans: dict[str, tuple[SpanTag, ...]] = {}
            at = 0
            for layer, size in WIDTHS.items():
                tags = log_softmax(tokens[row, here, at : at + size])
                spans[layer] = decode(texts[row], offsets, tags, layer) if offsets else ()
                at += size
            vector = vectors[row] / max(1e-9, float(np.linalg.norm(vectors[row])))
            found = Words(offsets, embedded[row, here], *(unit(s[row, here]) for s in states)) if words else None
            yield Encoded(vector, log_softmax(force[row]), 1 / (1 + np.exp(-forces[row])), spans, found)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


def log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log probabilities along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)


def context(legal_status: str, genre: str = "", section: str = "", before: str = "") -> str:
    """What is known of a passage, as the text that stands before it: status, genre, section, the passage before.

    The order is fixed and the parts are cut, because the model was trained on the same.
    """
    parts = [legal_status, genre.replace("_", " "), section[-40:], before[:60]]
    while parts and not parts[-1]:
        parts.pop()
    return " | ".join(parts)


@lru_cache(maxsize=2)
def load(folder: Path, threads: int = 0) -> Encoder:
    """The encoder of a folder, loaded once a process."""
    return Encoder(folder, threads)
