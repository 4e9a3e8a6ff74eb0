"""The documents say what there is: every command, option, setting, column, file, label and make target."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from pipeline.cli import app
from pipeline.config import Config
from pipeline.export.outputs import FILES, TABLES
from pipeline.flow import MODULES
from pipeline.records import FORCES, LAYER_OF_KIND
from pipeline.tables import BINDINGS, LAYERS, REVIEW_STATES, PassageRow

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def section(title: str) -> str:
    """The text under a heading of the reference, up to the next one of its level or above."""
    match = re.search(rf"^(#+) {re.escape(title)}$(.*?)(?=^#{{1,3}} |\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
    assert match, f"there is no section {title!r}"
    return match[2]


def names_in(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


def commands(group: typer.core.TyperGroup | None = None, before: str = "") -> list[tuple[str, list[str]]]:
    """Every command with its options."""
    found = []
    for name, command in (group or typer.main.get_command(app)).commands.items():  # type: ignore[union-attr]
        if hasattr(command, "commands"):
            found += commands(command, f"{before}{name} ")
        else:
            options = [o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"]
            found.append((before + name, options))
    return found


@pytest.mark.parametrize(("name", "options"), commands())
def test_every_command_and_option_is_in_the_reference(name: str, options: list[str]) -> None:
    lines = [line for line in section("Commands").splitlines() if f"`pledgebook {name}" in line]
    assert lines, name
    for option in options:
        assert option in lines[0], f"{name} {option}"


def test_no_command_is_in_the_reference_that_is_not_there() -> None:
    known = {name for name, _ in commands()}
    for name in re.findall(r"^\| `pledgebook ((?:corpus )?[a-z-]+)", section("Commands"), re.MULTILINE):
        assert name in known


def test_every_setting_is_in_the_reference_and_no_other() -> None:
    said: list[tuple[str, str]] = []
    at = ""
    for first, key in re.findall(r"^\| (?:`(\w+)`)? ?\| `(\w+)` \|", section("Settings"), re.MULTILINE):
        at = first or at
        said.append((at, key))
    config = Config()
    there = [(name, key) for name in Config.__struct_fields__ for key in type(getattr(config, name)).__struct_fields__]
    assert said == there


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("commitments", ("commitments.csv",)),
        ("documents", ("documents.csv",)),
        ("actors and instruments", ("actors.csv", "instruments.csv")),
        ("quantities", ("quantities.csv",)),
        ("definitions", ("definitions.csv",)),
        ("references", ("references.csv",)),
        ("alignments and divergences", ("alignments.csv", "divergences.csv")),
        ("lineage", ("lineage.csv",)),
        ("themes and coverage", ("themes.csv", "coverage.csv", "actors_coverage.csv")),
        ("failures", ("failures.csv",)),
    ],
)
def test_every_column_is_in_the_reference(title: str, names: tuple[str, ...]) -> None:
    there = {column for name in names for column in TABLES[name][1].__struct_fields__}
    assert there <= names_in(section(title)), there - names_in(section(title))


def test_every_field_of_a_passage_is_in_the_reference() -> None:
    assert set(PassageRow.__struct_fields__) <= names_in(section("passages"))


def test_every_file_is_in_the_reference() -> None:
    assert set(FILES) <= names_in(section("Files of a run"))


def test_every_label_is_in_the_reference() -> None:
    labels = {*FORCES, *LAYER_OF_KIND, *LAYERS, *BINDINGS, "binding", "political", "analysis"}
    assert labels <= names_in(section("Labels"))
    assert all(state in section("commitments") for state in REVIEW_STATES)


def test_every_stage_is_in_the_readme() -> None:
    for module in MODULES:
        assert f"| {module.rpartition('.')[2]} |" in README


def test_every_make_target_is_told_and_the_readme_tells_no_other() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert targets >= {"pipeline", "test", "review", "train", "evaluate", "bench", "check"}
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets


@pytest.mark.skipif(sys.platform == "win32", reason="make is seldom there on Windows")
def test_make_alone_prints_the_targets() -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "make pipeline" in done.stdout


def test_links_of_the_documents_lead_somewhere() -> None:
    for file in (ROOT / "README.md", ROOT / "docs" / "reference.md", ROOT / "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)]+)\)", file.read_text("utf-8")):
            path, _, anchor = target.partition("#")
            if path.startswith("http"):
                continue
            there = file.parent / path if path else file
            assert there.exists(), f"{file.name}: {target}"
            if anchor:
                heads = re.findall(r"^#+ (.+)$", there.read_text("utf-8"), re.MULTILINE)
                assert anchor in {head.lower().replace(" ", "-") for head in heads}, f"{file.name}: {target}"


def test_the_first_screen_shows_rows() -> None:
    block = re.search(r"<!-- rows:begin.*?-->(.*?)<!-- rows:end -->", README, re.DOTALL)
    assert block
    assert README[: block.start()].count("\n") < 20
