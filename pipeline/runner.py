"""The one place that loops: which documents need which stages, who does them, what became of them.

In order: every document's keys follow from its content and from the stages (``keys_of``); documents whose artefacts are
all in the cache are done; the others go to worker processes through the ``concurrent.futures.Executor`` interface, the
largest first; then the corpus stages run once over everything that came through. Results are kept under their keys, so
neither the number of workers nor the order in which they finish can show in what is written, and a run that is killed
goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from pipeline.config import Config
from pipeline.crew import Crew, carry_out
from pipeline.executors import Executors, how_many
from pipeline.fingerprint import fingerprint, forget
from pipeline.flow import MODULES, stages
from pipeline.limits import Limits
from pipeline.records import Failure, Record, Source
from pipeline.sources import Found
from pipeline.stage import Stage
from pipeline.store import Cache, DamagedError, make_folder
from pipeline.worker import CorpusJob, Done, Failed, Job

CACHE = "cache"
JOURNALS = "running"
FAILED = "failed"


class Progress(Protocol):
    """What hears of a run's progress."""

    def begin(self, what: str, documents: int, size: int) -> None:
        """A phase begins: so many documents of so many bytes in all."""

    def pages(self, pages: int) -> None:
        """So many pages of the documents in hand are done."""

    def document(self, pages: int, size: int, failed: bool) -> None:
        """A document is done."""


class Silent:
    """Hears everything and shows nothing."""

    def begin(self, what: str, documents: int, size: int) -> None: ...

    def pages(self, pages: int) -> None: ...

    def document(self, pages: int, size: int, failed: bool) -> None: ...


@dataclass
class Outcome:
    """What a run came to.

    Attributes:
        sources: the documents that went through every stage, in order of path. keys: by document, by artefact, the
        key under which it is kept. corpus: by artefact of the whole corpus, its key; absent where its stage failed.
        failures: what could not be read or done, in order of path, page and stage. worked: how many documents had
        anything done to them. pages: pages read anew; seconds: time spent in each stage, over all workers; peak:
        megabytes of the largest worker.
    """

    sources: list[Source] = field(default_factory=list)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    corpus: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    worked: int = 0
    pages: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0

    def used(self) -> Iterator[tuple[str, str]]:
        """Kind and key of every artefact that this run stands on."""
        for keys in self.keys.values():
            yield from keys.items()
        yield from self.corpus.items()

    def note(self, done: Done) -> None:
        """Adds what a job took."""
        for stage, seconds in done.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        self.pages += done.pages
        self.peak = max(self.peak, done.peak)


def hash_of(*parts: Any) -> str:
    """A key: the hash of JSON-encoded parts."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:40]


class Runner:
    """Carries documents through the flow.

    Args:
        folder: where artefacts and journals are kept.
        config: the configuration.
        modules: the modules of the stages, in order; the flow's if none are given.
        progress: what hears of the progress.
        retry: whether documents that failed before are tried again though nothing has changed.
        meanwhile: done once in this process, which is idle, while workers begin to work.

    Raises:
        FlowError: if the stages cannot run in their order.
    """

    def __init__(
        self,
        folder: Path,
        config: Config,
        modules: Sequence[str] = MODULES,
        progress: Progress | None = None,
        retry: bool = False,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        self.folder, self.config, self.retry, self.meanwhile = folder, config, retry, meanwhile
        self.stages: dict[str, Stage] = stages(tuple(modules))
        self.cache = Cache(folder / CACHE)
        self.progress: Progress = progress or Silent()
        self.limits = Limits(config.run.seconds, config.run.memory_mb)
        forget()
        self.parts = {
            module: hash_of(fingerprint(module), stage.name, config.section(stage.name))
            for module, stage in self.stages.items()
        }
        self.makers = {stage.makes: module for module, stage in self.stages.items()}

    def run(self, found: Found) -> Outcome:
        """Takes the documents as far as they go.

        Returns:
            what is kept under which key, and every failure.

        Raises:
            RunError: if no document could get through (a model is missing, workers cannot start).
            OutputError: if the cache cannot be written.
        """
        for name in (CACHE, JOURNALS):
            make_folder(self.folder / name)
        for leftover in (self.folder / JOURNALS).iterdir():
            leftover.unlink(missing_ok=True)
        outcome = Outcome(failures=list(found.failures))
        for source in found.sources:
            outcome.keys[source.document] = self.keys_of(source)
        workers = how_many(self.config.run.workers, len(found.sources))
        with Executors(self.config.run, workers, self.limits) as executors:
            complete = self._documents(found.sources, outcome, executors)
            outcome.sources = [source for source in found.sources if source.document in complete]
            self._corpus(outcome, executors)
        outcome.failures.sort(key=lambda failure: (failure.path, failure.page, failure.stage, failure.reason))
        return outcome

    def keys_of(self, source: Source) -> dict[str, str]:
        """By artefact, the key under which a document's is kept: a hash of all that goes into it."""
        keys = {"source": hash_of(source.sha256, source.path)}
        for module, stage in self.stages.items():
            if stage.scope == "document":
                keys[stage.makes] = hash_of(self.parts[module], [keys[need] for need in stage.needs])
        del keys["source"]
        return keys

    def read(self, artefact: str, key: str) -> Record:
        """An artefact that the run kept."""
        return self.cache.read(artefact, key, self.stages[self.makers[artefact]].record)

    def _documents(self, sources: Sequence[Source], outcome: Outcome, executors: Executors) -> set[str]:
        """Does what is to do for each document; returns those that are complete."""
        jobs: list[tuple[int, Job]] = []
        complete: set[str] = set()
        there = {stage.makes: self.cache.keys(stage.makes) for stage in self.stages.values()}
        for source in sources:
            keys = outcome.keys[source.document]
            if all(key in there[artefact] for artefact, key in keys.items()):
                complete.add(source.document)
            elif failed := self._failed_before(keys):
                outcome.failures += failed
            else:
                jobs.append((_size(source), self._job(source, keys)))
        if jobs:
            self._work(jobs, outcome, complete, executors)
        return complete

    def _work(self, jobs: list[tuple[int, Job]], outcome: Outcome, complete: set[str], executors: Executors) -> None:
        """Gives jobs to workers, the largest first, and hears what became of them."""
        jobs.sort(key=lambda pair: (-pair[0], pair[1].source.path))
        sizes = {job.source.document: size for size, job in jobs}
        outcome.worked = len(jobs)
        self.progress.begin("reading", len(jobs), sum(sizes.values()))
        if self.meanwhile:
            threading.Thread(target=self.meanwhile, daemon=True).start()

        def hear(job: Job, done: Done) -> None:
            outcome.note(done)
            outcome.failures += done.failures
            if done.complete:
                complete.add(job.source.document)
            elif not done.again:
                self.cache.write(FAILED, self._failed_key(job.keys), Failed(failures=done.failures))
            self.progress.document(done.pages, sizes[job.source.document], not done.complete)

        Crew(executors, self.limits, hear, self.progress.pages).run([job for _, job in jobs])

    def _failed_key(self, keys: dict[str, str]) -> str:
        """The key of a failure: other limits, or anything else that changes, and the document is tried again."""
        return hash_of(sorted(keys.items()), self.limits.seconds, self.limits.memory_mb)

    def _failed_before(self, keys: dict[str, str]) -> tuple[Failure, ...]:
        """Why the document failed the last time, if it did and nothing has changed since."""
        key = self._failed_key(keys)
        if self.retry or not self.cache.has(FAILED, key):
            return ()
        with contextlib.suppress(DamagedError):
            return self.cache.read(FAILED, key, Failed).failures
        return ()

    def _job(self, source: Source, keys: dict[str, str]) -> Job:
        modules = tuple(module for module, stage in self.stages.items() if stage.scope == "document")
        return Job(source, modules, keys, self.config, self.folder / CACHE, self.folder / JOURNALS, self.limits)

    def _corpus(self, outcome: Outcome, executors: Executors) -> None:
        """Carries out the corpus stages whose results are not there."""
        todo: list[CorpusJob] = []
        for module, stage in self.stages.items():
            if stage.scope != "corpus":
                continue
            keys: dict[str, dict[str, str] | str] = {}
            for need in stage.needs:
                if self.stages[self.makers[need]].scope == "corpus":
                    keys[need] = outcome.corpus[need]
                else:
                    keys[need] = {s.document: outcome.keys[s.document][need] for s in outcome.sources}
            key = hash_of(self.parts[module], [list(k.items()) if isinstance(k, dict) else k for k in keys.values()])
            outcome.corpus[stage.makes] = key
            if not self.cache.has(stage.makes, key):
                records = {need: self.makers[need] for need in stage.needs}
                todo.append(CorpusJob(module, keys, stage.makes, key, records, self.config, self.folder / CACHE))
        for job in todo:
            self.progress.begin(self.stages[job.module].name, len(outcome.sources), 0)
        for job, done in carry_out(executors, todo):
            done.check()
            outcome.note(done)
            outcome.failures += done.failures
            if not done.complete:
                del outcome.corpus[job.makes]


def _size(source: Source) -> int:
    try:
        return Path(source.file).stat().st_size
    except OSError:
        return 0
