"""Keep a process that does one kind of work for the preview, under the book's limits.

It stays from save to save, with all that it has loaded. If a manuscript takes more than its limits
in one piece of work, the process is ended, and the next piece of work starts another: the server
itself never touches a manuscript.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

from bookbuilder.model.diagnostics import BookError
from bookbuilder.runtime.child_process import died, end_with_parent
from bookbuilder.runtime.limits import (
    BYTES_BEFORE,
    HAS_FORK,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
    LimitHit,
    Limits,
    memory_of,
)
from bookbuilder.runtime.scratch import use_scratch

SECONDS_BETWEEN_LOOKS = 0.2
# After so many pieces of work a process is replaced, in case one of its libraries leaks.
MOST_WORK = 200
Tell = Callable[[Any], None]
Work = Callable[[Any, Tell], Any]
"""Does what a message asks, telling parts of the answer as they are ready, and returns the rest."""


class FailedError(Exception):
    """Raised when bookbuilder itself fails in a process: a bug, not a fault of the book."""

    def __init__(self, said: str, trace: str = "") -> None:
        super().__init__(said)
        self.trace = trace


class StoppedError(Exception):
    """Raised to who waits for an answer of a process that was stopped."""


@dataclass(frozen=True, slots=True)
class Home:
    """Hold what all processes of a preview share: its folder for temporary files, its life line."""

    context: BaseContext
    scratch: str
    alive: Connection


def context_for(preload: list[str]) -> BaseContext:
    """Return how processes are started: forked from one that has loaded the modules `preload`."""
    if not HAS_FORK:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(preload)
    return context


class Resident:
    """A process that does the work that `start(argument)` returns, one message after the other."""

    def __init__(
        self, home: Home, start: Callable[[Any], Work], argument: Any, limits: Limits
    ) -> None:
        self.limits = limits
        self._home = home
        self._start = start
        self._argument = argument
        self._process: Any = None
        self._pipe: Connection | None = None
        self._done = 0
        # How often it was stopped, and the process that was running then.
        self._stops = 0
        self._killed: Any = None
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1)

    async def ask(self, message: Any, on_part: Tell | None = None) -> Any:
        """Return the answer to `message`; parts of it go to `on_part` before.

        Raises `BookError` for errors of the book, `LimitHit`, `FailedError` and `StoppedError`.
        """
        async with self._lock:
            loop = asyncio.get_running_loop()
            stops = self._stops

            def tell(part: Any) -> None:
                if on_part is not None:
                    loop.call_soon_threadsafe(on_part, part)

            return await loop.run_in_executor(self._thread, self._exchange, message, tell, stops)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_alive()

    @property
    def is_busy(self) -> bool:
        return self._lock.locked()

    def stop(self) -> None:
        """End the process, whatever it is doing; the next message starts another."""
        self._stops += 1
        self._killed = process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        self.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _exchange(self, message: Any, tell: Tell, stops: int) -> Any:
        pipe = self._connected()
        try:
            if stops != self._stops:  # while the process was being started
                self.stop()
            pipe.send(message)
            kind, value = self._answer(pipe, tell)
        except (EOFError, OSError):
            raise self._death(was_stopped=stops != self._stops) from None
        self._done += 1
        if self._done >= MOST_WORK:
            self.stop()
        if kind == "errors":
            raise BookError(value)
        if kind == "failed":
            raise FailedError(*value)
        return value

    def _connected(self) -> Connection:
        process = self._process
        is_fit = process is not None and process is not self._killed and process.is_alive()
        if is_fit and self._pipe is not None:
            return self._pipe
        self._drop()
        ours, theirs = self._home.context.Pipe()
        process = self._home.context.Process(  # type: ignore[attr-defined]
            target=_serve,
            args=(self._start, self._argument, theirs, self._home, self.limits),
            daemon=True,
        )
        try:
            process.start()
        except OSError as error:
            # Its socket's address, a path in TMPDIR, has room for about a hundred characters.
            raise FailedError(f"no process can be started: {error}") from None
        theirs.close()
        self._process, self._pipe = process, ours
        return ours

    def _drop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join(1)
        self._process = self._pipe = None
        self._done = 0

    def _answer(self, pipe: Connection, tell: Tell) -> tuple[str, Any]:
        """Wait for the answer, and end the process if it takes too much."""
        limits = self.limits
        end = time.monotonic() + limits.seconds if limits.seconds else float("inf")
        while True:
            if pipe.poll(SECONDS_BETWEEN_LOOKS):
                kind, value = pipe.recv()
                if kind != "part":
                    return kind, value
                tell(value)
            elif time.monotonic() > end:
                self._end_for(LimitHit(TOO_SLOW, f"more than {limits.seconds} s"))
            elif limits.memory and memory_of(self._process.pid) > limits.memory * 1_000_000:
                self._end_for(LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory"))

    def _end_for(self, hit: LimitHit) -> None:
        self._process.kill()
        self._drop()
        raise hit

    def _death(self, *, was_stopped: bool) -> Exception | LimitHit:
        """Return why the process has ended."""
        process = self._process
        if process is not None:
            process.join(1)
        status = process.exitcode if process is not None else None
        self._drop()
        if was_stopped or status is None:
            return StoppedError()
        if HAS_FORK and status < 0:
            return died(status, self.limits)
        return FailedError(f"a process of the preview ended with {status}")


def _serve(
    start: Callable[[Any], Work], argument: Any, pipe: Connection, home: Home, limits: Limits
) -> None:
    """Be the process: answer messages until the preview ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the preview ends this one.
    if os.name == "posix":  # Elsewhere it ends when it next waits for a message.
        life = home.alive.fileno(), home.scratch
        threading.Thread(target=end_with_parent, args=life, daemon=True).start()
    use_scratch(home.scratch)
    _limit_space(limits)
    # A book is millions of objects, most of which live to the end: looked through less often.
    gc.set_threshold(100_000, 20, 20)
    work: Work | None = None

    def tell(part: Any) -> None:
        try:
            pipe.send(("part", part))
        except OSError:  # Nobody waits any more: the preview has ended.
            os._exit(0)

    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        _limit_computing(limits)
        try:
            work = work or start(argument)
            answer = "done", work(message, tell)
        except BookError as error:
            answer = "errors", error.diagnostics
        except MemoryError:
            os.kill(os.getpid(), signal.SIGSEGV)
        except BaseException as error:
            answer = "failed", (f"{type(error).__name__}: {error}"[:500], traceback.format_exc())
        with contextlib.suppress(OSError):
            pipe.send(answer)


def _limit_space(limits: Limits) -> None:
    if HAS_FORK and limits.memory:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = 2 * limits.memory * 1_000_000 + BYTES_BEFORE
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _limit_computing(limits: Limits) -> None:
    """Let the next piece of work compute for as long as a build may."""
    if HAS_FORK and limits.cpu_seconds:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        wanted = int(time.process_time()) + limits.cpu_seconds + 1
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
