#!/usr/bin/env python3
"""Draw pages of an EPUB as FBReader shows them, which knows little of CSS.

tools/fbreader.py BOOK.epub FOLDER NAME=DOCUMENT#ID ... writes FOLDER/fbreader-NAME.png for each
place. FBReader opens no places, so it is given a copy of the book for each: its first document is
the one with the place, without what comes before that. It runs in a virtual screen of its own.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image

SIZE = (600, 845)  # a 6-inch reader, and the toolbar
PACKAGE = "EPUB/content.opf"
XHTML = "http://www.w3.org/1999/xhtml"
WAIT, LONGEST = 0.5, 20.0


def copy_from(book: Path, place: str, to: Path) -> None:
    """Write a copy of `book` that begins at `place`."""
    name, _, identity = place.partition("#")
    with zipfile.ZipFile(book) as read, zipfile.ZipFile(to, "w") as made:
        for item in read.infolist():
            data = read.read(item)
            if item.filename == PACKAGE:
                data = with_spine(data.decode(), name).encode()
            elif item.filename == f"EPUB/{name}" and identity:
                data = without_start(data, identity)
            made.writestr(item, data)


def with_spine(package: str, name: str) -> str:
    items = re.findall(r"<item\b[^>]*>", package)
    (identity,) = (
        re.search(r'\bid="([^"]*)"', i)[1]  # type: ignore[index]
        for i in items
        if f'href="{name}"' in i
    )
    references = re.findall(r"<itemref\b[^>]*>", package)
    first = [r for r in references if f'idref="{identity}"' in r]
    rest = [r for r in references if r not in first]
    spine = "".join([*first, *rest])
    return re.sub(r"(<spine\b[^>]*>).*(</spine>)", rf"\1{spine}\2", package, flags=re.DOTALL)


def without_start(document: bytes, identity: str) -> bytes:
    ET.register_namespace("", XHTML)
    root = ET.fromstring(document)
    parents = {child: parent for parent in root.iter() for child in parent}
    element = next((e for e in root.iter() if e.get("id") == identity), root)
    while element in parents and element.tag != f"{{{XHTML}}}body":
        parent = parents[element]
        for before in list(parent)[: list(parent).index(element)]:
            parent.remove(before)
        element = parent
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def picture_of(dump: bytes) -> Image.Image:
    """Return the picture in what `xwd` says of a screen of 24 bits."""
    header = struct.unpack(">25I", dump[:100])
    width, height, line = header[4], header[5], header[12]
    start = header[0] + header[19] * 12
    return Image.frombuffer("RGB", (width, height), dump[start:], "raw", "BGRX", line, 1)


def draw(book: Path, picture: Path, environment: dict[str, str]) -> None:
    """Draw what FBReader shows of `book` once it does not change any more."""

    def said(*command: str) -> bytes:
        return subprocess.run(command, env=environment, capture_output=True, check=False).stdout

    with subprocess.Popen(
        ["FBReader", str(book)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as reader:
        try:
            end, before, window = time.monotonic() + LONGEST, b"", ""
            while time.monotonic() < end:
                time.sleep(WAIT)
                if not window:
                    found = said("xdotool", "search", "--onlyvisible", "--class", "fbreader")
                    window = (found.decode().split() or [""])[0]
                    said("xdotool", "windowmove", window, "0", "0")
                    said("xdotool", "windowsize", window, *map(str, SIZE))
                    continue
                dump = said("xwd", "-root", "-silent")
                image = picture_of(dump)
                if dump == before and len(image.getcolors(1 << 24) or ()) > 60:
                    break
                before = dump
            image.save(picture)
        finally:
            reader.kill()


def main() -> None:
    book, folder = Path(sys.argv[1]), Path(sys.argv[2])
    display = f":{os.getpid() % 1000 + 100}"
    server = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(1)
        for named in sys.argv[3:]:
            name, _, place = named.partition("=")
            with tempfile.TemporaryDirectory() as home:
                environment = os.environ | {"DISPLAY": display, "HOME": home, "LC_ALL": "C.UTF-8"}
                copy = Path(home, "book.epub")
                copy_from(book, place, copy)
                draw(copy, folder / f"fbreader-{name}.png", environment)
    finally:
        server.kill()


if __name__ == "__main__":
    main()
