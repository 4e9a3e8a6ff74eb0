"""Where trained models live, which version is current, and whether their files are the ones that were written.

``models/NAME/VERSION/`` holds the files of a version and its ``card.json`` (what it was trained on, how, how well, and
the SHA-256 of every file); ``models/NAME/current`` names the version in use, and the ones before it, so that a promotion
can be rolled back. Files are data only: JSON, arrays without pickle, ONNX.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class ModelError(RuntimeError):
    """A model is missing, incomplete or altered."""


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Writes ``card.json`` with the hash of every other file of the folder under ``files``."""
    files = {
        file.name: sha256(file) for file in sorted(folder.iterdir()) if file.is_file() and file.name != "card.json"
    }
    _write(
        folder / "card.json", json.dumps({**card, "files": files}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def check(folder: Path) -> dict[str, Any]:
    """Reads a version's card and checks every file that it names.

    Raises:
        ModelError: if the card or a file is missing, or a file is not the one that the card was written for.
    """
    card_file = folder / "card.json"
    if not card_file.is_file():
        raise ModelError(f"there is no model in {folder}: no card.json. Restore the folder from the repository")
    card: dict[str, Any] = json.loads(card_file.read_text(encoding="utf-8"))
    files = card.get("files")
    if not isinstance(files, dict) or not files:
        raise ModelError(f"the card of {folder} names no files")
    for name, expected in files.items():
        file = folder / name
        if not file.is_file():
            raise ModelError(f"the model in {folder} lacks {name}. Restore the folder from the repository")
        found = sha256(file)
        if found != expected:
            raise ModelError(
                f"{file} is not the file its card was written for (sha256 {found[:12]}…, not {expected[:12]}…). "
                "Restore it from the repository, or roll back with `pledgebook train --rollback`"
            )
    return card


def history(home: Path, name: str) -> list[str]:
    """The versions that were promoted, the current one last."""
    pointer = home / name / "current"
    if not pointer.is_file():
        raise ModelError(
            f"there is no model {name!r} in {home}: restore the folder from the repository or run `make train`"
        )
    return [line for line in pointer.read_text(encoding="utf-8").split("\n") if line]


def current(home: Path, name: str) -> Path:
    """The folder of the version in use.

    Raises:
        ModelError: if there is none.
    """
    return home / name / history(home, name)[-1]


def promote(home: Path, name: str, version: str) -> None:
    """Makes a version the one in use; the one before it stays and can be rolled back to."""
    check(home / name / version)
    pointer = home / name / "current"
    known = history(home, name) if pointer.is_file() else []
    _write(pointer, "\n".join([*(v for v in known if v != version), version]) + "\n")


def rollback(home: Path, name: str) -> tuple[str, str]:
    """Goes back to the version before the current one; returns both names, the one left first.

    Raises:
        ModelError: if there is none before it.
    """
    known = history(home, name)
    if len(known) < 2:
        raise ModelError(f"model {name!r} has one version, {known[-1]}: there is nothing to roll back to")
    check(home / name / known[-2])
    _write(home / name / "current", "\n".join(known[:-1]) + "\n")
    return known[-1], known[-2]


def _write(path: Path, text: str) -> None:
    """Replaces a small file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
