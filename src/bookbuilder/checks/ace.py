"""Run Ace by DAISY, the checker of accessibility, if that and a browser are on this machine.

It is a program for Node.js, looked for on the PATH or where `BOOKBUILDER_ACE` says. It opens every
document in Chromium, which has no room within the limits of a book: the command itself runs it,
with a time limit of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookbuilder.checks.epubcheck import NotRunError
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.runtime.child_process import run_with_its_children
from bookbuilder.runtime.files import read_own_file
from bookbuilder.runtime.scratch import scratch_folder

ACE_VIOLATION = Rule(
    "V012",
    "ace-violation",
    Severity.WARNING,
    "Ace by DAISY looks at an EPUB as people with disabilities read it. Its rules are explained at"
    " https://kb.daisy.org/publishing/. If what it names is not in your chapters or styles, that is"
    " a bug in bookbuilder: please report it.",
)
PROGRAM_VARIABLE = "BOOKBUILDER_ACE"
BROWSER_VARIABLE = "PUPPETEER_EXECUTABLE_PATH"
SECONDS = 900
LARGEST_REPORT = 100_000_000
LONGEST_EXCERPT = 200
INSTALL_ACE = (
    f"`npm install -g @daisy/ace`, or {PROGRAM_VARIABLE}=/path/to/ace-puppeteer; it needs"
    " Chromium or Chrome"
)
_PROGRAMS = ("ace-puppeteer", "ace")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Violation:
    """A barrier: `impact` is minor, moderate, serious or critical; `excerpt` is its markup."""

    rule: str
    impact: str
    document: str
    excerpt: str
    text: str = ""


def find_ace() -> str:
    """Return the path of Ace. Raises `NotRunError` if it is not there."""
    if said := os.environ.get(PROGRAM_VARIABLE):
        if path := shutil.which(said):
            return path
        raise NotRunError(f"{PROGRAM_VARIABLE} names no program", INSTALL_ACE)
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        raise NotRunError("it is not installed", INSTALL_ACE)
    return found


def check(path: Path) -> list[Violation]:
    """Return every violation in the EPUB at `path`. Raises `NotRunError`."""
    program = find_ace()
    # Chromium starts slowly on a busy machine, which Ace would take for a failure.
    environment = {"ACE_TIMEOUT_INITIAL": "60000", **os.environ}
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser and not environment.get(BROWSER_VARIABLE):
        environment[BROWSER_VARIABLE] = browser
    with scratch_folder() as folder:
        command = [program, "--force", "--outdir", folder, str(path.resolve())]
        try:
            done = run_with_its_children(command, SECONDS, environment)
        except subprocess.TimeoutExpired:
            raise NotRunError(f"it takes more than {SECONDS} seconds") from None
        except OSError as error:
            raise NotRunError(f"it cannot be run: {error.strerror}", INSTALL_ACE) from None
        try:
            data = read_own_file(Path(folder, "report.json"), LARGEST_REPORT)
            return violations_of(json.loads(data))
        except OSError:
            said = done.stdout.decode(errors="replace").strip().splitlines()[-1:]
            why = "".join(said)[:200] or f"code {done.returncode}"
            raise NotRunError(f"it ended without a report: {why}", INSTALL_ACE) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotRunError("its report cannot be understood", INSTALL_ACE) from None


def violations_of(report: Mapping[str, Any]) -> list[Violation]:
    """Return what Ace's JSON report tells; a violation that comes twice comes once."""
    return list(dict.fromkeys(_violations(report["assertions"])))


def _violations(documents: Iterable[Mapping[str, Any]]) -> Iterable[Violation]:
    for document in documents:
        for one in document["assertions"]:
            test, result = one["earl:test"], one["earl:result"]
            yield Violation(
                str(test["dct:title"]),
                str(test["earl:impact"]),
                str(document["earl:testSubject"]["url"]),
                " ".join(str(result.get("html", "")).split())[:LONGEST_EXCERPT],
                " ".join(str(result.get("dct:description", "")).split())[:LONGEST_EXCERPT],
            )
