"""One theme, which holds everything."""

from __future__ import annotations

from typing import Any

from pipeline.config import ClusterSettings
from pipeline.records import Facts, Passages, Theme, ThemeOf, Themes
from pipeline.stage import Stage


def cluster(facts: dict[str, Facts], passages: dict[str, Passages]) -> Themes:
    found = [passage.id for one in passages.values() for passage in one.passages]
    theme = Theme(
        id="t-1",
        label_en="harbours",
        label_zh="港口",
        terms_en=("harbour",),
        terms_zh=("港口",),
        documents=len(facts),
        passages=len(found),
    )
    return Themes(
        themes=(theme,),
        documents=tuple(ThemeOf(id=document, theme="t-1", score=1) for document in facts),
        passages=tuple(ThemeOf(id=passage, theme="t-1", score=1) for passage in found),
    )


def build(settings: ClusterSettings) -> Any:
    return cluster


STAGE = Stage("cluster", ("facts", "passages"), "themes", Themes, "corpus", build)
