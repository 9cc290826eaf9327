#!/usr/bin/env python3
"""Build every case of a shared folder's nasty inputs as EPUB and PDF, and fail unless all pass.

tools/nasty.py SHARED [CASE ...]: SHARED holds nasty/ and tools/run_nasty.py, which builds, judges
and prints its table; CASE picks single cases. What it judged goes to build/nasty.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

OUT = Path("build/nasty")
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")


def judge(shared: Path, kind: str, cases: list[str]) -> bool:
    """Whether every case passes as `kind`, after the harness's table has been printed."""
    results = OUT / f"{kind}.json"
    results.unlink(missing_ok=True)
    command = [sys.executable, str(shared / "tools/run_nasty.py")]
    command += [f"{BOOKBUILDER} {kind} {{dir}} -o {{out}}", "--kind", kind]
    command += ["-o", str(OUT / kind), "--json", str(results)]
    subprocess.run([*command, *(["-c", *cases] if cases else [])], check=True)
    rows = json.loads(results.read_text(encoding="utf-8"))
    return bool(rows) and all(row["verdict"] == "PASS" for row in rows)


def main(shared: Path, cases: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    passed = [judge(shared, kind, cases) for kind in ("epub", "pdf")]
    return int(not all(passed))


if __name__ == "__main__":
    if not sys.argv[1:] or not (Path(sys.argv[1]) / "tools/run_nasty.py").is_file():
        sys.exit(f"{__doc__}\nno tools/run_nasty.py in {sys.argv[1:2] or 'nothing'}")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
