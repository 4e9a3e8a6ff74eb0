"""Recognises the text of a page from its picture, with the PP-OCR models that come inside the rapidocr package.

In order: the page is drawn at a size at which its letters are about 25 pixels high; lines are found and read; a page that
lies on its side or head is turned and read again; a slant of the scan is taken out; every line becomes glyphs in page
points, so that all later steps treat a scan as they treat printed text. Letter sizes that a recogniser measures waver, so
lines of about the usual size get exactly that size: otherwise each would look like a paragraph of its own.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from statistics import median
from typing import Any

import numpy as np

from pipeline.config import cores
from pipeline.stages.parse.characters import usual, wide
from pipeline.stages.parse.model import Glyph, Page
from pipeline.text import HAN

# Pixels of the longer side: 167 dots an inch on A4. More costs time and finds no more; the detector works on 2,000.
LONGEST = 1950
# Below this a page is tried the other way up; lines below the second are not believed.
DOUBTFUL = 0.75
LEAST = 0.5
# Degrees of slant that are left alone, and the most that a scan can have before it counts as turned.
LEVEL = 0.15
WIDE_FORMS = dict(zip("(),:;?!", "（），：；？！", strict=True))


@cache
def engine(threads: int) -> Any:
    """The recogniser, loaded once a process; it reads its models from its own package and opens no network."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": LEAST,
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def recognise(raw: Any, page: Page) -> Page:
    """A page with glyphs as they are recognised on its picture.

    Args:
        raw: the pypdfium2 page.
        page: its number and size, as a reader sees it.
    """
    scale = min(LONGEST / max(page.width, page.height), 6.0)
    bitmap = raw.render(scale=scale, may_draw_forms=False)
    try:
        image = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()
    turn, lines = _read_any_way(image)
    found = Page(number=page.number, width=page.width, height=page.height, turn=turn, pictures=page.pictures, ocr=True)
    found.skew = _slant([line.corners for line in lines])
    found.glyphs = _glyphs(lines, scale, found)
    return found


class _Line:
    """A recognised line: its text, its four corners in pixels and, if it has them, the edges of its characters."""

    def __init__(
        self, text: str, corners: np.ndarray, score: float, characters: list[tuple[str, float, float]]
    ) -> None:
        self.text, self.corners, self.score, self.characters = text, corners, score, characters


def _read(image: np.ndarray) -> list[_Line]:
    if min(image.shape[:2]) < 8:
        return []
    result = engine(cores())(image, return_word_box=True, return_single_char_box=True)
    if result.txts is None or result.boxes is None:
        return []
    words = result.word_results or [()] * len(result.txts)
    lines = []
    for text, corners, score, characters in zip(result.txts, result.boxes, result.scores, words, strict=True):
        edges = [
            (char, float(min(p[0] for p in box)), float(max(p[0] for p in box)))
            for char, _, box in characters
            if box is not None
        ]
        lines.append(_Line(text, np.asarray(corners, dtype=float), float(score), edges))
    return lines


def _read_any_way(image: np.ndarray) -> tuple[int, list[_Line]]:
    """The lines of a picture, turned if it lies on its side or head, and the direction in which its text runs."""
    best = (_trust(lines := _read(image)), 0, lines)
    upright = sum(_size(line)[0] >= _size(line)[1] for line in lines if len(line.text) > 2)
    long = sum(len(line.text) > 2 for line in lines)
    if long and upright < 0.5 * long:
        others = [(90, 1), (270, 3)]
    elif lines and best[0] < DOUBTFUL:
        others = [(180, 2)]
    else:
        others = []
    for turn, quarters in others:
        lines = _read(np.ascontiguousarray(np.rot90(image, quarters)))
        best = max(best, (_trust(lines), turn, lines), key=lambda found: found[0])
    return best[1], best[2]


def _trust(lines: list[_Line]) -> float:
    """How sure the recogniser is of a page, by characters; lines that stand upright like a wall count for nothing."""
    total = sum(len(line.text) for line in lines)
    good = sum(line.score * len(line.text) for line in lines if _size(line)[0] >= _size(line)[1] or len(line.text) < 3)
    return good / total if total else 0.0


def _size(line: _Line) -> tuple[float, float]:
    """Length along and height across a line, in pixels."""
    a, b, _, d = line.corners
    return float(np.hypot(*(b - a))), float(np.hypot(*(d - a)))


def _slant(corners: list[np.ndarray]) -> float:
    """The slant of a scan in degrees: the median over lines, each weighing as much as it is long."""
    angles: list[float] = []
    for a, b, c, d in corners:
        length = float(np.hypot(*(b - a)))
        if length > 150:
            middle = (b + c) / 2 - (a + d) / 2
            angles += [math.degrees(math.atan2(middle[1], middle[0]))] * max(1, round(length / 200))
    slant = median(angles) if angles else 0.0
    return slant if LEVEL < abs(slant) < 20 else 0.0


def _glyphs(lines: list[_Line], scale: float, page: Page) -> list[Glyph]:
    """Glyphs in the frame of the page, the slant taken out."""
    heights = [_size(line)[1] / scale for line in lines if len(line.text) > 3]
    usual_height = median(heights) if heights else 12.0
    glyphs: list[Glyph] = []
    for line in lines:
        length, height = _size(line)
        height /= scale
        if abs(height - usual_height) < (0.22 if len(line.text) > 5 else 0.35) * usual_height:
            height = usual_height
        # A line's box has about a fifth of air around the letters.
        size = height / 1.25
        centre = line.corners.mean(axis=0) / scale
        x, y = page.levelled(float(centre[0]), float(centre[1]))
        width = length / scale
        for char, low, high in _wide_punctuation(_places(line)):
            for letter in usual(char) or "":
                left, right = x - width / 2 + low * width, x - width / 2 + high * width
                right = max(left, right)
                glyphs.append(Glyph(letter, float(left), float(right), float(y + 0.35 * size), float(size)))
    return glyphs


def _places(line: _Line) -> list[tuple[str, float, float]]:
    """Each character of a line with its edges as parts of the line's length, blanks among them."""
    solid = [char for char in line.text if not char.isspace()]
    left, right = line.corners[:, 0].min(), line.corners[:, 0].max()
    if [char for char, _, _ in line.characters] == solid and right > left:
        edges = [((low - left) / (right - left), (high - left) / (right - left)) for _, low, high in line.characters]
    else:
        edges = _even(line.text)
    # What the recogniser reads as one word stands together, however narrow the boxes around its letters are.
    whole = iter([*((low, min(high, after)) for (low, high), (after, _) in itertools.pairwise(edges)), *edges[-1:]])
    places: list[tuple[str, float, float]] = []
    for position, char in enumerate(line.text):
        before = places[-1][2] if places else 0.0
        if char.isspace():
            places.append((" ", before, before))
            continue
        low, high = next(whole)
        if position and not line.text[position - 1].isspace():
            low = before
        elif places:
            places[-1] = (" ", places[-1][1], max(places[-1][1], low))
        places.append((char, max(0.0, low), min(1.0, max(low, high))))
    return places


def _wide_punctuation(places: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Punctuation beside Chinese characters as Chinese has it; recognisers mix the two widths."""
    fixed = list(places)
    for index, (char, low, high) in enumerate(places):
        beside = (
            places[index + 1][0] if char == "(" and index + 1 < len(places) else places[index - 1][0] if index else " "
        )
        if char in WIDE_FORMS and HAN.match(beside):
            fixed[index] = (WIDE_FORMS[char], low, high)
    return fixed


def _even(text: str) -> list[tuple[float, float]]:
    """Edges by the usual widths of letters, where the recogniser gives none."""
    weights = [1.0 if wide(char) else 0.5 for char in text]
    total = sum(weights) or 1.0
    edges: list[tuple[float, float]] = []
    at = 0.0
    for char, weight in zip(text, weights, strict=True):
        if not char.isspace():
            edges.append((at / total, (at + weight) / total))
        at += weight
    return edges
