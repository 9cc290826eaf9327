#!/usr/bin/env python3
"""Build every case of a shared folder's nasty inputs as EPUB and PDF, and fail unless all pass.

tools/nasty.py SHARED [CASE ...]: SHARED holds nasty/ and tools/run_nasty.py, which builds, judges
and prints its table; CASE picks single cases. What it judged goes to build/nasty.

In CI (`CI=true`), both formats are judged at once, and cases have three times as long. Requests are
then counted for all cases together.
"""

from __future__ import annotations

import contextlib
import http.server
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import epubcheck  # noqa: E402
from bookbuilder.checks.epubcheck import find_jar  # noqa: E402

OUT = Path("build/nasty")
IN_CI = os.environ.get("CI") == "true"
SECONDS_IN_CI = 180
# What the cases ask for, and where their `file:` addresses lead.
ASKED = ("127.0.0.1", 8791)
SECRET = Path(tempfile.gettempdir(), "bookbuilder-nasty-secret")
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")


def judge(shared: Path, kind: str, cases: list[str]) -> tuple[bool, str]:
    """Return whether every case passes as `kind`, and the harness's table."""
    harness = load_harness(shared)
    results = OUT / f"{kind}.json"
    results.unlink(missing_ok=True)
    sys.argv[1:] = [f"{BOOKBUILDER} {kind} {{dir}} -o {{out}}", "--kind", kind]
    sys.argv += ["-o", str(OUT / kind), "--json", str(results)]
    if IN_CI:
        _share(harness)
        sys.argv += ["--timeout", str(SECONDS_IN_CI)]
    sys.argv += ["-c", *cases] if cases else []
    with contextlib.redirect_stdout(io.StringIO()) as table:
        harness.main()
    rows = json.loads(results.read_text(encoding="utf-8"))
    passed = bool(rows) and all(row["verdict"] == "PASS" for row in rows)
    return passed, table.getvalue()


def _share(harness: types.ModuleType) -> None:
    """Keep the harness from what `main` has done for all: its port, and the secret folder."""

    class AnyPort(http.server.ThreadingHTTPServer):
        def __init__(self, address: tuple[str, int], handler: Any) -> None:
            super().__init__((address[0], 0), handler)

    def but_for_secret(work: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **options: None if str(SECRET) in args else work(*args, **options)

    names = types.SimpleNamespace(**vars(http.server) | {"ThreadingHTTPServer": AnyPort})
    harness.http = types.SimpleNamespace(server=names)
    own = {name: but_for_secret(getattr(shutil, name)) for name in ("rmtree", "copytree")}
    harness.shutil = types.SimpleNamespace(**vars(shutil) | own)


def load_harness(shared: Path) -> types.ModuleType:
    """tools/run_nasty.py, its EPUBCheck run by the Java that we keep, in place of a new one."""
    sys.path.insert(0, str(shared / "tools"))
    os.environ["EPUBCHECK_JAR"] = str(find_jar())
    harness = importlib.import_module("run_nasty")
    harness.R.subprocess = types.SimpleNamespace(**vars(subprocess) | {"run": _run})
    return harness


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    """`subprocess.run`, but for `java … -jar epubcheck.jar ARGUMENTS`."""
    if command[0] != "java":
        return subprocess.run(command, check=False, **options)
    arguments = command[command.index("-jar") + 2 :]
    try:
        return subprocess.CompletedProcess(command, epubcheck.run(arguments, options["timeout"]))
    except RuntimeError as error:
        # The harness misses the report, and lets the case fail.
        print(error, file=sys.stderr)
        return subprocess.CompletedProcess(command, 1)


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """The requests to where the cases' addresses lead, while the context lasts."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_request(self, *_: object) -> None:
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(ASKED, Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield asked
        server.shutdown()


def main(shared: Path, cases: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    asked: list[str] = []
    with contextlib.ExitStack() as stack:
        if IN_CI:
            asked = stack.enter_context(listening())
            shutil.rmtree(SECRET, ignore_errors=True)
            shutil.copytree(shared / "nasty-secret", SECRET)
        # The harness never gives back its port: a process for each kind.
        processes = stack.enter_context(ProcessPoolExecutor(1 + IN_CI, max_tasks_per_child=1))
        futures = [processes.submit(judge, shared, kind, cases) for kind in ("epub", "pdf")]
        passed = []
        for future in futures:
            has_passed, table = future.result()
            print(table, flush=True)
            passed.append(has_passed)
    for path in asked:
        print(f"FAILED: somebody asked for {path}", file=sys.stderr)
    return int(bool(asked) or not all(passed))


if __name__ == "__main__":
    if not sys.argv[1:] or not (Path(sys.argv[1]) / "tools/run_nasty.py").is_file():
        sys.exit(f"{__doc__}\nno tools/run_nasty.py in {sys.argv[1:2] or 'nothing'}")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
