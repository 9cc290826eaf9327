"""A Java that stays: starting one takes longer than most of what it is asked to do.

Its program reads a request from each line of stdin, with tabs between the fields, and answers with
a line on stdout.
"""

from __future__ import annotations

import atexit
import queue
import shutil
import subprocess
import threading
from collections.abc import Sequence


class ResidentJava:
    """A Java that is started when it is first asked, and anew after an answer took too long.

    `options` are those of `java`, the program included.
    """

    def __init__(self, options: Sequence[str]) -> None:
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def _start(self) -> subprocess.Popen[str]:
        java = shutil.which("java")
        if java is None:
            raise RuntimeError("there is no Java; it needs 17 or later: tools/setup.sh java")
        process = subprocess.Popen(
            [java, *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        atexit.register(_end, process)
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_listen, args=(process, self._answers), daemon=True).start()
        return process

    def ask(self, request: Sequence[str], timeout: float) -> list[str]:
        """Return the fields of the answer.

        Raises `RuntimeError` where there is no Java, and with its last words if it dies;
        `subprocess.TimeoutExpired` past `timeout` seconds.
        """
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
        assert self._process.stdin
        try:
            self._process.stdin.write("\t".join(request) + "\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout)
        except queue.Empty:
            _end(self._process)
            raise subprocess.TimeoutExpired(list(request), timeout) from None
        except BrokenPipeError:
            answer = ""
        if not answer:
            assert self._process.stderr
            raise RuntimeError(f"Java ended: {self._process.stderr.read()[-2000:]}")
        return answer.rstrip("\n").split("\t")


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _listen(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    assert process.stdout
    for line in process.stdout:
        answers.put(line)
    answers.put("")
