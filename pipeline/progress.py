"""The progress of a run on the terminal: documents, pages, time left. Where there is no terminal, a line a phase."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Counts(ProgressColumn):
    """Documents and pages that are done."""

    def render(self, task: Task) -> Text:
        fields = task.fields
        text = f"{fields['done']}/{fields['documents']} documents · {fields['pages']} pages"
        return Text(text + (f" · {fields['failed']} failed" if fields["failed"] else ""))


class Bar:
    """Shows a run on standard error; a context manager, so that the terminal is left in order."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr)
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            _Counts(),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.finished = 0

    def __enter__(self) -> Bar:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def begin(self, what: str, documents: int, size: int) -> None:
        """A phase begins: so many documents of so many bytes."""
        for task in self.bar.task_ids:
            self.bar.remove_task(task)
        self.finished = 0
        self.bar.add_task(what, total=size or None, done=0, documents=documents, pages=0, failed=0)
        if not self.console.is_terminal:
            self.console.print(f"{what}: {documents} documents", highlight=False)

    def pages(self, pages: int) -> None:
        """So many pages of the documents in hand are done."""
        for task in self.bar.tasks:
            task.fields["pages"] = self.finished + pages

    def document(self, pages: int, size: int, failed: bool) -> None:
        """A document is done."""
        self.finished += pages
        for task in self.bar.tasks:
            fields = task.fields
            self.bar.update(
                task.id,
                advance=size,
                done=fields["done"] + 1,
                pages=self.finished,
                failed=fields["failed"] + failed,
            )
