#!/usr/bin/env python3
"""Turn books into AZW3 with calibre, a stand-in for Kindle's own converter, and back, and compare.

tools/kindle.py OUT [BOOK ...]: BOOK is a book's folder, by default this one. Each is built for
Kindle and for every reader. What was there must be there still: words, headings, contents, links,
notes, tables, pictures and their alternatives, the cover and what the library knows of the book.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from lxml import etree

ROOT = Path(__file__).parent.parent
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")
PROFILES = ("generic", "kindle")
TIME_LIMIT = 900
HEADINGS = tuple(f"h{n}" for n in range(1, 7))
# calibre shortens what the contents say from this length on.
LABEL = 60


@dataclass(slots=True)
class Found:
    """Hold what a package has; `links` counts those that land inside it by what they say."""

    counts: Counter[str]
    headings: list[tuple[str, str]]
    words: Counter[str]
    alternatives: Counter[str]
    contents: list[str]
    links: Counter[str]
    lost: list[str]
    languages: Counter[str]


def look(path: Path) -> Found:
    with zipfile.ZipFile(path) as package:
        opf_name = next(n for n in package.namelist() if n.endswith(".opf"))
        opf = etree.fromstring(package.read(opf_name))
        folder = PurePosixPath(opf_name).parent
        names = {i.get("id"): i.get("href") for i in opf.iterfind(".//{*}manifest/{*}item")}
        spine = [str(folder / unquote(names[i.get("idref")])) for i in opf.iter("{*}itemref")]
        documents = {n: etree.fromstring(package.read(n)) for n in spine}
        ncx = next(n for n in package.namelist() if n.endswith(".ncx"))
        labels = etree.fromstring(package.read(ncx)).iterfind(".//{*}navPoint/{*}navLabel/{*}text")
        contents = [said(label)[:LABEL] for label in labels]
    found = Found(Counter(), [], Counter(), Counter(), contents, Counter(), [], Counter())
    ids = {f"{n}#{e.get('id')}" for n, d in documents.items() for e in d.iter() if e.get("id")}
    for name, document in documents.items():
        # A Kindle has a menu for the contents, and shows the cover by itself.
        if not document.xpath("//*[local-name() = 'nav' or @role = 'doc-cover']"):
            _look_at(document, name, {*documents, *ids}, found)
    return found


def _look_at(document: Any, name: str, places: set[str], found: Found) -> None:
    if language := document.get("lang"):
        found.languages[language.partition("-")[0]] += 1
    body = document.find("{*}body")
    found.words.update(re.findall(r"\w+", " ".join(body.itertext())))
    for element in body.iter("{*}*"):
        tag = etree.QName(element).localname
        if tag in ("table", "th", "td", "caption", "figure", "figcaption", "pre", "code", "dt"):
            found.counts[tag] += 1
        for role in ("doc-noteref", "doc-backlink", "doc-footnote"):
            found.counts[role] += element.get("role") == role
        if tag in HEADINGS:
            found.headings.append((tag, said(element)))
        # calibre writes a drawing that holds pictures into the text.
        if tag in ("img", "svg"):
            found.alternatives[element.get("alt") or element.get("aria-label", "")] += 1
        if tag == "a" and (href := element.get("href")) and ":" not in href:
            path, _, anchor = unquote(href).partition("#")
            target = os.path.normpath(PurePosixPath(name).parent / path) if path else name
            if (f"{target}#{anchor}" if anchor else target) in places:
                found.links[said(element)] += 1
            else:
                found.lost.append(href)


def said(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def differences(before: Found, after: Found) -> Iterator[str]:
    for name, one, other in (
        ("words", before.words, after.words),
        ("pictures with", before.alternatives, after.alternatives),
        ("elements", before.counts, after.counts),
        ("links", before.links, after.links),
    ):
        if lost := one - other:
            yield f"{name} lost: {lost.total()} of {one.total()}, {lost.most_common(5)}"
    if after.lost:
        yield f"links that lead nowhere: {len(after.lost)}, {after.lost[:3]}"
    if before.headings != after.headings:
        lost = Counter(before.headings) - Counter(after.headings)
        yield f"headings differ: {len(before.headings)}, then {len(after.headings)}; {lost}"
    if before.contents != after.contents:
        lost = Counter(before.contents) - Counter(after.contents)
        yield f"contents differ: {len(before.contents)}, then {len(after.contents)}; {lost}"
    if set(before.languages) - set(after.languages):
        yield f"languages: {before.languages}, then {after.languages}"


def known(path: Path) -> dict[str, str]:
    """Return what calibre's library says of a book."""
    lines = calibre("ebook-meta", str(path)).splitlines()
    return {k.strip(): v.strip() for k, _, v in (line.partition(" : ") for line in lines) if v}


def calibre(*command: str) -> str:
    # As root, Qt's browser, which converts nothing here, refuses to start with a sandbox.
    surroundings = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox",
    }
    done = subprocess.run(
        command, env=surroundings, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout


def check(book: Path, profile: str, part: str, out: Path) -> list[str]:
    stem = "-".join(filter(None, (book.resolve().name, part and f"part-{part}", profile)))
    first, kindle, second = (out / f"{stem}{s}" for s in (".epub", ".azw3", "-again.epub"))
    options = ["--part", part] if part else []
    command = [BOOKBUILDER, "epub", "-q", str(book), "-o", str(first), "--profile", profile]
    subprocess.run([*command, *options], check=True)
    calibre("ebook-convert", str(first), str(kindle))
    calibre("ebook-convert", str(kindle), str(second))
    wrong = list(differences(look(first), look(second)))
    library, device = known(first), known(kindle)
    for key in ("Title", "Author(s)", "Publisher", "Languages", "Comments"):
        if library.get(key) != device.get(key):
            wrong.append(f"{key}: `{library.get(key)}`, then `{device.get(key)}`")
    if part and not library.get("Series", "").endswith(f"#{part}"):
        wrong.append(f"part {part} is in the library as `{library.get('Series')}`")
    picture = out / f"{stem}.jpg"
    picture.unlink(missing_ok=True)
    calibre("ebook-meta", "--get-cover", str(picture), str(kindle))
    if not picture.is_file():
        wrong.append("no cover")
    size = f"{first.stat().st_size // 1000} kB, as AZW3 {kindle.stat().st_size // 1000} kB"
    print(f"{stem}: {size}; {'; '.join(wrong) or 'nothing lost'}", flush=True)
    return wrong


def main(out: Path, books: list[Path]) -> int:
    out.mkdir(parents=True, exist_ok=True)
    jobs = [(book, profile, "") for book in books or [ROOT] for profile in PROFILES]
    if not books:
        # A part is a volume in a series; the first is number 0.
        jobs.append((ROOT, "kindle", "0"))
    wrong = [check(*job, out) for job in jobs]
    return int(any(wrong))


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
