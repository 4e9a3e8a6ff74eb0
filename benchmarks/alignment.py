"""Measures sentence alignment: ``python -m benchmarks.alignment`` prints strict F1 on the works, and time on a long text.

The long text is every work one after the other, as often as it takes to have the sentences that are asked for a side; so many
sentences recur, and a path that strays from the diagonal would show in the F1. ``--sentences`` says how many (10,000).
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence

import numpy as np

from pipeline.config import ROOT
from pipeline.evaluate.figures import f1
from pipeline.evaluate.texts import strict_and_lax
from pipeline.stages.align.sentences import align
from pipeline.works import Work, read_works

Beads = list[tuple[tuple[int, ...], tuple[int, ...]]]


def joined(works: Sequence[Work], least: int) -> tuple[list[str], list[str], Beads]:
    """Chinese and English sentences of works one after the other, again and again, and their beads."""
    zh: list[str] = []
    en: list[str] = []
    beads: Beads = []
    while min(len(zh), len(en)) < least:
        for work in works:
            beads += [(tuple(i + len(zh) for i in bead.zh), tuple(i + len(en) for i in bead.en)) for bead in work.beads]
            zh += [passage.text for passage in work.zh]
            en += [passage.text for passage in work.en]
    return zh, en, beads


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=10_000)
    asked = parser.parse_args()
    works = read_works(ROOT / "corpus" / "works")
    for name, some, least in (("each work", works, 0), ("one long text", works, asked.sentences)):
        start = time.perf_counter()
        texts = [joined(some, least)] if least else [joined([work], 1) for work in some]
        scores, sizes = [], []
        for zh, en, beads in texts:
            strict, _ = strict_and_lax(beads, [(m.source, m.target) for m in align(zh, en)])
            scores.append(f1(np.array(strict)))
            sizes.append(len(zh))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name}: {sum(sizes)} Chinese sentences, mean F1 {sum(scores) / len(scores):.4f}, "
              f"{time.perf_counter() - start:.0f} s, peak {peak:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
