"""Carries the themes of an earlier run on: what had a theme keeps it under its name, and new documents join.

The themes found now are matched to the earlier ones by the passages they share, each to one (Kuhn 1955, "The Hungarian
method"). A theme found now that has no match is a part of an earlier one if most of it was there before, and else a new theme:
so a new theme appears when new documents bring a subject of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from msgspec.structs import replace

from pipeline.records import Theme, ThemeOf, Themes

# A theme found now without a match is part of an earlier one if at least this share of it was there before.
MOSTLY = 0.5


def keep(before: Themes, now: Themes) -> Themes:
    """The themes of a corpus that has grown or shrunk, under the ids and names of the earlier run.

    Args:
        before: the themes of the earlier run, as they were kept then.
        now: the themes found in the corpus as it is, without regard to the earlier run.

    Returns:
        every passage and document of ``now``; those of ``before`` in their earlier theme. Themes that hold nothing are gone.
    """
    held = {of.id: of.theme for of in before.passages}
    if not any(of.id in held for of in now.passages):
        return now
    leads = _match(held, now)
    passages = _carried(now.passages, held, leads)
    documents = _carried(now.documents, {of.id: of.theme for of in before.documents}, leads)
    counts, whole = Counter(of.theme for of in passages), Counter(of.theme for of in documents)
    known = {theme.id: theme for theme in before.themes}
    themes: list[Theme] = []
    for theme in (*before.themes, *now.themes):
        new = theme.id not in known
        if counts[theme.id] and all(other.id != theme.id for other in themes):
            parent = _parent(theme, now, leads, known) if new else theme.parent
            themes.append(replace(theme, passages=counts[theme.id], documents=whole[theme.id], parent=parent))
    above = [
        replace(
            theme,
            passages=sum(t.passages for t in themes if t.parent == theme.id),
            documents=sum(t.documents for t in themes if t.parent == theme.id),
        )
        for theme in before.themes
        if any(t.parent == theme.id for t in themes)
    ]
    return Themes(themes=(*themes, *above), documents=documents, passages=passages, places=now.places)


def _match(held: dict[str, str], now: Themes) -> dict[str, str]:
    """The earlier theme that each theme found now leads to; a new theme leads to none."""
    from scipy.optimize import linear_sum_assignment

    shared = Counter((of.theme, held[of.id]) for of in now.passages if of.id in held)
    sizes = Counter(of.theme for of in now.passages)
    found, earlier = sorted(sizes), sorted({old for _, old in shared})
    table = np.array([[shared[new, old] for old in earlier] for new in found])
    rows, columns = linear_sum_assignment(-table)
    leads = {found[i]: earlier[j] for i, j in zip(rows, columns, strict=True) if table[i, j]}
    for i, new in enumerate(found):
        if new not in leads and table[i].sum() >= MOSTLY * sizes[new]:
            leads[new] = earlier[int(table[i].argmax())]
    return leads


def _carried(items: Iterable[ThemeOf], held: dict[str, str], leads: dict[str, str]) -> tuple[ThemeOf, ...]:
    return tuple(replace(of, theme=held.get(of.id) or leads.get(of.theme, of.theme)) for of in items)


def _parent(theme: Theme, now: Themes, leads: dict[str, str], known: dict[str, Theme]) -> str:
    """The earlier wider theme of a new theme: that of most of its neighbours under the same wider theme now."""
    beside = [t.id for t in now.themes if theme.parent and t.parent == theme.parent and t.id in leads]
    votes = Counter(known[leads[name]].parent for name in beside if leads[name] in known)
    votes.pop("", None)
    return min(votes, key=lambda name: (-votes[name], name)) if votes else ""
