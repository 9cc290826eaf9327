"""The print PDF as a whole: its bytes, its metadata, its direction, and volumes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from bookbuilder.book import Metadata, Part, Person
from pdf_books import (
    a_book,
    numbered,
    outline_of,
    pages_of,
    written,
)


@pytest.mark.slow
def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from pathlib import Path\n"
        "from pdf_books import a_book, numbered, written, call, notes\n"
        "root = Path(sys.argv[2]); root.mkdir()\n"
        "text = '<p>Text' + call('c1-1') + ' ' + '→ ✓ אב 日本</p>' + notes('c1', 'n')\n"
        "written(a_book(root, numbered(1, 'T', text)), root / 'b.pdf')\n"
    )
    found = []
    for name, zone, seed in (("a", "UTC", "1"), ("another folder", "Asia/Tokyo", "2")):
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path / name)],
            check=True,
            # A cache of its own, or the second would be the first, remembered.
            env=os.environ
            | {
                "TZ": zone,
                "PYTHONHASHSEED": seed,
                "XDG_CACHE_HOME": str(tmp_path / f"cache {name}"),
            },
        )
        found.append((tmp_path / name / "b.pdf").read_bytes())
    assert found[0] == found[1]
    assert b"/ID [<" in found[0]


def test_metadata(tmp_path: Path) -> None:
    meta = Metadata(
        "Title & <more>",
        "urn:isbn:1",
        "en-GB",
        authors=(Person("Ann Author"), Person("Ed Itor", "edt")),
        description="About it",
        subjects=("One", "Two, too"),
        date=date(2026, 1, 2),
        license="CC BY 4.0",
        publisher="A House",
        version="1.2",
    )
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"), metadata=meta)
    path, _ = written(book, tmp_path / "b.pdf")
    with pikepdf.open(path) as pdf:
        info = {str(k): str(v) for k, v in pdf.docinfo.items()}
        language = str(pdf.Root.Lang)
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == "Title & <more>"
    assert info["/Title"] == "Title & <more>"
    assert info["/Author"] == "Ann Author"
    assert info["/Subject"] == "About it"
    assert info["/Keywords"] == "One, Two; too"
    assert info["/CreationDate"].startswith("D:20260102")
    assert language == "en-GB"
    front = "\n".join(pages_of(path)[:4])
    for shown in ("CC BY 4.0", "A House", "Version 1.2", "2026-01-02", "Ed Itor"):
        assert shown in front


@pytest.mark.slow
def test_a_book_from_right_to_left(tmp_path: Path) -> None:
    chapters = [
        numbered(n, f"فصل {n}", f"<p>{'هذا نص عربي للتجربة في كتاب صغير. ' * 90}</p>")
        for n in (1, 2)
    ]
    meta = Metadata("كتاب", "urn:uuid:2", "ar")
    path, found = written(a_book(tmp_path, *chapters, metadata=meta), tmp_path / "b.pdf")
    assert found == []
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.ViewerPreferences.Direction) == "/R2L"
    assert int(next(label for _, t, label in outline_of(path) if t.startswith("2 "))) % 2 == 1


def test_a_part_as_a_volume_has_no_opening_of_its_own(tmp_path: Path) -> None:
    part = Part("part-1", "The Part", chapters=[numbered(1, "T", "<p>x</p>")])
    book = a_book(tmp_path, parts=[part], volume=part)
    path, _ = written(book, tmp_path / "b.pdf")
    pages = pages_of(path)
    assert not any("The Part" in page for page in pages)
