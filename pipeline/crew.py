"""Hands documents to worker processes, and sorts out who is to blame when one of them dies.

A worker that crashes or is ended by its limits breaks a process pool for all. The journals of the documents in hand
tell which one it was; where they do not, each of them is tried once more, alone. The guilty one becomes a failure,
the others are done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from pipeline.executors import Executors
from pipeline.limits import Journal, Limits
from pipeline.records import Failure
from pipeline.worker import CorpusJob, Done, Job, RunError, stage_of, work, work_corpus

LOOK_SECONDS = 0.2
ENDED = "the process that worked on it ended without a word (a crash in a library, or the system out of memory)"


class Crew:
    """Workers with their jobs: hands out, hears back, and sorts out who is to blame when a process dies.

    Args:
        executors: the processes.
        limits: what a document may take.
        hear: is told what became of each job.
        pages: is told, again and again, how many pages of the jobs in hand are done.
    """

    def __init__(
        self,
        executors: Executors,
        limits: Limits,
        hear: Callable[[Job, Done], None],
        pages: Callable[[int], None],
    ) -> None:
        self.executors, self.limits, self.hear, self.pages = executors, limits, hear, pages
        self.flying: dict[Future[Done], Job] = {}
        self.waiting: deque[Job] = deque()
        self.alone: deque[Job] = deque()

    def run(self, jobs: Sequence[Job]) -> None:
        """Has all jobs done; each is heard of exactly once.

        Raises:
            RunError: if a stage cannot be built or processes cannot start.
            OutputError: if results cannot be kept.
        """
        self.waiting.extend(jobs)
        while self.waiting or self.alone or self.flying:
            try:
                self.hand_out(self.executors.get())
                self.hear_back()
            except self.executors.broken:
                self.sort_out()
                self.executors.renew()

    def hand_out(self, executor: Executor) -> None:
        """Gives jobs to the executor: a few ahead, or one at a time while suspects are tried alone."""
        if self.alone:
            if not self.flying:
                self.submit(executor, self.alone)
            return
        while self.waiting and len(self.flying) < 2 * self.executors.workers:
            self.submit(executor, self.waiting)

    def submit(self, executor: Executor, jobs: deque[Job]) -> None:
        future = executor.submit(work, jobs[0])
        self.flying[future] = jobs.popleft()

    def hear_back(self) -> None:
        done, _ = wait(self.flying, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            result = future.result()
            result.check()
            self.hear(self.flying.pop(future), result)
        self.pages(sum(Journal(job.journals, job.source.document).pages() for job in self.flying.values()))

    def sort_out(self) -> None:
        """After a process has died: results that came through count, the guilty fail, the rest is done again."""
        wait(self.flying, timeout=10)
        lost: list[Job] = []
        for future, job in self.flying.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                future.result().check()
                self.hear(job, future.result())
            else:
                lost.append(job)
        self.flying.clear()
        journals = {job.source.document: Journal(job.journals, job.source.document) for job in lost}
        endings = {name: journal.ending(self.limits) for name, journal in journals.items()}
        for journal in journals.values():
            journal.clear()
        begun = [job for job in lost if endings[job.source.document]]
        guilty = [job for job in begun if (ending := endings[job.source.document]) and ending.reason]
        if not guilty and len(begun) == 1:
            guilty = begun
        if not begun:
            raise RunError(
                "the worker processes end before they begin. Run `pledgebook run` with --workers 1 to see why; "
                "too little memory is the most common reason"
            )
        for job in guilty:
            ending = endings[job.source.document]
            stage = ending.stage if ending else ""
            known = ending.reason if ending else ""
            failure = Failure(path=job.source.path, page=0, stage=stage, reason=known or ENDED)
            self.hear(job, Done(document=job.source.document, failures=(failure,), again=not known))
        rest = [job for job in lost if job not in guilty]
        if guilty:
            self.waiting.extendleft(reversed(rest))
        else:
            self.alone.extend(job for job in rest if job in begun)
            self.waiting.extendleft(reversed([job for job in rest if job not in begun]))


def carry_out(executors: Executors, jobs: Sequence[CorpusJob]) -> Iterator[tuple[CorpusJob, Done]]:
    """Has corpus stages done, those at the same time that do not need each other; a stage of what failed is left out.

    Args:
        executors: the processes.
        jobs: the stages in the order of the flow.
    """
    open_ends, lost = list(jobs), set[str]()
    while open_ends:
        missing = {job.makes for job in open_ends} | lost
        ready = [job for job in open_ends if not missing.intersection(job.keys)]
        if not ready:
            yield from ((job, Done()) for job in open_ends)
            return
        futures = [_submitted(executors, job) for job in ready]
        for job, future in zip(ready, futures, strict=True):
            open_ends.remove(job)
            done = _result(executors, job, future)
            if not done.complete:
                lost.add(job.makes)
            yield job, done


def _submitted(executors: Executors, job: CorpusJob) -> Future[Done]:
    return executors.get().submit(work_corpus, job)


def _result(executors: Executors, job: CorpusJob, future: Future[Done]) -> Done:
    """What became of a corpus stage; one that lost its process is tried once more, alone."""
    try:
        return future.result()
    except executors.broken:
        executors.renew()
    try:
        return _submitted(executors, job).result()
    except executors.broken:
        executors.renew()
        return Done(failures=(Failure(path="", page=0, stage=stage_of(job.module).name, reason=ENDED),))
