"""Keeps one document from taking the others with it: limits on time and memory inside a worker process.

A library that hangs or eats memory cannot be asked to stop, so the worker ends itself: the interpreter's own watchdog
thread (``faulthandler``, which needs no lock that a hanging library could hold) ends it after the time limit, and a
second thread watches its memory and whether the process that started it still lives. Before a document is begun its
name goes into a journal; what the worker was doing and why it ended stands there for the runner to read.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.stage import listen

LOOK_SECONDS = 0.05
MEGABYTE = 1024 * 1024
OUT_OF_MEMORY = "Out of memory"
# Beyond this the system itself refuses memory, for what grows faster than the watching thread can look.
HARD_FACTOR = 2
# What a worker with all models loaded holds on ordinary documents, with room to spare (measured: 0.9 GB).
WORKER_MB = 1500


@dataclass(frozen=True)
class Limits:
    """What a document may take: ``seconds`` without a page done, ``memory_mb`` of resident memory."""

    seconds: int
    memory_mb: int


@dataclass(frozen=True)
class Ending:
    """What a journal says of a worker that ended in the middle of a document: the stage, and why if it is known."""

    stage: str
    reason: str


class Journal:
    """What a worker is doing with one document, in a file that outlives it.

    Args:
        folder: where journals are; one file a document.
        document: the document's id.
    """

    def __init__(self, folder: Path, document: str) -> None:
        self.path = folder / f"{document}.log"

    @property
    def pages_path(self) -> Path:
        return self.path.with_suffix(".pages")

    def clear(self) -> None:
        """Removes it."""
        self.path.unlink(missing_ok=True)
        self.pages_path.unlink(missing_ok=True)

    def pages(self) -> int:
        """The pages that are done so far: a byte each."""
        try:
            return self.pages_path.stat().st_size
        except OSError:
            return 0

    def ending(self, limits: Limits) -> Ending | None:
        """Why the worker ended in the middle of this document, for a person; None if it had not begun it."""
        try:
            text = self.path.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return None
        stages = [line.removeprefix("stage ") for line in text.splitlines() if line.startswith("stage ")]
        return Ending(stages[-1] if stages else "start", _reason(text, limits))


def _reason(text: str, limits: Limits) -> str:
    if OUT_OF_MEMORY in text:
        return f"it needed more than {limits.memory_mb} MB of memory; raise memory_mb in [run] if the file is worth it"
    if "Timeout (" in text:
        return f"no progress for {limits.seconds} s, so it was given up; raise seconds in [run] if the file is worth it"
    for line in text.splitlines():
        if line.startswith(("Fatal Python error: ", "Windows fatal exception: ")):
            return f"a library crashed on this file ({line.partition(': ')[2]})"
    return ""


_current: list[IO[str]] = []


def guard_process(limits: Limits | None) -> None:
    """Starts the watching thread of a worker process; to be called once, when it starts. None: no limits."""
    # Ctrl-C goes to every process of the terminal; the one that was started by the user ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux" and limits:
        import resource

        hard = limits.memory_mb * MEGABYTE * HARD_FACTOR
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (hard, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    threading.Thread(target=_watch, args=(limits,), daemon=True, name="watch").start()


def lift_limits() -> None:
    """Takes back the system's limit on memory, for work that is not one document's."""
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _watch(limits: Limits | None) -> None:
    parent = multiprocessing.parent_process()
    while True:
        if parent is not None and not parent.is_alive():
            os._exit(0)
        if limits and _current and resident_mb() > limits.memory_mb:
            with contextlib.suppress(OSError, ValueError):
                _current[-1].write(f"\n{OUT_OF_MEMORY}\n")
                _current[-1].flush()
            os._exit(70)
        time.sleep(LOOK_SECONDS)


def resident_mb() -> float:
    """Memory of this process in megabytes: what it holds now, or at most held where only that is known (macOS)."""
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    if sys.platform == "win32":
        return _resident_windows()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def peak_mb() -> float:
    """The most memory that this process has held, in megabytes; on Windows what it holds now."""
    if sys.platform == "win32":
        return _resident_windows()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "linux" else peak / MEGABYTE


def machine_mb() -> float:
    """The memory of this machine in megabytes."""
    if sys.platform == "win32":
        import ctypes

        class Status(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
                (name, ctypes.c_ulonglong)
                for name in ("total", "free", "page", "page_free", "virtual", "v_free", "more")
            ]

        status = Status()
        status.length = ctypes.sizeof(status)
        ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined,unused-ignore]
        return float(status.total) / MEGABYTE
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _resident_windows() -> float:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [("cb", wintypes.DWORD), ("faults", wintypes.DWORD)] + [
            (name, ctypes.c_size_t)
            for name in ("peak", "resident", "q1", "q2", "q3", "q4", "pagefile", "peak_pagefile")
        ]

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    library = ctypes.WinDLL("psapi")  # type: ignore[attr-defined,unused-ignore]
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    library.GetProcessMemoryInfo(wintypes.HANDLE(kernel.GetCurrentProcess()), ctypes.byref(counters), counters.cb)
    return float(counters.resident) / MEGABYTE


class Watch:
    """The time limit of the document in hand, and its journal."""

    def __init__(self, file: IO[str], pages: IO[bytes], limits: Limits) -> None:
        self.file, self.pages, self.limits = file, pages, limits

    def stage(self, name: str) -> None:
        """Notes that a stage begins; the time limit starts anew."""
        self.file.write(f"stage {name}\n")
        self.file.flush()
        self.rearm()

    def rearm(self) -> None:
        """Starts the time limit anew."""
        faulthandler.dump_traceback_later(self.limits.seconds, exit=True, file=self.file)

    def ticked(self, pages: int) -> None:
        """Hears that pages are done."""
        self.pages.write(b"." * pages)
        self.pages.flush()
        self.rearm()


@contextlib.contextmanager
def guarded(journal: Journal, limits: Limits) -> Iterator[Watch]:
    """Holds the work on one document under its limits, with a journal that is gone when the work does not die."""
    with journal.path.open("w", encoding="utf-8") as file, journal.pages_path.open("wb") as pages:
        watch = Watch(file, pages, limits)
        faulthandler.enable(file=file)
        _current.append(file)
        listen(watch.ticked)
        try:
            watch.stage("start")
            yield watch
        finally:
            faulthandler.cancel_dump_traceback_later()
            _current.remove(file)
            listen(lambda pages: None)
            if sys.__stderr__ is not None:
                faulthandler.enable(file=sys.__stderr__)
    journal.clear()
