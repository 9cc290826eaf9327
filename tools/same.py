#!/usr/bin/env python3
"""Build books with the compiler as it is and as it was at a commit, and name what differs.

tools/same.py [--shared SHARED] BASE [BOOK ...]: BASE is a commit. BOOK is `series`, the book in
this repository, or the name of a folder in SHARED/corpora; without one, all are built.

Both sides build the same files, those of today: only the compiler differs. Every file that comes
out is compared byte for byte, and so are exit codes and findings. A finding with another message
or hint is only reworded: it is listed, and is no difference. The exit code is 1 if anything
differs.

What BASE gives is kept in build/same/COMMIT-DIGEST, where DIGEST is that of a book, of how it is
built and of the libraries in use. What the tree gives lies in build/same/now.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from itertools import zip_longest
from pathlib import Path
from typing import Any

from differences import compare_files, shortened

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build/same"
SERIES = "series"
SOURCES_OF_SERIES = ("book.toml", "chapters", "styles")
# Every build starts in a folder without a `dist`: the cover has to count the pages by itself.
PRODUCTS = {
    "check": "check",
    "epub, pdf": "build --no-cache",
    "epub generic": "epub --profile generic",
    "epub kindle": "epub --profile kindle",
    "epub kobo": "epub --profile kobo",
    "epub apple": "epub --profile apple",
}
PRODUCTS_OF_SERIES = PRODUCTS | {
    "epub part": "epub --part 1",
    "pdf part": "pdf --no-cache --part 1",
    "pdf screen": "pdf --no-cache --edition screen",
    "pdf/a": "pdf --no-cache --pdf-a",
    "pdf booklet": "pdf --no-cache --booklet",
    "pdf marks": "pdf --no-cache --marks --qr",
    "cover": "cover",
    "workbook": "workbook",
}
RUN = "from bookbuilder.cli import main; main()"
# A PDF build has processes of its own for some of the time only.
JOBS = 2
# What is to stay as it is in a finding; its message and its hint may be reworded.
PLACE = ("severity", "code", "name", "file", "line", "column", "length")


@dataclass(frozen=True)
class Book:
    name: str
    files: Mapping[str, bytes]
    products: Mapping[str, str]


@dataclass(frozen=True)
class Built:
    """Hold what came of one command: the folder of its files, and what it said."""

    folder: Path

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "said.json").read_text(encoding="utf-8")))

    @property
    def files(self) -> dict[str, Path]:
        return files_below(self.folder / "dist")


@dataclass(frozen=True)
class Reworded:
    code: str
    before: str
    now: str

    @property
    def pattern(self) -> tuple[str, str, str]:
        """The same for all that was reworded in the same way."""
        return self.code, blanked(self.before), blanked(self.now)


def books(shared: Path) -> list[Book]:
    paths = [path for source in SOURCES_OF_SERIES for path in [ROOT / source] if path.exists()]
    series = {
        f"{path.name}/{name}" if path.is_dir() else name: file.read_bytes()
        for path in paths
        for name, file in files_below(path).items()
    }
    found = [Book(SERIES, series, PRODUCTS_OF_SERIES)]
    for folder in sorted(shared.glob("corpora/*/")):
        files = {name: path.read_bytes() for name, path in files_below(folder).items()}
        found.append(Book(folder.name, files, PRODUCTS))
    return found


def files_below(path: Path) -> dict[str, Path]:
    """Every file in a folder by its name as seen from there; a file is the only one of its own."""
    if path.is_file():
        return {path.name: path}
    found = sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): file for file in found}


def digest(book: Book) -> str:
    """A name for all that a build depends on but the compiler."""
    libraries = sorted(f"{found.name} {found.version}" for found in metadata.distributions())
    how = json.dumps([book.name, dict(book.products), RUN, sys.version, libraries])
    total = hashlib.sha256(how.encode())
    for name, content in book.files.items():
        total.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:16]


def take_tree(commit: str, target: Path) -> None:
    """Write the compiler's source as it was at `commit` to `target`."""
    packed = subprocess.run(
        ["git", "archive", "--format=zip", commit, "src"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(target)


def build(book: Book, product: str, tree: Path, target: Path) -> Built:
    """Run a product's command with the compiler in `tree`, and keep in `target` what it makes."""
    # Both sides build in a folder of the same name: it may stand in what comes out.
    work = OUT / "work" / slug(product)
    folder, cache = work / book.name, work / f"{book.name}.cache"
    for path in (folder, cache, target):
        shutil.rmtree(path, ignore_errors=True)
    for name, content in book.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    command = [sys.executable, "-P", "-c", RUN, *book.products[product].split()]
    environment = os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "",
        "XDG_CACHE_HOME": str(cache),
    }
    environment.pop("SOURCE_DATE_EPOCH", None)
    done = subprocess.run(
        [*command, "--message-format", "json", "."],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    findings = [line for line in done.stderr.splitlines() if line.startswith("{")]
    other = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    said = {
        "exit code": done.returncode,
        "findings": [json.loads(line) for line in findings],
        "lines": [*done.stdout.splitlines(), *other],
    }
    target.mkdir(parents=True)
    if (folder / "dist").is_dir():
        shutil.move(folder / "dist", target / "dist")
    # Last: what was interrupted before has none, and is built again.
    (target / "said.json").write_text(json.dumps(said), encoding="utf-8")
    shutil.rmtree(folder)
    shutil.rmtree(cache, ignore_errors=True)
    return Built(target)


def build_both(book: Book, product: str, trees: Path, kept: Path) -> tuple[Built, Built]:
    """Make a product with BASE, unless that is kept, and with the tree."""
    before = kept / slug(product)
    if not (before / "said.json").is_file():
        build(book, product, trees / "before", before)
    now = build(book, product, trees / "now", OUT / "now" / book.name / slug(product))
    return Built(before), now


def compare(before: Built, now: Built) -> tuple[list[str], list[Reworded]]:
    """Return what differs, in words, and the findings that were reworded."""
    old, new = before.said, now.said
    differences = []
    if old["exit code"] != new["exit code"]:
        differences.append(f"exit code {old['exit code']} before, {new['exit code']} now")
        differences += [line for line in (*old["lines"][-1:], *new["lines"][-1:]) if line]
    found, reworded = compare_findings(old["findings"], new["findings"])
    differences += found
    for one, other in zip_longest(old["lines"], new["lines"], fillvalue=""):
        if blanked(one) != blanked(other):
            reworded.append(Reworded("line", one, other))
    for name in sorted(before.files | now.files):
        one_file, other_file = before.files.get(name), now.files.get(name)
        if one_file is None or other_file is None:
            differences.append(f"{name}: {'new' if other_file else 'gone'}")
        elif one_file.read_bytes() != other_file.read_bytes():
            differences += [f"{name}: {words}" for words in compare_files(one_file, other_file)]
    return differences, reworded


def compare_findings(
    before: list[dict[str, Any]], now: list[dict[str, Any]]
) -> tuple[list[str], list[Reworded]]:
    old, new = [place_of(f) for f in before], [place_of(f) for f in now]
    gone, came = Counter(old) - Counter(new), Counter(new) - Counter(old)
    differences = [f"finding gone: {described(place)}" for place in gone.elements()]
    differences += [f"finding new: {described(place)}" for place in came.elements()]
    if not differences and old != new:
        differences = ["findings in another order"]
    reworded = []
    for place in dict.fromkeys(place for place in old if place in set(new)):
        one, other = (
            Counter(text_of(finding) for finding in findings if place_of(finding) == place)
            for findings in (before, now)
        )
        # As many on both sides, but where findings are gone or new.
        pairs = zip((one - other).elements(), (other - one).elements(), strict=False)
        reworded += [Reworded(str(place[1]), *pair) for pair in pairs]
    return shortened(differences), reworded


def place_of(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(finding.get(key) for key in PLACE)


def text_of(finding: Mapping[str, Any]) -> str:
    return " | ".join(str(finding[key]) for key in ("message", "hint") if finding.get(key))


def described(place: tuple[Any, ...]) -> str:
    severity, code, name, file, line, column, length = place
    where = ":".join(str(part) for part in (file, line, column) if part is not None)
    return f"{severity} {code} {name}, {where or 'no file'}, length {length}"


def blanked(text: str) -> str:
    """`text` without what a message quotes and counts."""
    return re.sub(r"`[^`]*`|“[^”]*”|\d[\d.]*", "…", text)


def slug(product: str) -> str:
    return re.sub(r"\W+", "-", product)


def tell_reworded(reworded: Iterable[Reworded]) -> None:
    ways: dict[tuple[str, str, str], list[Reworded]] = {}
    for each in reworded:
        ways.setdefault(each.pattern, []).append(each)
    for alike in ways.values():
        one = alike[0]
        print(f"reworded {one.code}, {len(alike)} times:\n    - {one.before}\n    + {one.now}")
    total = sum(map(len, ways.values()))
    print(f"{total} reworded, {len(ways)} of them not alike" if total else "nothing reworded")


def main() -> int:
    parser = argparse.ArgumentParser(description="Name what the compiler makes differently.")
    parser.add_argument("base", metavar="BASE", help="a commit")
    parser.add_argument("names", metavar="BOOK", nargs="*", help="`series`, or a corpus")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments = parser.parse_args()
    command = ["git", "log", "-1", "--format=%H %s", f"{arguments.base}^{{commit}}", "--"]
    asked = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    if asked.returncode:
        parser.error(f"no commit {arguments.base!r}: {asked.stderr.strip()}")
    commit, _, subject = asked.stdout.strip().partition(" ")
    found = {book.name: book for book in books(arguments.shared)}
    if unknown := [name for name in arguments.names if name not in found]:
        parser.error(f"no book {', '.join(unknown)}; there are {', '.join(found)}")
    chosen = [found[name] for name in arguments.names or found]
    print(f"before: {commit[:12]} {subject}\nnow: {ROOT / 'src'}", flush=True)
    if len(found) == 1:
        print(f"no corpora in {arguments.shared}: only the book in this repository is built")
    return run(commit, chosen)


def run(commit: str, chosen: list[Book]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(OUT / "now", ignore_errors=True)
    counts: Counter[str] = Counter()
    all_reworded = []
    with tempfile.TemporaryDirectory(dir=OUT) as scratch, ThreadPoolExecutor(JOBS) as pool:
        trees = Path(scratch)
        take_tree(commit, trees / "before")
        # A copy: the sources may be edited meanwhile.
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src", trees / "now/src", ignore=ignored)
        for tree in ("before", "now"):
            if not (trees / tree / "src/bookbuilder/__init__.py").is_file():
                # Python would take the package that is installed, for both.
                sys.exit(f"no src/bookbuilder {tree}")
        jobs = [
            (book, product, pool.submit(build_both, book, product, trees, kept))
            for book in chosen
            for kept in [OUT / f"{commit}-{digest(book)}"]
            for product in book.products
        ]
        try:
            for book, product, job in jobs:
                before, now = job.result()
                differences, reworded = compare(before, now)
                all_reworded += reworded
                counts["DIFFERS" if differences else "same"] += 1
                tell(book, product, before, now, differences, len(reworded))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    tell_reworded(all_reworded)
    print(f"{counts['same']} same, {counts['DIFFERS']} differ")
    return int(bool(counts["DIFFERS"]))


def tell(
    book: Book, product: str, before: Built, now: Built, differences: list[str], reworded: int
) -> None:
    notes = [f"{reworded} reworded"] if reworded else []
    if code := now.said["exit code"]:
        notes += [] if differences else [f"fails with exit code {code}, as before"]
    line = (
        f"{'DIFFERS' if differences else 'same':8} {book.name:18} {product:13} {'; '.join(notes)}"
    )
    print(line.rstrip())
    for words in differences:
        print(f"    {words}")
    if differences:
        print(f"    {shown(before.folder)} → {shown(now.folder)}")
    sys.stdout.flush()


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
