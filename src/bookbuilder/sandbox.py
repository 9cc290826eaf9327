"""A build in a child process, where limits on time and memory hold.

The child is forked, so it starts at once and with the same hash seed. Where there is no fork, and
on macOS, whose libraries do not survive one, the work is done in place and nothing limits it.
"""

from __future__ import annotations

import contextlib
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
from types import FrameType, TracebackType
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

from bookbuilder.book import Book, Chapter
from bookbuilder.config import LimitsConfig
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.source import Source, Span

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
SECONDS_BETWEEN_LOOKS = 0.2
BYTES_BEFORE = 1_000_000_000
_T = TypeVar("_T")


class LimitHit(BaseException):
    """The work took too long, or (`rule`) too much. Not an `Exception`: nobody may swallow it."""

    def __init__(self, rule: Rule, what: str) -> None:
        super().__init__(rule, what)
        self.rule = rule
        self.what = what


def run_bounded(work: Callable[[], _T], limits: LimitsConfig) -> _T:
    """What `work` returns or raises, from a child process; it has to be fit for pickling.

    Raises `LimitHit`: inside `work`, where there is time for that, else here.
    """
    if not HAS_FORK:
        return work()
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
            raise _died(status, limits)
    except BaseException:
        with contextlib.suppress(OSError):
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


def _read_all(pipe: int, child: int, limits: LimitsConfig) -> bytes | None:
    """All that `child` writes to `pipe`; None where it takes too long, or does not heed a signal.

    It is told by a signal when it takes too much memory: a library that is refused memory may end
    the process, or try for ever.
    """
    end = time.monotonic() + limits.seconds + SECONDS_TO_GIVE_UP if limits.seconds else math.inf
    pieces: list[bytes] = []
    while time.monotonic() < end:
        if not select.select([pipe], [], [], SECONDS_BETWEEN_LOOKS)[0]:
            if limits.memory and _memory_of(child) > limits.memory * 1_000_000:
                os.kill(child, signal.SIGUSR1)
                end = min(end, time.monotonic() + SECONDS_TO_GIVE_UP)
        elif piece := os.read(pipe, 1 << 16):
            pieces.append(piece)
        else:
            return b"".join(pieces)
    return None


def _memory_of(process: int) -> int:
    """The bytes of memory that `process` has of its own now; 0 where nobody says."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


def _died(status: int, limits: LimitsConfig) -> LimitHit:
    if -status in (signal.SIGXCPU, signal.SIGALRM):
        return LimitHit(TOO_SLOW, f"more than {limits.cpu_seconds} s of computing")
    if -status == signal.SIGKILL and limits.seconds:
        return LimitHit(TOO_SLOW, "more time or memory than there was")
    return LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory")


def _be_child(
    work: Callable[[], Any], limits: LimitsConfig, scratch: str, answer: int, parent_lives: int
) -> None:
    tempfile.tempdir = scratch
    threading.Thread(target=_end_with_parent, args=(parent_lives,), daemon=True).start()
    try:
        with _limited(limits):
            result = ("returned", work())
    except BaseException as error:
        error.add_note("".join(traceback.format_exception(error)))
        result = ("raised", error)
    try:
        data = pickle.dumps(result)
    except Exception:
        data = pickle.dumps(("raised", RuntimeError(repr(result[1])[:2000])))
    with os.fdopen(answer, "wb") as pipe:
        pipe.write(data)


def _end_with_parent(pipe: int) -> None:
    os.read(pipe, 1)
    os._exit(1)


@contextlib.contextmanager
def _limited(limits: LimitsConfig) -> Iterator[None]:
    import resource

    def too_slow(number: int, frame: FrameType | None) -> None:
        by_clock = number == signal.SIGALRM
        taken = f"{limits.seconds} s" if by_clock else f"{limits.cpu_seconds} s of computing"
        raise LimitHit(TOO_SLOW, f"more than {taken}")

    def too_large(number: int, frame: FrameType | None) -> None:
        raise LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory")

    signal.signal(signal.SIGXCPU, too_slow)
    signal.signal(signal.SIGALRM, too_slow)
    signal.signal(signal.SIGUSR1, too_large)
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
        end_limits()


def end_limits() -> None:
    """For who has caught a `LimitHit`, which is raised again and again until then."""
    if HAS_FORK:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)


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
        rule, what = error.rule, error.what
    else:
        rule, what = TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory"
    name, span = _at_work_on(error.__traceback__)
    hint = "raise it in [limits] of book.toml, split the chapter, or build in parts with --part"
    report.add(rule, f"{name} took {what}", span, hint)


def _at_work_on(trace: TracebackType | None) -> tuple[str, Span | None]:
    """The innermost chapter or source that any function was busy with.

    While pages are laid out, that is the chapter whose section is being laid out.
    """
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    chapters: dict[str, Chapter] = {}
    for frame in frames:
        book = frame.f_locals.get("book")
        if isinstance(book, Book):
            chapters |= {c.slug: c for c in book.chapters}
    for frame in reversed(frames):
        for value in list(frame.f_locals.values()):
            # Not `value.element`: on a Tag, that searches the tree below it.
            element = getattr(value, "__dict__", {}).get("element")
            if isinstance(value, Chapter):
                return f"“{value.title}”", value.source.span_of_file()
            if isinstance(value, Source):
                return value.name, value.span_of_file()
            slug = element.get("id") if isinstance(element, ET.Element) else None
            if slug in chapters:
                return f"“{chapters[slug].title}”", chapters[slug].source.span_of_file()
    return "the build", None
