"""A build in a child process, where limits on time and memory hold.

The child is forked, so it starts at once and with the same hash seed. Where there is no fork, and
on macOS, whose libraries do not survive one, the work is done in place and nothing limits it.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import pickle
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from bookbuilder.book import Chapter
from bookbuilder.config.schema import LimitsConfig
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.progress import at_work_on, frames_of, frames_of_traceback

TOO_SLOW = Rule(
    "X001",
    "time-limit",
    Severity.ERROR,
    "A build that takes longer than [limits] in book.toml allows is stopped: a few lines of text"
    " can keep a computer busy for days. Raise the limit for a book that is really that large.",
)
TOO_MUCH_MEMORY = Rule(
    "X002",
    "memory-limit",
    Severity.ERROR,
    "A build that needs more memory than [limits] in book.toml allows is stopped before the"
    " computer stands still. Raise the limit for a book that is really so large.",
)

HAS_FORK = hasattr(os, "fork") and sys.platform != "darwin"
SECONDS_TO_GIVE_UP = 5
# The time until a process that was told to stop has said what it was busy with: seconds, where
# nothing else runs. A machine that is busy with much else takes a multiple of that.
SECONDS_TO_ANSWER = 30
SECONDS_TO_HEED = 2
SECONDS_BETWEEN_LOOKS = 0.2
# Of computing, in which an exception should have come to where it is caught.
SECONDS_TO_UNWIND = 0.5
BYTES_BEFORE = 1_000_000_000
_T = TypeVar("_T")


class LimitHit(BaseException):
    """The work took too long, or (`rule`) too much. Not an `Exception`: nobody may swallow it."""

    def __init__(
        self, rule: Rule, what: str, at_work_on: tuple[str, Span | None] = ("the build", None)
    ) -> None:
        super().__init__(rule, what, at_work_on)
        self.rule = rule
        self.what = what
        self.at_work_on = at_work_on


def run_bounded(work: Callable[[], _T], limits: LimitsConfig) -> _T:
    """What `work` returns or raises, from a child process; it has to be fit for pickling.

    Raises `LimitHit`: inside `work`, where there is time for that, else here.
    """
    if not HAS_FORK:
        return work()
    with _terminated_tidily():
        return _run_in_child(work, limits)


def _run_in_child(work: Callable[[], _T], limits: LimitsConfig) -> _T:
    scratch = tempfile.mkdtemp(prefix="bookbuilder-")
    sys.stdout.flush()
    sys.stderr.flush()
    answer, to_parent = os.pipe()
    parent_lives, still_here = os.pipe()
    with warnings.catch_warnings():
        # Python warns of other threads; the child uses nothing that they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            os.close(answer)
            os.close(still_here)
            _be_child(work, limits, scratch, to_parent, parent_lives)
        finally:
            os._exit(1)
    os.close(to_parent)
    os.close(parent_lives)
    try:
        data = _read_all(answer, child, limits)
        if data is None:
            os.kill(child, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if data is None or not data:
            raise died(status, limits)
    except BaseException:
        with contextlib.suppress(OSError):
            # First with the chance to remove a file that is half written.
            os.kill(child, signal.SIGTERM)
            _read_all(answer, child, LimitsConfig(seconds=1, memory=0), 0)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise
    finally:
        os.close(answer)
        os.close(still_here)
        shutil.rmtree(scratch, ignore_errors=True)
    outcome, value = pickle.loads(data)
    if outcome == "raised":
        raise value
    result: _T = value
    return result


@contextlib.contextmanager
def _terminated_tidily() -> Iterator[None]:
    """SIGTERM ends this process, and a child that inherits it, as an exception does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _read_all(
    pipe: int, child: int, limits: LimitsConfig, grace: int = SECONDS_TO_ANSWER
) -> bytes | None:
    """All that `child` writes to `pipe`; None where it takes too long.

    It is told by a signal when it takes too much memory: a library that is refused memory may end
    the process, or try for ever. Raises `LimitHit` where the signal is not heeded.
    """
    told = False
    end = time.monotonic() + limits.seconds + grace if limits.seconds else math.inf
    pieces: list[bytes] = []
    while time.monotonic() < end:
        if not select.select([pipe], [], [], SECONDS_BETWEEN_LOOKS)[0]:
            if limits.memory and memory_of(child) > limits.memory * 1_000_000:
                os.kill(child, signal.SIGUSR1)
                end = end if told else min(end, time.monotonic() + SECONDS_TO_ANSWER)
                told = True
        elif piece := os.read(pipe, 1 << 16):
            pieces.append(piece)
        else:
            return b"".join(pieces)
    if told:
        raise LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory")
    return None


def memory_of(process: int) -> int:
    """The bytes of memory that `process` and its children have of their own; 0 if nobody says."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    except OSError:
        return 0
    own = (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")
    return own + sum(memory_of(int(child)) for child in children)


def died(status: int, limits: LimitsConfig) -> LimitHit:
    """What a process that ended with `status` must have run into."""
    if -status in (signal.SIGXCPU, signal.SIGALRM):
        return LimitHit(TOO_SLOW, f"more than {limits.cpu_seconds} s of computing")
    if -status == signal.SIGKILL and limits.seconds:
        return LimitHit(TOO_SLOW, "more time or memory than there was")
    return LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory")


def _be_child(
    work: Callable[[], Any], limits: LimitsConfig, scratch: str, answer: int, parent_lives: int
) -> None:
    tempfile.tempdir = scratch
    # A book is millions of objects, most of which live to the end: looked through less often.
    gc.set_threshold(100_000, 20, 20)
    threading.Thread(target=end_with_parent, args=(parent_lives, scratch), daemon=True).start()
    answering = threading.Lock()
    try:
        with _limited(limits, lambda hit: _answer(("raised", hit), answer, answering)):
            result = ("returned", work())
    except BaseException as error:
        error.add_note("".join(traceback.format_exception(error)))
        result = ("raised", error)
    _answer(result, answer, answering)


def _answer(result: tuple[str, Any], pipe: int, answering: threading.Lock) -> None:
    """Give the parent its answer and end; who comes second waits for the end."""
    try:
        data = pickle.dumps(result)
    except Exception:
        data = pickle.dumps(("raised", RuntimeError(repr(result[1])[:2000])))
    with answering:
        with os.fdopen(pipe, "wb") as file:
            file.write(data)
        os._exit(0)


def end_with_parent(pipe: int, scratch: str) -> None:
    """End this process when the other end of `pipe` is closed, its files in `scratch` with it."""
    os.read(pipe, 1)
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


class _Limit:
    """What the limits are, what came of them, and whether somebody heeded it."""

    def __init__(self, limits: LimitsConfig) -> None:
        self.limits = limits
        self._hit: LimitHit | None = None
        self._unwound = 0.0
        self.heeded = threading.Event()

    def hit(self, number: int, frame: FrameType | None) -> LimitHit:
        """What to raise for the signal `number`; `frame` is what the first one interrupted."""
        if self._hit is None:
            rule, what = TOO_SLOW, f"more than {self.limits.cpu_seconds} s of computing"
            if number == signal.SIGALRM:
                what = f"more than {self.limits.seconds} s"
            elif number == signal.SIGUSR1:
                rule, what = TOO_MUCH_MEMORY, f"more than {self.limits.memory} MB of memory"
            self._hit = LimitHit(rule, what, at_work_on(frames_of(frame)))
        return self._hit

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Raise the hit, unless one is on its way up, or somebody says already what was hit.

        One that came in between would tear up the answer to the parent.
        """
        if self.heeded.is_set() or time.process_time() < self._unwound:
            return
        hit = self.hit(number, frame)
        self._unwound = time.process_time() + SECONDS_TO_UNWIND
        raise hit

    def listen(self, give_up: Callable[[LimitHit], None]) -> None:
        signals, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(signals, give_up), daemon=True).start()

    def _watch(self, signals: int, give_up: Callable[[LimitHit], None]) -> None:
        """Give up for a main thread that stays in a library, where no exception is raised."""
        while (number := os.read(signals, 1)[0]) not in _SIGNALS:
            pass
        if not self.heeded.wait(SECONDS_TO_HEED):
            main = sys._current_frames().get(threading.main_thread().ident or 0)
            give_up(self.hit(number, main))


_SIGNALS = (signal.SIGXCPU, signal.SIGALRM, signal.SIGUSR1) if HAS_FORK else ()
_limit: _Limit | None = None


@contextlib.contextmanager
def _limited(limits: LimitsConfig, give_up: Callable[[LimitHit], None]) -> Iterator[None]:
    import resource

    global _limit  # noqa: PLW0603 - signals are the process's, too
    limit = _limit = _Limit(limits)

    for number in _SIGNALS:
        signal.signal(number, limit.interrupt)
    limit.listen(give_up)
    if limits.memory:
        # For what grows faster than the parent looks.
        _lower(resource.RLIMIT_AS, 2 * limits.memory * 1_000_000 + BYTES_BEFORE, 0)
    if limits.cpu_seconds:
        _lower(resource.RLIMIT_CPU, limits.cpu_seconds, SECONDS_TO_GIVE_UP)
    # Again and again, in case the first one is raised where Python ignores exceptions.
    signal.setitimer(signal.ITIMER_REAL, limits.seconds, 1)
    try:
        yield
    finally:
        disarm_limits()


def limits_in_force() -> LimitsConfig | None:
    """The limits that hold in this process, if any do."""
    return _limit.limits if _limit is not None else None


def go_on_in_fork(spent: float, give_up: Callable[[LimitHit], None]) -> None:
    """Have limits hold in a child of the process that they were set for.

    `spent` is the time of computing that is gone already; `give_up` says to the parent what was
    hit, where the child's main thread stays in a library.
    """
    import resource

    if _limit is None:
        return
    _limit.listen(give_up)
    if _limit.limits.cpu_seconds:
        left = max(math.ceil(_limit.limits.cpu_seconds - spent), 1)
        _lower(resource.RLIMIT_CPU, left, SECONDS_TO_GIVE_UP)


def check_time(spent: float, chapter: Chapter | None) -> None:
    """Raise `LimitHit` if `spent` is more than the computing allowed, all processes together."""
    limits = limits_in_force()
    if limits and limits.cpu_seconds and spent > limits.cpu_seconds:
        what = f"more than {limits.cpu_seconds} s of computing"
        raise LimitHit(TOO_SLOW, what, at_work_on(frames_of(sys._getframe())))


def disarm_limits() -> None:
    """For who has caught a `LimitHit`, which is raised again and again until then."""
    if HAS_FORK and _limit is not None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _limit.heeded.set()


def _lower(what: int, wanted: int, grace: int) -> None:
    """Set a soft limit, the hard one `grace` above it, unless the system's own is lower."""
    import resource

    wanted = min(wanted, sys.maxsize // 2)
    _, hard = resource.getrlimit(what)
    ceiling = wanted + grace if hard == resource.RLIM_INFINITY else min(hard, wanted + grace)
    resource.setrlimit(what, (min(wanted, ceiling), ceiling))


def report_limit(error: LimitHit | MemoryError, limits: LimitsConfig, report: Report) -> None:
    """Say that a limit was hit, and in which chapter, if that can be told."""
    if isinstance(error, LimitHit):
        rule, what, (name, span) = error.rule, error.what, error.at_work_on
    else:
        rule, what = TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory"
        name, span = at_work_on(frames_of_traceback(error.__traceback__))
    hint = "raise it in [limits] of book.toml, split the chapter, or build in parts with --part"
    report.add(rule, f"{name} took {what}", span, hint)
