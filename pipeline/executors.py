"""Who does the work: processes of this machine, or a Dask cluster; both as a ``concurrent.futures.Executor``.

Processes are always spawned, never forked, so that every system behaves the same and no library finds itself forked in
the middle of something. Each computes with one thread: documents run in parallel instead, and sums of floating-point
numbers do not depend on how many cores there are, so every machine writes the same bytes. An executor that has lost a
process is replaced by ``renew``.
"""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from types import TracebackType
from typing import Any

from pipeline.config import RunSettings, cores
from pipeline.limits import WORKER_MB, Limits, machine_mb
from pipeline.worker import share, start

CONNECT_SECONDS = 8
# What Windows allows a process pool to wait for; more on one machine is of no use anyway.
MOST_WORKERS = 61
# Measured: sentence vectors differ in their last bits between 1, 2 and 4 threads.
THREADS = 1


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message says what to install or start."""


def how_many(asked: int, documents: int) -> int:
    """The number of worker processes.

    Args:
        asked: what the user wants; 0 leaves it to the machine: its cores, but no more than its memory has room for.
        documents: how many there are; more workers than documents are of no use, but two corpus stages can run at once.
    """
    room = max(1, int(machine_mb() / WORKER_MB))
    wanted = asked or min(cores(), room)
    return max(1, min(wanted, max(2, documents), MOST_WORKERS))


class Executors:
    """Makes executors and puts away what they leave.

    Args:
        run: which kind, and where the scheduler of a cluster is.
        workers: how many processes.
        limits: what a document may take.
    """

    def __init__(self, run: RunSettings, workers: int, limits: Limits) -> None:
        self.run, self.workers, self.limits = run, workers, limits
        self.executor: Executor | None = None
        self.client: Any = None
        self.cluster: Any = None

    @property
    def broken(self) -> tuple[type[BaseException], ...]:
        """The errors that say that a worker died; Dask is imported only where it is used."""
        if self.run.executor != "dask":
            return (BrokenExecutor,)
        scheduler: Any = importlib.import_module("distributed.scheduler")
        return (BrokenExecutor, scheduler.KilledWorker)

    def __enter__(self) -> Executors:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(stop=kind is not None)

    def get(self) -> Executor:
        """The executor; made when first asked for.

        Raises:
            ClusterError: if Dask is asked for and is not installed, or its scheduler does not answer.
        """
        if self.executor is None:
            self.executor = self._dask() if self.run.executor == "dask" else self._local()
        return self.executor

    def renew(self) -> None:
        """Puts the executor away; the next ``get`` makes another."""
        self.close(stop=True)

    def close(self, stop: bool) -> None:
        """Ends the executor; ``stop`` without waiting for what is still in hand."""
        executor, self.executor = self.executor, None
        if isinstance(executor, ProcessPoolExecutor):
            if stop:
                for process in list((getattr(executor, "_processes", None) or {}).values()):
                    process.terminate()
            executor.shutdown(wait=True, cancel_futures=True)
        elif executor is not None:
            executor.shutdown(wait=not stop)
        client, cluster, self.client, self.cluster = self.client, self.cluster, None, None
        for part in (client, cluster):
            if part is not None:
                part.close()

    def _local(self) -> Executor:
        return ProcessPoolExecutor(
            max_workers=self.workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=start,
            initargs=(THREADS, self.limits),
        )

    def _dask(self) -> Executor:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise ClusterError(
                "--executor dask needs Dask, which is not installed: pip install 'pledgebook[cluster]'"
            ) from None
        try:
            if self.run.scheduler:
                self.client = distributed.Client(self.run.scheduler, timeout=CONNECT_SECONDS)
            else:
                self.cluster = distributed.LocalCluster(
                    n_workers=self.workers, threads_per_worker=1, dashboard_address=None
                )
                self.client = distributed.Client(self.cluster)
            self.client.run(share, THREADS)
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"the Dask scheduler {self.run.scheduler!r} does not answer: {error}") from None
        executor: Executor = self.client.get_executor()
        return executor
