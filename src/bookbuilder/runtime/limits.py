"""Limit the time and the memory that a build may take.

`limited` arms them for the process that does the work. The system tells that process by a signal
when it has hit one; `LimitHit` is then raised wherever its main thread happens to be.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Place
from bookbuilder.runtime.progress import current_place, place_of

TOO_SLOW = Rule(
    "X001",
    "time-limit",
    Severity.ERROR,
    "A build is stopped if it takes longer than [limits] in book.toml allows, or longer than usual"
    " for the size of the book, because a few lines of text can keep a computer busy for days. If"
    " the book really takes that long, raise the limit.",
)
TOO_MUCH_MEMORY = Rule(
    "X002",
    "memory-limit",
    Severity.ERROR,
    "A build that needs more memory than [limits] in book.toml allows is stopped before the"
    " computer stands still. If the book is really that large, raise the limit.",
)

HAS_FORK = hasattr(os, "fork") and sys.platform != "darwin"
# Between the soft limit on computing and the hard one, at which the system ends the process.
SECONDS_TO_GIVE_UP = 5
# Before the main thread counts as stuck in a library, where no exception can be raised.
SECONDS_TO_HEED = 2
# Of computing, in which an exception should have come to where it is caught.
SECONDS_TO_UNWIND = 0.5
# The address space is larger than the memory in use; this much is not counted.
BYTES_BEFORE = 1_000_000_000


SECONDS_FOR_ANY_BOOK = 300
SECONDS_FOR_MB_OF_TEXT = 300
SECONDS_FOR_MB_OF_PICTURES = 5
MOST_SECONDS = 7200


@dataclass(frozen=True, slots=True)
class Limits:
    """`[limits]` in book.toml: of the whole build; `memory` in MB. 0 is no limit."""

    seconds: int = SECONDS_FOR_ANY_BOOK
    cpu_seconds: int = SECONDS_FOR_ANY_BOOK
    memory: int = 2500

    def __post_init__(self) -> None:
        for name in ("seconds", "cpu_seconds", "memory"):
            object.__setattr__(self, name, min(max(getattr(self, name), 0), 10**8))


LIMITS_TO_READ_LIMITS = Limits(seconds=60, cpu_seconds=60, memory=1000)
"""In force until it is known what a book's own are."""


def limits_for(text: int, pictures: int) -> Limits:
    """Return the limits of a book that sets none, by the bytes of its text and its pictures.

    Ten times what a real one needs on a slow machine: 1.2 MB of prose take 30 s for a PDF.
    """
    by_size = SECONDS_FOR_MB_OF_TEXT * text + SECONDS_FOR_MB_OF_PICTURES * pictures
    seconds = min(SECONDS_FOR_ANY_BOOK + by_size // 1_000_000, MOST_SECONDS)
    return Limits(seconds, seconds)


class LimitHit(BaseException):
    """The build took too much of something. Not an `Exception`: nobody may swallow it.

    `what` says how much of what; `place` is what was being processed, by default what is now.
    """

    def __init__(self, rule: Rule, what: str, place: Place | None = None) -> None:
        self.place = place or current_place()
        super().__init__(rule, what, self.place)
        self.rule = rule
        self.what = what


def memory_of(process: int) -> int:
    """Return the bytes of memory of `process` and its children; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    except OSError:
        return 0
    own = (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")
    return own + sum(memory_of(int(child)) for child in children)


class _Limit:
    """Limits that are armed, and the hit if there was one.

    `heeded` is set when somebody has caught the hit, or the work has ended without one.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._hit: LimitHit | None = None
        self._unwound = 0.0
        self.heeded = threading.Event()

    def hit(self, number: int) -> LimitHit:
        """Return what to raise for the signal `number`; the first one counts."""
        if self._hit is None:
            rule, what = TOO_SLOW, f"more than {self.limits.cpu_seconds} s of computing"
            if number == signal.SIGALRM:
                what = f"more than {self.limits.seconds} s"
            elif number == signal.SIGUSR1:
                rule, what = TOO_MUCH_MEMORY, f"more than {self.limits.memory} MB of memory"
            self._hit = LimitHit(rule, what)
        return self._hit

    def interrupt(self, number: int, _frame: FrameType | None) -> None:
        """Raise the hit, unless one is on its way up, or has been heeded.

        One that came in between would tear up the answer to the parent.
        """
        if self.heeded.is_set() or time.process_time() < self._unwound:
            return
        hit = self.hit(number)
        self._unwound = time.process_time() + SECONDS_TO_UNWIND
        raise hit

    def listen(self, give_up: Callable[[LimitHit], None]) -> None:
        """Watch for signals in a thread of its own."""
        signals, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(signals, give_up), daemon=True).start()

    def _watch(self, signals: int, give_up: Callable[[LimitHit], None]) -> None:
        """Give up in place of a main thread that stays in a library, where nothing is raised."""
        while (number := os.read(signals, 1)[0]) not in _SIGNALS:
            pass
        if not self.heeded.wait(SECONDS_TO_HEED):
            give_up(self.hit(number))


_SIGNALS = (signal.SIGXCPU, signal.SIGALRM, signal.SIGUSR1) if HAS_FORK else ()
_limit: _Limit | None = None


@contextlib.contextmanager
def limited(limits: Limits, give_up: Callable[[LimitHit], None]) -> Iterator[None]:
    """Arm `limits` for this process while the context lasts.

    `give_up` reports the hit, from another thread, where the main thread does not heed it.
    """
    import resource

    global _limit  # noqa: PLW0603 - signals are the process's, too
    limit = _limit = _Limit(limits)

    for number in _SIGNALS:
        signal.signal(number, limit.interrupt)
    limit.listen(give_up)
    if limits.memory:
        # In case it grows faster than the parent looks.
        _lower(resource.RLIMIT_AS, 2 * limits.memory * 1_000_000 + BYTES_BEFORE, 0)
    if limits.cpu_seconds:
        _lower(resource.RLIMIT_CPU, limits.cpu_seconds, SECONDS_TO_GIVE_UP)
    # Again and again, in case the first one is raised where Python ignores exceptions.
    signal.setitimer(signal.ITIMER_REAL, limits.seconds, 1)
    try:
        yield
    finally:
        disarm_limits()


def limits_in_force() -> Limits | None:
    """Return the limits that hold in this process, if any do."""
    return _limit.limits if _limit is not None else None


def go_on_in_fork(spent: float, give_up: Callable[[LimitHit], None]) -> None:
    """Arm the parent's limits for this process too, which it has forked.

    `spent` is the computing that is gone already; `give_up` is as for `limited`.
    """
    import resource

    if _limit is None:
        return
    _limit.listen(give_up)
    if _limit.limits.cpu_seconds:
        left = max(math.ceil(_limit.limits.cpu_seconds - spent), 1)
        _lower(resource.RLIMIT_CPU, left, SECONDS_TO_GIVE_UP)


def check_time(spent: float) -> None:
    """Raise `LimitHit` if `spent` is more than the computing allowed, all processes together."""
    limits = limits_in_force()
    if limits and limits.cpu_seconds and spent > limits.cpu_seconds:
        what = f"more than {limits.cpu_seconds} s of computing"
        raise LimitHit(TOO_SLOW, what)


def disarm_limits() -> None:
    """Stop re-raising `LimitHit` once it has been handled."""
    if HAS_FORK and _limit is not None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _limit.heeded.set()


def _lower(what: int, wanted: int, grace: int) -> None:
    """Set a soft limit, and a hard one `grace` above it, unless the system's own is lower."""
    import resource

    wanted = min(wanted, sys.maxsize // 2)
    _, hard = resource.getrlimit(what)
    ceiling = wanted + grace if hard == resource.RLIM_INFINITY else min(hard, wanted + grace)
    resource.setrlimit(what, (min(wanted, ceiling), ceiling))


def report_limit(error: LimitHit | MemoryError, limits: Limits, report: Report) -> None:
    """Report that a limit was hit, and while which chapter was being processed."""
    if isinstance(error, LimitHit):
        rule, what = error.rule, error.what
    else:
        rule, what = TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory"
    place = place_of(error)
    hint = "raise it in [limits] of book.toml, split the chapter, or build in parts with --part"
    if rule is TOO_SLOW:
        hint += (
            f" (where book.toml says nothing, it is {SECONDS_FOR_ANY_BOOK} s and"
            f" {SECONDS_FOR_MB_OF_TEXT} s more for each MB of text)"
        )
    report.add(rule, f"{place.name} took {what}", place.span, hint)
