"""What tests share: a small corpus for the stand-in flow, and ways to run it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import load
from pipeline.run import Summary, run
from tests.fakes import FAKES

ENGLISH = (
    "Harbour treaty\nEach Party shall report 3 ports under the Harbour Plan.\nA port means a place for ships.\n"
    "Each Party shall keep its ports open.\n"
)
CHINESE = "港口条约\n各缔约国应根据《港湾计划》报告3个港口。\n港口是指供船舶停靠的地方。\n各缔约国应保持港口开放。\n"
OTHER = "Canal treaty\nThe Canal Council shall meet in 2 cities.\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with three documents, one of them in a folder of its own with a Chinese name and a blank in it."""
    folder = tmp_path / "corpus"
    (folder / "第二 部分").mkdir(parents=True)
    (folder / "harbour.txt").write_text(ENGLISH, "utf-8")
    (folder / "第二 部分" / "港口 条约.txt").write_text(CHINESE, "utf-8")
    (folder / "canal.txt").write_text(OTHER, "utf-8")
    return folder


@pytest.fixture
def go(tmp_path: Path) -> Callable[..., Summary]:
    """Runs the stand-in flow: ``go(input, output, workers=2, run={...})``."""

    def start(
        source: Path, output: Path, *, workers: int = 2, retry: bool = False, settings: dict[str, Any] | None = None
    ) -> Summary:
        sections = {
            "run": {"workers": workers, "seconds": 20, "memory_mb": 900},
            "review": {"folder": str(tmp_path / "reviews")},
        }
        for section, values in (settings or {}).items():
            sections.setdefault(section, {}).update(values)
        return run([source], output, load(None, sections), None, lambda text: None, FAKES, retry)

    return start


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a run by name, without what it keeps for itself."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
