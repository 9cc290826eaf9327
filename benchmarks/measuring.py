"""Running commands, and what each took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pypdfium2

BIN = Path(sys.executable).parent
SAMPLE_SECONDS = 0.05
# Pandoc and its WeasyPrint fetch pictures from the network; a refused proxy fails at once instead.
OFFLINE = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}
# What is installed has its bytecode beside it; a checkout has it after the first run, unless Python
# is told to write none.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True, slots=True)
class Run:
    """One build: seconds of wall clock and of computing, and the process tree's peak resident
    memory in MB.
    """

    seconds: float
    computed: float
    megabytes: float


def timed(command: list[str], cwd: Path, environment: dict[str, str] | None = None) -> Run:
    """Return what `command` takes; end the benchmark if it fails."""
    before = _computed()
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=os.environ | OFFLINE | COMPILED | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    watched = psutil.Process(process.pid)
    peak = 0
    while True:
        try:
            _, errors = process.communicate(timeout=SAMPLE_SECONDS)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, _resident(watched))
    seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)}\nexit {process.returncode}: {errors.decode()[-2000:]}")
    return Run(seconds, _computed() - before, peak / 1e6)


def best(runs: Iterable[Run]) -> Run:
    """Return the least time of all, and the most memory."""
    done = list(runs)
    return Run(
        min(run.seconds for run in done),
        min(run.computed for run in done),
        max(run.megabytes for run in done),
    )


def extent(path: Path) -> str:
    if path.suffix == ".pdf":
        return f"{len(pypdfium2.PdfDocument(path))} pages"
    return f"{path.stat().st_size / 1e3:.0f} kB"


def _computed() -> float:
    """Return the seconds of computing of all children that have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _resident(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total
