"""Finds the files to read: folders are searched, no link leads out of them, and equal files count once.

In order: each input is walked in order of name; what cannot be read at all becomes a failure with its reason; every
file's content is hashed, and its id comes from that hash alone, so the same document has the same id wherever it lies.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pipeline.config import SUFFIXES
from pipeline.records import Failure, Source, stable_id
from pipeline.store import sha256_of

STAGE_NAME = "source"


class InputError(ValueError):
    """An input that was asked for is not there or is of no use; the message says what is."""


@dataclass(frozen=True)
class Found:
    """What the inputs hold.

    Attributes:
        sources: a document each, in order of path.
        same_as: by document id, the paths of further files with the same content.
        failures: files that cannot be read at all.
    """

    sources: tuple[Source, ...]
    same_as: dict[str, tuple[str, ...]]
    failures: tuple[Failure, ...]


def find(inputs: Sequence[Path], output: Path | None = None) -> Found:
    """Finds the documents of some inputs.

    Args:
        inputs: folders, searched recursively for the known formats, and files.
        output: a folder to leave out of the search: a run does not read what it wrote.

    Returns:
        the documents in order of path, which is relative to the input folder (with the folder's name in front where
        there are several inputs).

    Raises:
        InputError: if an input does not exist or is neither a file nor a folder.
    """
    listed: dict[str, Path] = {}
    failures: list[Failure] = []
    for top, name in zip(inputs, _names(inputs), strict=True):
        for path, raw, trouble in _walk(top, name, output.resolve() if output else None):
            label = readable = _readable(raw)
            for number in count(2):
                if label not in listed:
                    break
                label = f"{readable} ({number})"
            if trouble:
                failures.append(Failure(path=label, page=0, stage=STAGE_NAME, reason=trouble))
            else:
                listed[label] = path
    sources: dict[str, Source] = {}
    same: dict[str, list[str]] = {}
    for label, path in sorted(listed.items()):
        try:
            digest = sha256_of(path)
        except OSError as error:
            failures.append(Failure(path=label, page=0, stage=STAGE_NAME, reason=_why(error)))
            continue
        document = stable_id("d", digest)
        if document in sources:
            same.setdefault(document, []).append(label)
        else:
            sources[document] = Source(document=document, path=label, file=str(path.absolute()), sha256=digest)
    return Found(
        tuple(sources.values()),
        {document: tuple(paths) for document, paths in same.items()},
        tuple(sorted(failures, key=lambda f: (f.path, f.page))),
    )


def _readable(label: str) -> str:
    """A path as it is shown and sorted: the same on every system, whatever form its accents have; bytes that are no
    text become question marks.
    """
    plain = label.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", plain)


def _names(inputs: Sequence[Path]) -> list[str]:
    """What is put before the paths of each input: nothing for one folder, else its name, told apart by a number."""
    folders = [path for path in inputs if path.is_dir()]
    if len(inputs) == 1 and folders:
        return [""]
    names: list[str] = []
    for path in inputs:
        name = base = path.resolve().name
        number = 1
        while name in names:
            number += 1
            name = f"{base} ({number})" if path.is_dir() else f"{path.stem} ({number}){path.suffix}"
        names.append(name)
    return names


def _walk(top: Path, name: str, output: Path | None) -> Iterator[tuple[Path, str, str]]:
    """Path, label and trouble (empty if there is none) of every file of an input."""
    if not top.exists():
        raise InputError(f"there is no {top}; name a folder or a file ({', '.join(SUFFIXES)})")
    if top.is_file():
        fits = top.suffix.lower() in SUFFIXES
        yield (
            top,
            name,
            "" if fits else f"{top.suffix or 'a file without an ending'} is not read; known: {', '.join(SUFFIXES)}",
        )
        return
    if not top.is_dir():
        raise InputError(f"{top} is neither a folder nor a file")
    root = top.resolve()
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            label = folder.relative_to(top).as_posix()
            yield folder, "/".join(filter(None, (name, label))), _why(error)
            continue
        for entry in entries:
            path = Path(entry.path)
            label = "/".join(filter(None, (name, path.relative_to(top).as_posix())))
            if entry.name.startswith((".", "~$")):
                continue
            if entry.is_dir(follow_symlinks=False):
                if path.resolve() != output:
                    folders.append(path)
            elif path.suffix.lower() in SUFFIXES:
                yield path, label, _trouble(entry, root)


def _trouble(entry: os.DirEntry[str], root: Path) -> str:
    """Why a file in a folder is not read: a link that leads nowhere or out, or something that is no file."""
    path = Path(entry.path)
    if entry.is_symlink():
        target = path.resolve()
        if not target.exists():
            return "a link that leads nowhere"
        if not target.is_relative_to(root):
            return "a link that leads out of the input folder; it is not followed"
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return _why(error)
    return "" if stat.S_ISREG(mode) else "not a regular file"


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return f"it cannot be read: {error.strerror or error}"
