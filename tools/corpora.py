#!/usr/bin/env python3
"""Build every book of a shared folder's corpora as EPUB and PDF, and fail unless all are sound.

Of the books of other tools, in foreign/, all are built as EPUB and two as PDF.

EPUBs are shown to EPUBCheck and to Ace by DAISY; what they find is traced to the Markdown. PDFs are
shown to veraPDF (PDF/UA-1) and read back: every page number in contents, lists, index and text, and
every note.

tools/corpora.py SHARED [NAME ...]: SHARED holds corpora/, foreign/ and tools/run_epubcheck.py,
which builds, measures and prints its table, and tools/stray.py, which counts other tools' markup in
the text; NAME picks single corpora. What it measured goes to build/corpora.

Ace takes seconds for each document of an EPUB. In CI (`CI=true`) it sees 60 of those that have
more, spread evenly, and the table says so.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import ace  # noqa: E402
import epubcheck  # noqa: E402
import readback  # noqa: E402
import verapdf  # noqa: E402
from bookbuilder import Report, load  # noqa: E402
from bookbuilder.formats.epub.source_map import trace  # noqa: E402
from bookbuilder.text.words import direction  # noqa: E402

OUT = Path("build/corpora")
# What only the author can put right, and what the build has reported with file and line.
AUTHORS_RULES = {"image-alt", "svg-img-alt"}
# The contents lead to documents that a sample lacks; EPUBCheck compares their order with the spine.
OF_THE_WHOLE = "epub-toc-order"
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")
WORKERS = 2
MOST_DOCUMENTS_IN_CI = 60
CORPORA, FOREIGN = "corpora", "foreign"
FOREIGN_IN_PRINT = ("git-novice", "thesis")
MOST_STRAY = 19
"""So many marks of other tools may stand in the text of all foreign books together."""
SECONDS_PER_BOOK = {"epub": 120, "pdf": 600}


def measure(shared: Path, place: str, kind: str, name: str) -> dict[str, Any]:
    """The harness's row for one corpus, after it has been printed."""
    results = OUT / f"{name}.{kind}.json"
    results.unlink(missing_ok=True)
    command = [sys.executable, str(shared / "tools/run_epubcheck.py")]
    # Page numbers and notes are found by the links that lead to them.
    links = " --live-links" if kind == "pdf" else ""
    command += [f"{BOOKBUILDER} {kind} {{dir}} -o {{out}} --message-format concise{links}"]
    command += ["--kind", kind, "-o", str(OUT), "--json", str(results)]
    command += ["--no-epubcheck", "--timeout", str(SECONDS_PER_BOOK[kind])]
    # Several builds at once, each a process of the harness: PDFium, which it reads PDFs back with,
    # works for one thread of a process at a time.
    command += ["-c", name]
    environment = os.environ | {"CORPORA": str(shared / place)}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment
    )
    print(*done.stdout.splitlines()[:2], sep="\n", flush=True)
    (row,) = json.loads(results.read_text(encoding="utf-8"))
    return dict(row)


def faults(row: dict[str, Any], kind: str) -> list[str]:
    """Return what is wrong with one built corpus, in words."""
    wrong = {
        f"exit code {row['rc']}": row["rc"] != 0,
        "a traceback": row.get("traceback"),
        "no output": row.get("no_output"),
        "not readable": row.get("inspect_error"),
    }
    if kind == "epub" and not row.get("no_output"):
        wrong |= {
            f"links that go nowhere: {row.get('broken_examples')}": row.get("broken"),
            "links to Markdown files": row.get("md_left"),
            f"missing pictures: {row.get('missing_img_examples')}": row.get("missing_img"),
            "pictures left out": row.get("images_packed", 0) < row.get("src_images", 0),
            "pictures from the network": row.get("remote_img"),
            "scripts": row.get("active"),
        }
    return [words for words, found in wrong.items() if found]


def found_by_others(folder: Path, path: Path) -> list[str]:
    """Return what EPUBCheck and Ace say against the EPUB at `path`, with places in the text."""
    try:
        messages = [m for m in epubcheck.check(path, usage=True) if m.severity != "INFO"]
        sample, seen = sample_of(path) if os.environ.get("CI") == "true" else (path, "")
        violations = [v for v in ace.check(sample) if not (seen and v.rule == OF_THE_WHOLE)]
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return [f"not checked: {error}"]
    counts = Counter(m.severity.lower() for m in messages)
    severities = ", ".join(f"{counts[s]} {s}" for s in ("fatal", "error", "warning", "usage"))
    print(f"{path.stem:24} EPUBCheck: {severities}; Ace: {len(violations)}{seen}", flush=True)
    said = [(str(m), *m.place.split(", ")[0].rpartition(":")[::2]) for m in messages]
    said += [
        (f"Ace: {v}", f"EPUB/{v.document}", v.excerpt)
        for v in violations
        if v.rule not in AUTHORS_RULES
    ]
    if not said:
        return []
    book = load(folder, report=Report())
    with zipfile.ZipFile(path) as archive:
        spans = [trace(book, archive, document, place) for _, document, place in said]
    return [
        f"{words} ({span.file}:{span.line})" if span else words
        for (words, _, _), span in zip(said, spans, strict=True)
    ]


def sample_of(path: Path) -> tuple[Path, str]:
    """An EPUB with the same files, of which fewer are in its spine, and how many, in words."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    (name,) = (name for name in files if name.endswith(".opf"))
    package = files[name].decode("utf-8")
    spine = re.findall(r"<itemref\b[^>]*>", package)
    if len(spine) <= MOST_DOCUMENTS_IN_CI:
        return path, ""
    kept = {spine[n * len(spine) // MOST_DOCUMENTS_IN_CI] for n in range(MOST_DOCUMENTS_IN_CI)}
    for item in spine:
        if item not in kept:
            package = package.replace(item, "")
    sample = path.with_suffix(".sample.epub")
    with zipfile.ZipFile(sample, "w") as archive:
        for other, data in (files | {name: package.encode("utf-8")}).items():
            archive.writestr(other, data)
    return sample, f" in {len(kept)} of {len(spine)} documents"


def found_on_pages(folder: Path, path: Path) -> list[str]:
    """Page numbers of the PDF at `path` that are wrong, and notes that are not there once."""
    book = load(folder, report=Report())
    pages = readback.read(path)
    # Lines from right to left come back in another order: their numbers cannot be told apart.
    numbers = readback.numbers(pages, book) if direction(book.metadata.language) == "ltr" else []
    notes, wrong = readback.note_faults(pages, book)
    counts = Counter(number.kind for number in numbers)
    kinds = ", ".join(f"{count} in the {kind}" for kind, count in sorted(counts.items()))
    print(f"{path.stem:24} {len(pages.labels)} pages, {notes} notes; numbers: {kinds}", flush=True)
    (verdict,) = verapdf.validate("ua1", path)
    wrong += [f"veraPDF: {broken}" for broken in verdict.broken]
    if not verdict.compliant and not verdict.broken:
        wrong.append("veraPDF: no PDF/UA-1")
    wrong += [f"says page {n.said}, leads to {n.leads_to}: {n}" for n in readback.wrong(numbers)]
    return [*wrong, *readback.misplaced(pages, book, numbers)]


def stray_marks(shared: Path, names: list[str]) -> list[str]:
    """Return what is wrong with the foreign books together: too many marks in their text."""
    paths = [str(path) for name in names if (path := OUT / f"{name}.epub").is_file()]
    command = [sys.executable, str(shared / "tools/stray.py"), *paths]
    table = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    print(table, end="", flush=True)
    total = sum(int(line.split()[1]) for line in table.splitlines())
    return [f"{total} stray marks in foreign books"] if total > MOST_STRAY else []


def judge(shared: Path, place: str, kind: str, name: str) -> list[str]:
    """Return what is wrong with one corpus as EPUB or PDF."""
    wrong = faults(measure(shared, place, kind, name), kind)
    path = OUT / f"{name}.{kind}"
    if path.is_file():
        check = found_by_others if kind == "epub" else found_on_pages
        wrong += check(shared / place / name, path)
    return wrong


def main(shared: Path, names: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    folders = sorted([*shared.glob(f"{CORPORA}/*/"), *shared.glob(f"{FOREIGN}/*/")])
    folders = [folder for folder in folders if not names or folder.name in names]
    # What takes longest comes first, or all would wait for it at the end.
    folders.sort(key=lambda folder: -sum(p.stat().st_size for p in folder.rglob("*.md")))
    jobs = [
        (folder.parent.name, kind, folder.name)
        for kind in ("pdf", "epub")
        for folder in folders
        if kind == "epub" or folder.parent.name == CORPORA or folder.name in FOREIGN_IN_PRINT
    ]
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as workers:
        futures = {workers.submit(judge, shared, *job): job for job in jobs}
        found = [
            f"{name}.{kind}: {words}"
            for future in as_completed(futures)
            for _, kind, name in [futures[future]]
            for words in future.result()
        ]
    found += stray_marks(shared, [f.name for f in folders if f.parent.name == FOREIGN])
    for words in found:
        print(f"FAILED {words}", file=sys.stderr)
    return int(bool(found) or not jobs)


if __name__ == "__main__":
    if not sys.argv[1:] or not (Path(sys.argv[1]) / "tools/run_epubcheck.py").is_file():
        sys.exit(f"{__doc__}\nno tools/run_epubcheck.py in {sys.argv[1:2] or 'nothing'}")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
