"""A stage's fingerprint changes with whatever its results depend on, and with nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline import fingerprint as module
from pipeline.fingerprint import closure, fingerprint, forget, libraries

FILES = {
    "toy/__init__.py": "",
    "toy/stage.py": "from toy import helper\n"
    "from .deep import word\n"
    "def late():\n    import toy.lazy\n    import msgspec\n",
    "toy/helper.py": "import json\n",
    "toy/deep/__init__.py": "from toy.deep import word\n",
    "toy/deep/word.py": "WORD = 1\n",
    "toy/lazy.py": "import pipeline.text\n",
    "toy/other.py": "import numpy\n",
}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    return tmp_path / "toy"


def mark() -> str:
    forget()
    return fingerprint("toy.stage")


def test_the_closure_has_direct_late_and_relative_imports_and_no_others(toy: Path) -> None:
    found = closure("toy.stage")
    assert {
        "toy",
        "toy.stage",
        "toy.helper",
        "toy.deep",
        "toy.deep.word",
        "toy.lazy",
        "pipeline.text",
        "pipeline.records",
    } <= set(found)
    assert "toy.other" not in found
    assert "toy" not in sys.modules


def test_libraries_come_with_their_versions(toy: Path) -> None:
    names = dict(libraries("toy.stage"))
    assert "msgspec" in names
    assert "numpy" not in names
    assert "json" not in names
    assert dict(libraries("pipeline.stages.parse"))["pypdfium2"] != "absent"


@pytest.mark.parametrize("name", ["stage.py", "helper.py", "deep/word.py", "lazy.py"])
def test_code_below_a_stage_changes_its_fingerprint(toy: Path, name: str) -> None:
    before = mark()
    (toy / name).write_text((toy / name).read_text("utf-8") + "# changed\n", "utf-8")
    assert mark() != before


def test_a_template_in_a_package_below_a_stage_changes_its_fingerprint(toy: Path) -> None:
    before = mark()
    (toy / "deep" / "page.html").write_text("<p>", "utf-8")
    assert mark() != before


def test_code_elsewhere_does_not(toy: Path) -> None:
    before = mark()
    (toy / "other.py").write_text("import polars\n", "utf-8")
    assert mark() == before


def test_a_library_of_another_version_changes_it(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mark()
    forget()
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99")
    assert fingerprint("toy.stage") != before


def test_words_and_models_change_the_stages_that_read_them(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words"
    words.mkdir()
    monkeypatch.setattr(module, "DATA", {"pipeline.lexicons": words})
    plain = mark()
    (words / "a.toml").write_text("x = 1", "utf-8")
    assert mark() == plain
    (toy / "helper.py").write_text("from pipeline.lexicons import lexicon\n", "utf-8")
    reading = mark()
    (words / "a.toml").write_text("x = 2", "utf-8")
    assert mark() != reading
