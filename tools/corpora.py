#!/usr/bin/env python3
"""Build every book of a shared folder's corpora as EPUB and PDF, and fail unless all are sound.

tools/corpora.py SHARED [NAME ...]: SHARED holds corpora/ and tools/run_epubcheck.py, which builds,
measures and prints its table; NAME picks single corpora. What it measured goes to build/corpora.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

OUT = Path("build/corpora")
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")
SECONDS_PER_BOOK = {"epub": 120, "pdf": 600}


def measure(shared: Path, kind: str, names: list[str]) -> list[dict[str, Any]]:
    """The harness's rows, one for each corpus, after its table has been printed."""
    results = OUT / f"{kind}.json"
    results.unlink(missing_ok=True)
    command = [sys.executable, str(shared / "tools/run_epubcheck.py")]
    command += [f"{BOOKBUILDER} {kind} {{dir}} -o {{out}} --message-format concise"]
    command += ["--kind", kind, "-o", str(OUT), "--json", str(results)]
    command += ["--timeout", str(SECONDS_PER_BOOK[kind])]
    subprocess.run([*command, *(["-c", *names] if names else [])], check=True)
    rows: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))
    return rows


def faults(row: dict[str, Any], kind: str) -> list[str]:
    """What is wrong with one built corpus, in words."""
    wrong = {
        f"exit code {row['rc']}": row["rc"] != 0,
        "a traceback": row.get("traceback"),
        "no output": row.get("no_output"),
        "not readable": row.get("inspect_error"),
    }
    if kind == "epub" and not row.get("no_output"):
        check = row.get("check", {})
        wrong |= {
            f"EPUBCheck: {check.get('failed', check.get('examples'))}": check.get("failed")
            or check.get("fatal")
            or check.get("errors"),
            f"links that go nowhere: {row.get('broken_examples')}": row.get("broken"),
            "links to Markdown files": row.get("md_left"),
            f"missing pictures: {row.get('missing_img_examples')}": row.get("missing_img"),
            "pictures left out": row.get("images_packed", 0) < row.get("src_images", 0),
            "pictures from the network": row.get("remote_img"),
            "scripts": row.get("active"),
        }
    return [words for words, found in wrong.items() if found]


def main(shared: Path, names: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    failed = False
    for kind in ("epub", "pdf"):
        rows = measure(shared, kind, names)
        failed |= not rows
        for row in rows:
            for words in faults(row, kind):
                failed = True
                print(f"FAILED {row['name']}.{kind}: {words}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    if not sys.argv[1:] or not (Path(sys.argv[1]) / "tools/run_epubcheck.py").is_file():
        sys.exit(f"{__doc__}\nno tools/run_epubcheck.py in {sys.argv[1:2] or 'nothing'}")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
