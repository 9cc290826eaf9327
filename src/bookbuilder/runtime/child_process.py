"""Run a build in a child process, where limits on time and memory hold.

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
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any, TypeVar

from bookbuilder.runtime.limits import (
    HAS_FORK,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
    LimitHit,
    Limits,
    limited,
    memory_of,
)
from bookbuilder.runtime.scratch import scratch_folder, use_scratch

# The time until a process that was told to stop has answered: in seconds, where nothing else runs.
# A machine that is busy with much else takes a multiple of that.
SECONDS_TO_ANSWER = 30
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_TO_LET_GO = 0.05
_T = TypeVar("_T")
_programs: list[subprocess.Popen[bytes]] = []


def run_bounded(work: Callable[[], _T], limits: Limits) -> _T:
    """Do `work` in a child process and return, or raise, what it does; that has to be picklable.

    Raises `LimitHit`: inside `work`, where there is time for that, else here.
    """
    if not HAS_FORK:
        return work()
    with _terminated_tidily(), scratch_folder() as scratch:
        return _run_in_child(work, limits, scratch)


def _run_in_child(work: Callable[[], _T], limits: Limits, scratch: str) -> _T:
    answer, to_parent = os.pipe()
    parent_lives, still_here = os.pipe()
    child = fork()
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
            _read_all(answer, child, Limits(seconds=1, memory=0), 0)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise
    finally:
        os.close(answer)
        os.close(still_here)
    outcome, value = pickle.loads(data)
    if outcome == "raised":
        raise value
    result: _T = value
    return result


@contextlib.contextmanager
def _terminated_tidily() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end this process, and its children, as an exception does.

    Where they are ignored, as SIGHUP is by `nohup`, they stay so.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def not_raised(lost: Any) -> None:
        # Nothing can be raised while an object is let go: the signal comes once more, later.
        if isinstance(lost.exc_value, SystemExit) and lost.exc_value.code in codes:
            _send_later(codes[lost.exc_value.code])
        else:
            hook_before(lost)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    endings = (signal.SIGTERM, signal.SIGHUP)
    before = {n: signal.getsignal(n) for n in endings if signal.getsignal(n) != signal.SIG_IGN}
    codes = {128 + number: number for number in before}
    hook_before, sys.unraisablehook = sys.unraisablehook, not_raised
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = hook_before


def fork() -> int:
    """Fork this process as `os.fork` does, with nothing left to print twice.

    A signal that comes meanwhile is heard soon after it: what its handler raises would be lost in
    the functions that Python's library calls around a fork, and the locks that they give back would
    stay taken.
    """
    flush_output()
    with _signals_put_off(), warnings.catch_warnings():
        # Python warns of other threads; the child uses nothing that they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


@contextlib.contextmanager
def _signals_put_off() -> Iterator[None]:
    """Let signals that have a handler wait until this context has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Handlers are called in the main thread only.
        return
    came: list[int] = []
    found = {each: signal.getsignal(each) for each in signal.valid_signals()}
    handlers = {each: handler for each, handler in found.items() if callable(handler)}
    for each in handlers:
        signal.signal(each, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
        for number in came:
            _send_later(number)


def _send_later(number: int) -> None:
    """Send this process a signal when the function that runs now has come to its end."""
    later = threading.Timer(SECONDS_TO_LET_GO, os.kill, (os.getpid(), number))
    later.daemon = True
    later.start()


def flush_output() -> None:
    """Print what waits to be printed; a process forked after that does not print it again."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as it is where the file was closed when Python started
            with contextlib.suppress(OSError, ValueError):
                stream.flush()


def _read_all(
    pipe: int, child: int, limits: Limits, grace: int = SECONDS_TO_ANSWER
) -> bytes | None:
    """Return all that `child` writes to `pipe`; None where it takes too long.

    A signal tells it when it takes too much memory: a library that is refused memory may end
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


def run_program(
    command: Sequence[str],
    limits: Limits,
    given: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run another program under `limits`, which is those in force if any are; return what it says.

    It reads `given`, or nothing, and has what `environment` adds to this process's. It has its
    parent's limits on computing and address space from the system, and its memory is counted with
    its parent's. It does not outlive this process.
    """
    with subprocess.Popen(
        command,
        cwd=tempfile.gettempdir(),
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment} if environment else None,
    ) as program:
        _programs.append(program)
        try:
            output, errors = program.communicate(given, timeout=limits.seconds or None)
        except subprocess.TimeoutExpired:
            raise LimitHit(TOO_SLOW, f"more than {limits.seconds} s") from None
        finally:
            program.kill()
            _programs.remove(program)
    if program.returncode == -getattr(signal, "SIGXCPU", 0):
        raise died(program.returncode, limits)
    return subprocess.CompletedProcess(command, program.returncode, output, errors)


def run_with_its_children(
    command: Sequence[str], seconds: float, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run a program that starts others, such as a browser, from a process without limits.

    All of them are ended with it, where the system has groups of processes. Raises
    `subprocess.TimeoutExpired` after so many `seconds`.
    """
    with subprocess.Popen(
        command,
        cwd=tempfile.gettempdir(),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as program:
        try:
            output, _ = program.communicate(timeout=seconds)
        finally:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(program.pid, signal.SIGKILL)
            program.kill()
    return subprocess.CompletedProcess(command, program.returncode, output, b"")


def died(status: int, limits: Limits) -> LimitHit:
    """Return the limit that a process which ended with `status` must have run into."""
    if -status in (signal.SIGXCPU, signal.SIGALRM):
        return LimitHit(TOO_SLOW, f"more than {limits.cpu_seconds} s of computing")
    if -status == signal.SIGKILL and limits.seconds:
        return LimitHit(TOO_SLOW, "more time or memory than there was")
    return LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory")


def _be_child(
    work: Callable[[], Any], limits: Limits, scratch: str, answer: int, parent_lives: int
) -> None:
    use_scratch(scratch)
    # A book is millions of objects, most of which live to the end: looked through less often.
    gc.set_threshold(100_000, 20, 20)
    threading.Thread(target=end_with_parent, args=(parent_lives, scratch), daemon=True).start()
    answering = threading.Lock()
    try:
        with limited(limits, lambda hit: _answer(("raised", hit), answer, answering)):
            result = ("returned", work())
    except BaseException as error:
        error.add_note("".join(traceback.format_exception(error)))
        result = ("raised", error)
    _answer(result, answer, answering)


def _answer(result: tuple[str, Any], pipe: int, answering: threading.Lock) -> None:
    """Send the parent its answer and end; a second thread that comes here waits for the end."""
    try:
        data = pickle.dumps(result)
    except Exception:
        data = pickle.dumps(("raised", RuntimeError(repr(result[1])[:2000])))
    with answering:
        with os.fdopen(pipe, "wb") as file:
            file.write(data)
        os._exit(0)


def end_with_parent(pipe: int, scratch: str) -> None:
    """End this process, and remove `scratch`, when the other end of `pipe` is closed."""
    os.read(pipe, 1)
    for program in _programs:
        program.kill()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)
