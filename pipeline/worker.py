"""What a worker process does: takes one document through the stages that are still to do, keeping each result.

A worker builds each stage once and keeps it for the documents that follow. What a stage needs is taken from memory,
from the cache, or made anew, in that order, so a damaged or missing artefact mends itself. An error of a stage on a
document is that document's failure; an error in building a stage is everybody's, and ends the run.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.config import Config
from pipeline.lexicons import LexiconError
from pipeline.limits import Journal, Limits, guard_process, guarded, lift_limits, peak_mb
from pipeline.models import ModelError
from pipeline.records import Failure, Record, Source
from pipeline.stage import Stage
from pipeline.store import Cache, DamagedError, OutputError, explain

THREAD_VARIABLES = (
    "PLEDGEBOOK_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


@dataclass(frozen=True)
class Job:
    """One document and how far it is to be taken.

    Attributes:
        source: the document.
        modules: the modules of the document stages, in order.
        keys: by artefact, the key under which it is kept.
        cache, journals: the folders for artefacts and for what is in hand.
        limits: what the document may take.
    """

    source: Source
    modules: tuple[str, ...]
    keys: dict[str, str]
    config: Config
    cache: Path
    journals: Path
    limits: Limits


@dataclass(frozen=True)
class CorpusJob:
    """One corpus stage: ``keys`` has, by artefact it needs, the key of each document in order (one for the corpus)."""

    module: str
    keys: dict[str, dict[str, str] | str]
    makes: str
    key: str
    records: dict[str, str]
    config: Config
    cache: Path


class Failed(Record, frozen=True):
    """Why a document did not get through, kept so that the next run need not find out again."""

    failures: tuple[Failure, ...]


@dataclass
class Done:
    """What became of a job.

    Attributes:
        failures: what could not be read.
        complete: whether every stage gave its result.
        fatal: an error that is not this document's own and ends the run; ``disk`` if it is one of writing.
        again: whether the failure may have been the moment's and is to be tried anew by the next run.
        pages: pages of the document.
        seconds: by stage, the time it took.
        peak: the most memory that the process has held so far, in megabytes.
    """

    document: str = ""
    failures: tuple[Failure, ...] = ()
    complete: bool = False
    fatal: str = ""
    disk: bool = False
    again: bool = False
    pages: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0

    def check(self) -> None:
        """Raises what ends the run, if there is such a thing: OutputError or RunError."""
        if self.fatal:
            raise OutputError(self.fatal) if self.disk else RunError(self.fatal)


class RunError(RuntimeError):
    """The run cannot go on, whatever the documents; the message says why and what to do."""


class _FatalError(Exception):
    """A stage cannot be built: no document can get through it."""


class _StageError(Exception):
    """A stage failed on this document."""

    def __init__(self, stage: str, reason: str, again: bool = False) -> None:
        super().__init__(reason)
        self.stage, self.reason, self.again = stage, reason, again


_BUILT: dict[tuple[str, Any], Callable[..., Any]] = {}


def share(threads: int) -> None:
    """Tells this process its share of the cores; to be called before any library looks."""
    for name in THREAD_VARIABLES:
        os.environ[name] = str(threads)


def start(threads: int, limits: Limits | None) -> None:
    """Prepares a worker process of this machine: its share of the cores, its limits, its end with its parent's."""
    share(threads)
    guard_process(limits)


def stage_of(module: str) -> Stage:
    """The stage that a module exports."""
    found: Stage = importlib.import_module(module).STAGE
    return found


def built(module: str, config: Config) -> Callable[..., Any]:
    """A stage's function, made once a process and section of the configuration."""
    stage = stage_of(module)
    settings = config.section(stage.name)
    if (module, settings) not in _BUILT:
        try:
            _BUILT[module, settings] = stage.build(settings)
        except Exception as error:
            raise _FatalError(f"stage {stage.name!r} cannot start: {describe(error)}") from error
    return _BUILT[module, settings]


def describe(error: BaseException) -> str:
    """An error in a line, for a person."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def work(job: Job) -> Done:
    """Takes a document through its stages; never raises but for what is wrong with the machine or the project."""
    done = Done(document=job.source.document)
    journal = Journal(job.journals, job.source.document)
    try:
        with guarded(journal, job.limits) as watch:
            _Work(job, done, watch.stage).run()
    except (OutputError, _FatalError) as error:
        done.fatal, done.disk = str(error), isinstance(error, OutputError)
    except OSError as error:
        done.fatal, done.disk = explain(journal.path, error), True
    done.peak = peak_mb()
    return done


class _Work:
    """One document on its way through the stages."""

    def __init__(self, job: Job, done: Done, begin: Callable[[str], None]) -> None:
        self.job, self.done, self.begin = job, done, begin
        self.cache = Cache(job.cache)
        self.makers = {stage_of(module).makes: module for module in job.modules}
        self.memory: dict[str, Record] = {"source": job.source}

    def run(self) -> None:
        job, done = self.job, self.done
        try:
            for artefact in self.makers:
                if artefact in self.memory or not self.cache.has(artefact, job.keys[artefact]):
                    self.obtain(artefact)
            done.complete = True
        except _StageError as error:
            failure = Failure(path=job.source.path, page=0, stage=error.stage, reason=error.reason)
            partial = getattr(self.memory.get("parsed"), "failures", ())
            done.failures, done.again = (failure, *partial), error.again
        if "parsed" in self.memory:
            done.pages = len(getattr(self.memory["parsed"], "pages", ()))

    def obtain(self, artefact: str) -> Record:
        """An artefact of the document: from memory, else from the cache, else made."""
        if artefact in self.memory:
            return self.memory[artefact]
        module = self.makers[artefact]
        stage = stage_of(module)
        key = self.job.keys[artefact]
        with contextlib.suppress(FileNotFoundError, DamagedError):
            self.memory[artefact] = self.cache.read(artefact, key, stage.record)
            return self.memory[artefact]
        needs = [self.obtain(need) for need in stage.needs]
        made = self.make(stage, module, needs)
        try:
            self.cache.write(artefact, key, made)
        except (TypeError, ValueError) as error:
            raise _StageError(
                stage.name, f"what stage {stage.name!r} made cannot be kept ({describe(error)})"
            ) from error
        self.memory[artefact] = made
        return made

    def make(self, stage: Stage, module: str, needs: list[Record]) -> Record:
        self.begin(stage.name)
        function = built(module, self.job.config)
        self.begin(stage.name)
        started = time.perf_counter()
        try:
            made = function(*needs)
        except MemoryError:
            raise _StageError(stage.name, f"it needed more than {self.job.limits.memory_mb} MB of memory") from None
        except (LexiconError, ModelError) as error:
            raise _FatalError(str(error)) from error
        except Exception as error:
            reason = f"stage {stage.name!r} failed on it ({describe(error)})"
            raise _StageError(stage.name, reason, again=isinstance(error, OSError)) from error
        if not isinstance(made, stage.record):
            raise _FatalError(f"stage {stage.name!r} gave {type(made).__name__}, not {stage.record.__name__}")
        self.done.seconds[stage.name] = self.done.seconds.get(stage.name, 0.0) + time.perf_counter() - started
        return made


def work_corpus(job: CorpusJob) -> Done:
    """Carries out a corpus stage over every document's artefacts and keeps its result."""
    done = Done()
    cache = Cache(job.cache)
    stage = stage_of(job.module)
    lift_limits()
    try:
        function = built(job.module, job.config)
        needs: list[Any] = []
        for name in stage.needs:
            record = _record_of(job.records[name])
            keys = job.keys[name]
            if isinstance(keys, str):
                needs.append(cache.read(name, keys, record))
            else:
                needs.append({document: cache.read(name, key, record) for document, key in keys.items()})
        started = time.perf_counter()
        made = function(*needs)
        done.seconds[stage.name] = time.perf_counter() - started
        cache.write(job.makes, job.key, made)
        done.complete = True
    except (OutputError, _FatalError, LexiconError, ModelError) as error:
        done.fatal, done.disk = str(error), isinstance(error, OutputError)
    except (DamagedError, FileNotFoundError):
        raise
    except Exception as error:
        done.failures = (
            Failure(
                path="",
                page=0,
                stage=stage.name,
                reason=f"stage {stage.name!r} failed on the corpus ({describe(error)})",
            ),
        )
    done.peak = peak_mb()
    return done


def _record_of(module: str) -> type[Record]:
    return stage_of(module).record
