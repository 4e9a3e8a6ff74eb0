"""The log of decisions: a file of JSON lines for each reviewer, to which lines are only ever added.

A line is written under a lock and synced to disk before anybody is told that it is saved, so a process that is killed
loses nothing that was confirmed. What others add to the folder meanwhile (another desk, a merge of two branches, an
imported workbook) is read on the next look, from where the last one ended.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from pipeline.export.decisions import Decision, ReviewError, Standing, parse_line, standing
from pipeline.records import stable_id
from pipeline.store import OutputError, explain, make_folder

NAME = re.compile(r"[^\W_](?:[\w .-]{0,38}[\w])?")
# Names that Windows keeps for devices, whatever their ending.
DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
replace = msgspec.structs.replace


def check_name(name: str) -> str:
    """A reviewer's name that can be a file's name on every system.

    Raises:
        ReviewError: if it is none.
    """
    name = name.strip()
    if not NAME.fullmatch(name) or name.split(".")[0].lower() in DEVICES:
        raise ReviewError(
            f"{name!r} cannot be a reviewer's name; use 1 to 40 letters, digits, blanks, '.', '-' or '_', "
            "beginning and ending with a letter or digit"
        )
    return name


@dataclass
class _File:
    """How far a file was read: bytes and lines; ``place`` is its inode, which is another one if it was replaced."""

    place: int = 0
    size: int = 0
    lines: int = 0


@dataclass
class Log:
    """The decisions in a folder, in memory and on disk.

    Args:
        folder: the reviews folder; it is made when the first decision is.
    """

    folder: Path
    entries: list[Decision] = field(default_factory=list)
    _files: dict[str, _File] = field(default_factory=dict)
    _by_statement: dict[str, list[Decision]] = field(default_factory=dict)
    _undone: set[tuple[str, str]] = field(default_factory=set)
    _keys: set[str] = field(default_factory=set)

    def refresh(self) -> set[str]:
        """Reads what was added to the folder since the last look.

        Returns:
            the statements that were spoken of.

        Raises:
            ReviewError: if a line is no decision.
        """
        if any(self._replaced(name, known) for name, known in self._files.items()):
            self.entries, self._files, self._by_statement, self._undone, self._keys = [], {}, {}, set(), set()
        touched: set[str] = set()
        for path in sorted(self.folder.glob("*.jsonl")):
            touched |= self._read(path)
        return touched

    def _replaced(self, name: str, known: _File) -> bool:
        """Whether a file was not only added to: a merge or a person wrote it anew, or took it away."""
        try:
            now = (self.folder / name).stat()
        except FileNotFoundError:
            return True
        return now.st_size < known.size or now.st_ino != known.place

    def _read(self, path: Path) -> set[str]:
        known = self._files.setdefault(path.name, _File(path.stat().st_ino))
        if path.stat().st_size == known.size:
            return set()
        touched: set[str] = set()
        with path.open("rb") as file:
            file.seek(known.size)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                known.lines += 1
                known.size += len(line)
                if line.strip():
                    entry = parse_line(line, path, known.lines)
                    self._note(entry)
                    touched.add(entry.statement_id)
        return touched

    def _note(self, entry: Decision) -> None:
        self.entries.append(entry)
        self._keys.add(entry.id)
        self._undone |= {(entry.reviewer, key) for key in entry.undoes}
        self._by_statement.setdefault(entry.statement_id, []).append(entry)

    def history(self, statement: str) -> list[Decision]:
        """Every line on a statement, the undone and the notes too, in order."""
        return list(self._by_statement.get(statement, ()))

    def standing(self, statement: str) -> Standing | None:
        """How a statement stands; None if nobody has decided on it."""
        group = [
            line
            for line in self._by_statement.get(statement, ())
            if line.decides and (line.reviewer, line.id) not in self._undone
        ]
        return standing(group) if group else None

    def standings(self) -> dict[str, Standing]:
        """How each statement stands that anybody has decided on."""
        found = {statement: self.standing(statement) for statement in self._by_statement}
        return {statement: stands for statement, stands in found.items() if stands}

    def add(self, reviewer: str, entries: Sequence[Decision]) -> tuple[Decision, ...]:
        """Adds decisions of one person, all in one write, and returns when they are on the disk.

        Args:
            reviewer: who decided.
            entries: what; their ids, reviewer and batch are filled in.

        Returns:
            the decisions as they were written.

        Raises:
            ReviewError: if the name cannot be one.
            OutputError: if they cannot be written; then none is.
        """
        name = check_name(reviewer)
        self.refresh()
        path = self.folder / f"{name}.jsonl"
        made: list[Decision] = []
        count = len(self._keys)
        batch = (
            stable_id("b", name, count, [msgspec.json.encode(e).decode() for e in entries]) if len(entries) > 1 else ""
        )
        for entry in entries:
            entry = replace(entry, reviewer=name, batch=entry.batch or batch)
            key = stable_id("r", name, count + len(made), msgspec.json.encode(entry).decode())
            made.append(replace(entry, id=key))
        make_folder(self.folder)
        try:
            _append(path, b"".join(msgspec.json.encode(entry) + b"\n" for entry in made))
        except OSError as error:
            raise OutputError(explain(path, error)) from error
        self.refresh()
        return tuple(made)

    def undo(self, reviewer: str, time: str) -> tuple[Decision, ...]:
        """Takes back the last thing that a person did, with all of its batch.

        Returns:
            what was taken back; empty if there is nothing.
        """
        self.refresh()
        name = check_name(reviewer)
        own = [e for e in self.entries if e.reviewer == name and e.decides and (name, e.id) not in self._undone]
        if not own:
            return ()
        last = own[-1]
        back = [entry for entry in own if entry is last or (last.batch and entry.batch == last.batch)]
        statements: dict[str, list[str]] = {}
        for entry in back:
            statements.setdefault(entry.statement_id, []).append(entry.id)
        self.add(
            name,
            [
                Decision(statement_id=statement, state="unreviewed", undoes=tuple(keys), time=time)
                for statement, keys in statements.items()
            ],
        )
        return tuple(back)


def _append(path: Path, data: bytes) -> None:
    """Adds bytes to a file and syncs it; a line that a killed process left without an end is cut off first."""
    fresh = not path.exists()
    with path.open("a+b") as file, _alone(file):
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.seek(0)
                end = file.read().rfind(b"\n") + 1
                file.truncate(end)
        file.seek(0, os.SEEK_END)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file.fileno(), end)
            raise
    if fresh and hasattr(os, "O_DIRECTORY"):
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _alone(file: IO[bytes]) -> Iterator[None]:
    """Holds a file against other processes that would add to it; waits for them."""
    if sys.platform == "win32":
        import msvcrt

        # A byte far beyond the end: the lock must not keep anybody from reading.
        file.seek(1 << 40)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(1 << 40)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


__all__ = ["Log", "ReviewError", "check_name"]
