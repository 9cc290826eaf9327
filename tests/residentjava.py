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
    """Runs for as long as this process does, or until an answer takes too long.

    `options` are those of `java`, the program included. Raises `RuntimeError` where there is none.
    """

    def __init__(self, options: Sequence[str]) -> None:
        java = shutil.which("java")
        if java is None:
            raise RuntimeError("there is no Java; it needs 17 or later: tools/setup.sh java")
        self._process = subprocess.Popen(
            [java, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        atexit.register(self.end)
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, request: Sequence[str], timeout: float) -> list[str]:
        """The fields of the answer.

        Raises `RuntimeError` with its last words if it dies, `subprocess.TimeoutExpired` past
        `timeout` seconds.
        """
        assert self._process.stdin
        try:
            self._process.stdin.write("\t".join(request) + "\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout)
        except queue.Empty:
            self.end()
            raise subprocess.TimeoutExpired(list(request), timeout) from None
        except BrokenPipeError:
            answer = ""
        if not answer:
            assert self._process.stderr
            raise RuntimeError(f"Java ended: {self._process.stderr.read()[-2000:]}")
        return answer.rstrip("\n").split("\t")

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")
