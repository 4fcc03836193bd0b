"""Tell how far the filling is: bars on a terminal, a line a step elsewhere, nothing in tests."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress

from otayori.ops.processes import print_line

Advance = Callable[[int], None]


class Telling:
    """Where progress is shown; without a `progress` it is not."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._bars = progress is not None and progress.console.is_terminal

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[Advance]:
        """Announce a step of `total` things; gives a function that is told how many more are done."""
        if self._progress is None:
            yield lambda _: None
        elif self._bars:
            task = self._progress.add_task(title, total=total)
            yield lambda more: self._progress.advance(task, more) if self._progress else None
            self._progress.update(task, completed=total)
        else:
            start = time.monotonic()
            yield lambda _: None
            self.say(f"  {title}: {total:,}（{time.monotonic() - start:.1f} 秒 / s）")

    def say(self, line: str) -> None:
        """Write a line, above the bars where there are some."""
        if self._progress is None:
            return
        if self._bars:
            self._progress.console.print(line, highlight=False)
        else:
            print_line(line)
