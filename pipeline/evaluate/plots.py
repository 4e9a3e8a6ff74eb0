"""Pictures of an evaluation as SVG: no script, no font, nothing from outside.

Colours and type come from the page's style sheet through classes, so that the pictures follow light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from pipeline.evaluate.result import Confusion, Reliability
from pipeline.records import FORCES

ROW = 26
LEFT = 300
WIDTH = 800
SCALE = WIDTH - LEFT - 70

# A bar: its name, class, value, interval, and how many items it rests on.
Bar = tuple[str, str, float, float | None, float | None, int]


def svg(width: float, height: float, body: str, title: str) -> str:
    """An SVG element that scales with its place and says what it shows."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{body}</svg>'
    )


STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1b2330}.axis{fill:#5a6576}.grid{stroke:#d8dee8}"
    ".line{fill:none;stroke-width:1.6}.strong{fill:#1b2330}.line.strong{fill:none;stroke:#1b2330;stroke-width:3}"
    + "".join(
        f".c{i}{{fill:{colour}}}.line.c{i}{{fill:none;stroke:{colour}}}"
        for i, colour in enumerate(
            ("#1f5fa8", "#b5761b", "#3f8a4d", "#7a5aa6", "#b3372f", "#2a8a94", "#8a6d3b", "#a64d79"), 1
        )
    )
)


def standalone(picture: str) -> str:
    """A picture as a file of its own: with its style, on a white ground."""
    head, _, rest = picture.partition(">")
    return f'{head}><style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>{rest}\n'


def bars(rows: Sequence[Bar], title: str) -> str:
    """Horizontal bars from 0 to 1 with whiskers for the intervals."""
    height = ROW * len(rows) + 26
    parts = []
    for step in range(0, 11, 2):
        x = LEFT + SCALE * step / 10
        parts.append(f'<line class="grid" x1="{x:g}" x2="{x:g}" y1="0" y2="{height - 20}"/>')
        parts.append(f'<text class="axis" x="{x:g}" y="{height - 4}" text-anchor="middle">{step / 10:.1f}</text>')
    for index, (name, style, value, low, high, n) in enumerate(rows):
        y = ROW * index + 4
        middle = y + (ROW - 8) / 2
        parts.append(f'<text class="name" x="{LEFT - 8}" y="{middle + 4:g}" text-anchor="end">{escape(name)}</text>')
        width = SCALE * max(0.0, min(1.0, value))
        label = f"{name}: {value:.3f}" + (f" ({low:.3f} to {high:.3f})" if low is not None else "") + f", n = {n}"
        parts.append(
            f'<rect class="{style}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{ROW - 8}">'
            f"<title>{escape(label)}</title></rect>"
        )
        if low is not None and high is not None:
            a, b = LEFT + SCALE * low, LEFT + SCALE * high
            parts.append(f'<line class="whisker" x1="{a:.1f}" x2="{b:.1f}" y1="{middle:g}" y2="{middle:g}"/>')
        parts.append(f'<text class="value" x="{WIDTH - 62}" y="{middle + 4:g}">{value:.3f}</text>')
    return svg(WIDTH, height, "".join(parts), title)


def heat(table: Confusion, title: str) -> str:
    """A confusion matrix: rows are what is right, columns what was said, shaded by the share of the row."""
    cell, left, top = 62, 130, 96
    parts = []
    for index, force in enumerate(FORCES):
        x, y = left + cell * index + cell / 2, top + cell * index * 0.6 + 22
        parts.append(
            f'<text class="name" transform="translate({x:g},{top - 8}) rotate(-40)">{escape(force)}</text>'
            f'<text class="name" x="{left - 8}" y="{y:g}" text-anchor="end">{escape(force)}</text>'
        )
    for i, row in enumerate(table.counts):
        total = sum(row)
        for j, count in enumerate(row):
            share = count / total if total else 0.0
            x, y = left + cell * j, top + cell * 0.6 * i
            style = "hit" if i == j else "miss"
            parts.append(
                f'<rect class="{style}" fill-opacity="{share:.3f}" x="{x}" y="{y:g}" '
                f'width="{cell - 2}" height="{cell * 0.6 - 2:g}">'
                f"<title>{FORCES[i]} taken for {FORCES[j]}: {count} of {total}</title></rect>"
            )
            if count:
                parts.append(
                    f'<text class="count" x="{x + cell / 2 - 1:g}" y="{y + 22:g}" text-anchor="middle">{count}</text>'
                )
    return svg(left + cell * len(FORCES) + 40, top + cell * 0.6 * len(FORCES) + 4, "".join(parts), title)


def diagram(table: Reliability, title: str) -> str:
    """Reliability: how often the model is right where it is so and so sure; on the diagonal, confidence is honest."""
    size, left, top = 260, 44, 14
    foot = top + size
    parts = [f'<line class="grid" x1="{left}" y1="{foot}" x2="{left + size}" y2="{top}"/>']
    for step in range(0, 11, 2):
        at = size * step / 10
        parts.append(
            f'<text class="axis" x="{left + at:g}" y="{foot + 16}" text-anchor="middle">{step / 10:.1f}</text>'
        )
        parts.append(
            f'<text class="axis" x="{left - 6}" y="{foot - at + 4:g}" text-anchor="end">{step / 10:.1f}</text>'
        )
    most = max(table.n, default=1) or 1
    for n, right, sure in zip(table.n, table.right, table.confidence, strict=True):
        if n:
            x, y = left + size * sure, foot - size * right / n
            radius = 2 + 7 * (n / most) ** 0.5
            parts.append(
                f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
                f"<title>confidence {sure:.2f}: {right} of {n} right</title></circle>"
            )
    parts.append(f'<text class="axis" x="{left + size / 2:g}" y="{foot + 34}" text-anchor="middle">confidence</text>')
    return svg(left + size + 216, foot + 40, "".join(parts), title)


def curves(lines: Sequence[tuple[str, str, Sequence[tuple[float, float]]]], title: str, across: str) -> str:
    """Lines over a common axis: name, class and points (x, share from 0 to 1) of each."""
    left, top, width, height = 50, 10, 560, 280
    most = max((x for _, _, points in lines for x, _ in points), default=1.0) or 1.0
    least = min((y for _, _, points in lines for _, y in points), default=0.0)
    # The axis begins at a tenth, so that its marks are round.
    low = max(0.0, math.floor(10 * least) / 10 - (0.1 if 10 * least % 1 < 0.2 else 0.0))
    steps = round((1 - low) * 10)
    parts = []

    def place(x: float, y: float) -> tuple[float, float]:
        return left + width * x / most, top + height * (1 - (y - low) / (1 - low))

    for step in range(steps + 1):
        y = low + step / 10
        at = place(0, y)[1]
        parts.append(f'<line class="grid" x1="{left}" x2="{left + width}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text class="axis" x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{y:.1f}</text>')
    for x in sorted({x for _, _, points in lines for x, _ in points}):
        at = place(x, low)[0]
        parts.append(f'<text class="axis" x="{at:.1f}" y="{top + height + 16}" text-anchor="middle">{x:g}</text>')
    for index, (name, style, points) in enumerate(lines):
        places = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line {style}" points="{path}"/>')
        parts += [f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
        parts.append(
            f'<rect class="{style}" x="{left + width + 24}" y="{top + 12 + 18 * index}" width="10" height="10"/>'
        )
        parts.append(f'<text class="name" x="{left + width + 40}" y="{top + 21 + 18 * index}">{escape(name)}</text>')
    parts.append(
        f'<text class="axis" x="{left + width / 2:g}" y="{top + height + 34}" text-anchor="middle">{escape(across)}</text>'
    )
    return svg(left + width + 200, top + height + 42, "".join(parts), title)
