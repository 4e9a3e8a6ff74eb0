"""A corpus stage that goes wrong, by the word in the first title: an error, or the end of its process."""

from __future__ import annotations

import os
from typing import Any

from pipeline.config import ClusterSettings
from pipeline.records import Facts, Passages, Themes
from pipeline.stage import Stage


def cluster(facts: dict[str, Facts], passages: dict[str, Passages]) -> Themes:
    if any("VANISHING" in one.title for one in facts.values()):
        os._exit(9)
    raise ValueError("too few to cluster")


def build(settings: ClusterSettings) -> Any:
    return cluster


STAGE = Stage("cluster", ("facts", "passages"), "themes", Themes, "corpus", build)
