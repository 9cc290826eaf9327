#!/usr/bin/env python3
"""Build every case of a shared folder's nasty inputs as EPUB and PDF, and fail unless all pass.

tools/nasty.py SHARED [CASE ...]: SHARED holds nasty/ and tools/run_nasty.py, which builds, judges
and prints its table; CASE picks single cases. What it judged goes to build/nasty.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import types
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import epubcheck  # noqa: E402
from bookbuilder.epubcheck import find_jar  # noqa: E402

OUT = Path("build/nasty")
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")


def judge(shared: Path, kind: str, cases: list[str]) -> bool:
    """Whether every case passes as `kind`, after the harness's table has been printed."""
    harness = load_harness(shared)
    results = OUT / f"{kind}.json"
    results.unlink(missing_ok=True)
    sys.argv[1:] = [f"{BOOKBUILDER} {kind} {{dir}} -o {{out}}", "--kind", kind]
    sys.argv += ["-o", str(OUT / kind), "--json", str(results)]
    sys.argv += ["-c", *cases] if cases else []
    harness.main()
    rows = json.loads(results.read_text(encoding="utf-8"))
    return bool(rows) and all(row["verdict"] == "PASS" for row in rows)


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


def main(shared: Path, cases: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    # The harness never gives back its port: a process for each kind.
    with ProcessPoolExecutor(1, max_tasks_per_child=1) as processes:
        futures = [processes.submit(judge, shared, kind, cases) for kind in ("epub", "pdf")]
        passed = [future.result() for future in futures]
    return int(not all(passed))


if __name__ == "__main__":
    if not sys.argv[1:] or not (Path(sys.argv[1]) / "tools/run_nasty.py").is_file():
        sys.exit(f"{__doc__}\nno tools/run_nasty.py in {sys.argv[1:2] or 'nothing'}")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
