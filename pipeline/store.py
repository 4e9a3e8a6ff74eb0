"""Records to disk and back, so that nothing written is ever half written.

Every file is written beside its final name, synced, and renamed over it: a reader or a killed run sees the old file
or the new one, whole. The cache keeps each artefact of a run under the key of all that went into it, with a digest in
front of its bytes, so a damaged file is noticed and made anew instead of being believed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from pipeline.records import Record

R = TypeVar("R", bound=Record)
DIGEST_BYTES = 32
TEMPORARY = ".tmp"


class OutputError(RuntimeError):
    """The output folder cannot be written; the message says why and what to do."""


class DamagedError(RuntimeError):
    """A cached artefact is not what was written; it has been removed and will be made anew."""


def atomic_write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all.

    Args:
        path: where; its folder must exist.
        data: its content.

    Raises:
        OutputError: if it cannot be written (no space, no permission, open in another program). What stood there before
            still does.
    """
    atomic_write_all(path.parent, {path.name: data})


def atomic_write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Writes several files of a folder, all or none: each is written beside its place, then each is put in it.

    Args:
        folder: where; it must exist.
        files: contents by name, in the order in which they are put in place.

    Raises:
        OutputError: if one cannot be written; then none is changed, but for an error in the renaming at the end.
    """
    at = folder
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, data in files.items():
            at = folder / name
            temporary = at.with_name(f".{name}.{os.getpid()}{TEMPORARY}")
            waiting.append((temporary, at))
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for temporary, at in waiting:
            os.replace(temporary, at)
    except OSError as error:
        for temporary, _ in waiting:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise OutputError(explain(at, error)) from error


def explain(path: Path, error: OSError) -> str:
    """A writing error in words: what failed, why, and the next step."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        why = "the disk is full; free some space or choose another --output"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        why = "no permission to write there (is the file open in another program?); choose another --output"
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        why = "a file stands where a folder is needed; choose another --output"
    else:
        why = error.strerror or str(error)
    return f"cannot write {path}: {why}. What was complete before is still there; the next run goes on from it."


def make_folder(path: Path) -> None:
    """Makes a folder with all above it.

    Raises:
        OutputError: if that is not possible.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(explain(path, error)) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Cache:
    """The artefacts of a run, each under the key of all that went into it.

    Args:
        folder: where they are kept: a folder a kind of artefact, a file a key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, kind: str, key: str) -> Path:
        """Where the artefact of a kind with a key is kept."""
        return self.folder / kind / key

    def keys(self, kind: str) -> set[str]:
        """The keys of all artefacts of a kind, read in one go."""
        try:
            return {entry.name for entry in os.scandir(self.folder / kind) if not entry.name.endswith(TEMPORARY)}
        except FileNotFoundError:
            return set()

    def has(self, kind: str, key: str) -> bool:
        """Whether an artefact is there."""
        return self.path(kind, key).exists()

    def write(self, kind: str, key: str, record: Record) -> None:
        """Keeps an artefact.

        Raises:
            OutputError: if it cannot be written.
        """
        data = msgspec.msgpack.encode(record)
        path = self.path(kind, key)
        make_folder(path.parent)
        atomic_write(path, hashlib.sha256(data).digest() + data)

    def read(self, kind: str, key: str, record: type[R]) -> R:
        """Gives an artefact back as the record it was.

        Raises:
            FileNotFoundError: if it is not there.
            DamagedError: if its bytes are not those that were written; the file is then removed.
        """
        path = self.path(kind, key)
        data = path.read_bytes()
        if hashlib.sha256(data[DIGEST_BYTES:]).digest() == data[:DIGEST_BYTES]:
            with contextlib.suppress(msgspec.ValidationError):
                return msgspec.msgpack.decode(memoryview(data)[DIGEST_BYTES:], type=record)
        path.unlink(missing_ok=True)
        raise DamagedError(f"{path} was damaged on disk and has been removed")

    def mend(self) -> int:
        """Removes every artefact that is not what was written; returns how many there were."""
        damaged = 0
        for entry in list(_files(self.folder)):
            data = Path(entry.path).read_bytes()
            if hashlib.sha256(data[DIGEST_BYTES:]).digest() != data[:DIGEST_BYTES]:
                Path(entry.path).unlink(missing_ok=True)
                damaged += 1
        return damaged

    def sweep(self, used: Iterable[tuple[str, str]], limit: int) -> None:
        """Removes leftovers of killed runs, and artefacts that this run did not use, oldest first, down to a limit.

        Args:
            used: kind and key of what this run used; never removed.
            limit: bytes that the whole may take.
        """
        keep = {str(self.path(kind, key)) for kind, key in used}
        idle: list[tuple[int, str, int]] = []
        total = 0
        for entry in _files(self.folder):
            if entry.name.endswith(TEMPORARY):
                Path(entry.path).unlink(missing_ok=True)
                continue
            size = entry.stat().st_size
            total += size
            if entry.path not in keep:
                idle.append((entry.stat().st_mtime_ns, entry.path, size))
        for _, path, size in sorted(idle):
            if total <= limit:
                break
            Path(path).unlink(missing_ok=True)
            total -= size


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    for kind in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if kind.is_dir(follow_symlinks=False):
            yield from (entry for entry in os.scandir(kind.path) if entry.is_file(follow_symlinks=False))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps a second run out of an output folder; the lock ends with the process, however that ends.

    Raises:
        OutputError: if another run holds the folder, or it cannot be written.
    """
    try:
        with (folder / "lock").open("ab") as file:
            if not _take(file):
                raise OutputError(f"another run is writing to {folder.parent}; wait for it, or choose another --output")
            yield
    except OSError as error:
        raise OutputError(explain(folder, error)) from error


def _take(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
