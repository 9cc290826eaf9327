"""Runs Ace by DAISY, the accessibility checker, and gives its findings as values.

It is installed by `tools/setup.sh ace` into the virtual environment's folder `node`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TIME_LIMIT = 900
AXE = Path(sys.prefix, "node", "node_modules", "@daisy", "axe-core-for-ace", "axe.min.js")
"""Run this in pages, as Ace itself does."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Violation:
    """A fault: `impact` is minor, moderate, serious or critical; `excerpt` its markup."""

    rule: str
    impact: str
    document: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.impact} {self.rule} {self.document}: {self.excerpt}"


def check(path: Path) -> list[Violation]:
    """Return every violation in the EPUB at `path`.

    Raises `RuntimeError` where Ace cannot run or cannot read the book,
    `subprocess.TimeoutExpired` past the time limit.
    """
    program = Path(sys.prefix, "node", "node_modules", ".bin", "ace-puppeteer")
    if not program.exists():
        raise RuntimeError(f"Ace is not at {program}; run `tools/setup.sh browser ace`")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise RuntimeError("Ace needs Chromium; run `tools/setup.sh browser`")
    # Chromium starts slowly on a busy machine, which Ace would take for a failure.
    environment = os.environ | {
        "PUPPETEER_EXECUTABLE_PATH": browser,
        "ACE_TIMEOUT_INITIAL": "60000",
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(program), "--force", "--outdir", folder, str(path.resolve())],
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
            env=environment,
        )
        report = Path(folder, "report.json")
        if not report.is_file():
            said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
            raise RuntimeError(f"Ace ended with {done.returncode} and no report: {said}")
        found = json.loads(report.read_text(encoding="utf-8"))
    return [
        Violation(
            rule=one["earl:test"]["dct:title"],
            impact=one["earl:test"]["earl:impact"],
            document=document["earl:testSubject"]["url"],
            excerpt=" ".join(str(one["earl:result"].get("html", "")).split())[:200],
        )
        for document in found["assertions"]
        for one in document["assertions"]
    ]
