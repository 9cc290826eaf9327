"""Nobody can tell from a file whether its pages were laid out or remembered."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

import bookbuilder
from bookbuilder import load, write
from bookbuilder.formats.pdf.run_data.codec import BadRecordError, pack, unpack
from bookbuilder.formats.pdf.run_data.records import Element, LaidOutRun, PageRecord
from bookbuilder.runtime.cache import Cache, digest_of
from books import write_files
from structure_tree import outline

EXECUTABLE = Path(sys.executable).with_name("bookbuilder")
CHAPTERS = 4


def chapter(number: int, words: int = 400) -> str:
    text = f"Some words of chapter {number} to fill its pages with. " * (words // 10)
    other = number % CHAPTERS + 1
    return (
        f"# Chapter {number}\n\n{text} See [Chapter {other}](c{other}.md) for more.[^n]\n\n"
        f"## A section\n\n{text} ==Marked== and `code`, as {{.smallcaps}}.\n\n![A box](box.png)\n\n"
        f"| a | b |\n|---|---|\n| 1 | 2 |\n\n{text}[^m]\n\n[^n]: A note.\n\n[^m]: Another one.\n"
    )


def a_folder(folder: Path) -> Path:
    chapters = {f"c{number}.md": chapter(number) for number in range(1, CHAPTERS + 1)}
    toml = (
        '[book]\ntitle = "Cached"\nlanguage = "en"\nfront = ["preface.md"]\nback = []\n'
        '[[part]]\ntitle = "One"\nchapters = ["c1.md", "c2.md"]\n'
        '[[part]]\ntitle = "Two"\nchapters = ["c3.md", "c4.md"]\n'
    )
    write_files(folder, {"book.toml": toml, "preface.md": "# Preface\n\nWords.\n", **chapters})
    Image.new("RGB", (60, 40), "gray").save(folder / "box.png")
    return folder


def build(folder: Path, **settings: object) -> tuple[bytes, int]:
    """Build the PDF; return it, and how many runs of pages were laid out for it."""
    book = load(folder)
    pdf = replace(book.config.pdf, **settings)  # type: ignore[arg-type]
    written = write(replace(book, config=replace(book.config, pdf=pdf)), folder / "book.pdf")
    found = re.match(r"Laid out (\d+) of \d+ runs", written.changes[0])
    assert found is not None
    return written.path.read_bytes(), int(found[1])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/bookbuilder/pages"


@pytest.mark.slow
def test_only_what_changed_is_laid_out_and_nobody_can_tell(tmp_path: Path, cache: Path) -> None:
    folder = a_folder(tmp_path / "book")
    cold, laid_out = build(folder)
    assert laid_out == 1 + 2 + CHAPTERS, "the front, two openings of parts, the chapters"
    assert build(folder) == (cold, 0)
    assert build(folder, cache=False) == (cold, laid_out)
    (folder / "c3.md").write_text(chapter(3).replace("words", "lines"), "utf-8")
    edited, laid_out = build(folder)
    assert laid_out == 1
    assert edited != cold
    assert build(folder, cache=False)[0] == edited


@pytest.mark.slow
def test_pages_and_pictures_that_change_are_laid_out_again(tmp_path: Path, cache: Path) -> None:
    folder = a_folder(tmp_path / "book")
    build(folder)
    (folder / "c1.md").write_text(chapter(1, 2000), "utf-8")
    longer, laid_out = build(folder)
    assert laid_out == 1, "others start and quote later, but with as many figures"
    assert build(folder, cache=False)[0] == longer
    Image.new("RGB", (60, 40), "black").save(folder / "box.png")
    darker, laid_out = build(folder)
    assert laid_out == CHAPTERS
    assert build(folder, cache=False)[0] == darker


@pytest.mark.slow
def test_whatever_is_edited_the_book_is_as_if_nothing_were_remembered(
    tmp_path: Path, cache: Path
) -> None:
    folder = a_folder(tmp_path / "book")
    toml = folder / "book.toml"

    def replaced(path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def rename() -> None:
        (folder / "c2.md").rename(folder / "renamed.md")
        for path in (toml, *folder.glob("*.md")):
            path.write_text(path.read_text("utf-8").replace("c2.md", "renamed.md"), "utf-8")

    def add_style() -> None:
        (folder / "print.css").write_text("p { color: #333; font-family: Extra }", "utf-8")
        toml.write_text(toml.read_text("utf-8") + '[pdf]\nstyle = ["print.css"]\n', "utf-8")

    def add_font() -> None:
        fonts = Path(bookbuilder.__file__).parent / "fonts"
        font = TTFont(fonts / "BookbuilderSans-Regular.ttf")
        for record in font["name"].names:
            if record.nameID in (1, 16):
                record.string = "Extra"
        (folder / "fonts").mkdir()
        font.save(folder / "fonts/extra.ttf")

    edits: dict[str, tuple[Callable[[], object], int]] = {
        "a word": (lambda: replaced(folder / "c1.md", "Some words", "Some lines"), 1),
        "a chapter's title": (lambda: replaced(folder / "c4.md", "# Chapter 4", "# Fourth"), 3),
        "a chapter's file": (rename, 5),
        "a chapter's place": (lambda: replaced(toml, '"c3.md", "c4.md"', '"c4.md", "c3.md"'), 7),
        "a style": (add_style, 7),
        "a font": (add_font, 7),
        "an option": (lambda: replaced(toml, "[pdf]\n", '[pdf]\ntrim = "a4"\n'), 7),
    }
    before, _ = build(folder)
    for what, (edit, most) in edits.items():
        edit()
        edited, laid_out = build(folder)
        assert edited != before, what
        assert 0 < laid_out <= most, f"{what}: {laid_out}"
        assert build(folder, cache=False)[0] == edited, what
        before = edited


@pytest.mark.slow
def test_another_version_of_any_module_lays_out_anew(tmp_path: Path, cache: Path) -> None:
    folder = a_folder(tmp_path / "book")
    package = Path(bookbuilder.__file__).parent
    ours = shutil.copytree(package, tmp_path / "code/bookbuilder")
    command = [sys.executable, "-c", "from bookbuilder.cli import main; main()"]

    def laid_out() -> str:
        done = subprocess.run(
            [*command, "pdf", "-v", str(folder)],
            env={**os.environ, "PYTHONPATH": str(ours.parent)},
            check=True,
            capture_output=True,
            text=True,
        )
        return next(line for line in done.stdout.splitlines() if line.startswith("Laid out"))

    assert laid_out() == "Laid out 7 of 7 runs of pages"
    assert laid_out().startswith("Laid out 0 of 7 runs")
    # Pages say by its `loose` with which words they start.
    slugs = ours / "text/slugs.py"
    slugs.write_text(slugs.read_text("utf-8").replace(".casefold()", ".upper()"), "utf-8")
    assert laid_out() == "Laid out 7 of 7 runs of pages"


@pytest.mark.slow
@pytest.mark.attack("cache")
def test_damaged_files_are_made_anew(tmp_path: Path, cache: Path) -> None:
    folder = a_folder(tmp_path / "book")
    cold, all_runs = build(folder)
    kept = sorted(path for path in cache.glob("??/*"))
    for number, path in enumerate(kept):
        data = path.read_bytes()
        path.unlink()
        if number % 4 == 0:
            path.write_bytes(data[: len(data) // 2])
        elif number % 4 == 1:
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        elif number % 4 == 2:
            path.symlink_to("/dev/zero")
        else:
            path.mkdir()
    assert build(folder) == (cold, all_runs)


@pytest.mark.slow
@pytest.mark.attack("cache")
def test_a_cache_that_cannot_be_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path / "book")
    (tmp_path / "file").write_text("", "utf-8")
    wanted = build(folder, cache=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert build(folder) == wanted


@pytest.mark.slow
def test_two_builds_at_once_and_one_after_with_no_cache(tmp_path: Path, cache: Path) -> None:
    folder = a_folder(tmp_path / "book")
    command = [str(EXECUTABLE), "pdf", "-q", str(folder)]
    running = [subprocess.Popen([*command, "-o", str(tmp_path / f"{n}.pdf")]) for n in "ab"]
    assert [process.wait(timeout=300) for process in running] == [0, 0]
    kept = sorted(path.name for path in cache.glob("??/*"))
    assert kept
    assert not [name for name in kept if name.endswith(".tmp")]
    shutil.rmtree(cache)
    subprocess.run([*command, "--no-cache", "-o", str(tmp_path / "c.pdf")], check=True)
    assert not cache.exists()
    assert len({(tmp_path / f"{name}.pdf").read_bytes() for name in "abc"}) == 1


def pages_of(path: Path) -> list[tuple[str, bytes]]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [
            (page.get_textpage().get_text_bounded(), page.render(scale=1).to_pil().tobytes())
            for page in pdf
        ]


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["print", "screen"])
def test_joined_chapters_are_the_pages_of_the_whole(edition: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "book")
    # Neither has a say in any page, but the second might in another book.
    for name, style in (("joined", "color: red"), ("whole", "counter-increment: none")):
        (folder / f"{name}.css").write_text(f".of-nothing {{ {style} }}", "utf-8")
        _, runs = build(folder, edition=edition, style=(f"{name}.css",), cache=False)
        (folder / "book.pdf").rename(tmp_path / f"{name}.pdf")
        assert runs == (1 + 2 + CHAPTERS if name == "joined" else 2)
    joined, whole = tmp_path / "joined.pdf", tmp_path / "whole.pdf"
    assert pages_of(joined) == pages_of(whole)
    assert outline(joined) == outline(whole)


@pytest.mark.slow
def test_without_processes_to_share_the_pages_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path / "book")
    shared = build(folder, cache=False)
    monkeypatch.setattr("bookbuilder.runtime.worker_processes.HAS_FORK", False)
    assert build(folder, cache=False) == shared


@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "runs"),
    [
        ("p { color: #111 }", 1 + 2 + CHAPTERS),
        # The front has been laid out before it turns out that chapters run on.
        (".chapter { break-before: auto }", 1),
        ("h2 { counter-increment: section }", 2),
        ("@page :first { margin-top: 40mm }", 2),
    ],
)
def test_what_reaches_over_chapters_lays_out_the_whole(
    style: str, runs: int, tmp_path: Path, cache: Path
) -> None:
    folder = a_folder(tmp_path / "book")
    (folder / "own.css").write_text(style, "utf-8")
    assert build(folder, style=("own.css",))[1] == runs


@pytest.mark.slow
def test_a_note_that_finds_no_room_is_printed_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "".join(f"        line {number}\n" for number in range(90))
    note = f"A note.[^n] See [Two](b.md).\n\n[^n]: Code:\n\n{code}"
    others = {name: f"# {name}\n\nSee [One](a.md).\n" for name in ("b.md", "c.md")}
    write_files(tmp_path, {"a.md": f"# One\n\n{note}", **others})
    wanted = build(tmp_path, cache=False)[0]
    pages = pypdfium2.PdfDocument(wanted)
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    assert [text.count(f"line {number}\r") for number in (0, 89)] == [1, 1]
    monkeypatch.setattr("bookbuilder.runtime.worker_processes.HAS_FORK", False)
    assert build(tmp_path, cache=False)[0] == wanted


@pytest.mark.slow
def test_a_note_without_room_has_it_before_the_next_chapter(tmp_path: Path, cache: Path) -> None:
    long = "A long note that takes many lines at the foot of its page. " * 22
    found = []
    for words in range(220, 280, 10):
        text = (
            "# One\n\n" + "word " * words + f"[^a] end[^b]\n\n[^a]: {long}\n\n[^b]: {long} Last.\n"
        )
        folder = write_files(tmp_path / f"{words}", {"1.md": text, "2.md": "# Two\n\nText.\n"})
        build(folder)
        texts = [text for text, _ in pages_of(folder / "book.pdf")]
        assert sum("Last." in text for text in texts) == 1
        second = next(n for n, text in enumerate(texts) if "Two" in text and "Text." in text)
        found.append("Last." in texts[second])
    assert not any(found), "the note of one chapter stands on the page that opens the next"


def test_a_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    names = [digest_of(bytes([number])) for number in range(5)]
    for number, name in enumerate(names):
        cache.put(name, b"x" * 1000)
        os.utime(tmp_path / name[:2] / name[2:], (number, number))
    assert cache.get(names[0]) == b"x" * 1000
    cache.trim(2500)
    assert [cache.get(name) is not None for name in names] == [True, False, False, False, True]


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
@pytest.mark.attack("cache")
def test_nobody_else_can_write_to_a_cache_or_look_into_it(umask: int, tmp_path: Path) -> None:
    name, folder = digest_of(b"x"), tmp_path / "users" / "bookbuilder" / "pages"
    before = os.umask(umask)
    try:
        Cache(folder).put(name, b"kept")
    finally:
        os.umask(before)
    made = [folder / name[:2] / name[2:], *(folder / name[:2] / name[2:]).parents][:5]
    assert [f"{path.name}" for path in made if path.stat().st_mode & 0o077] == []
    assert Cache(folder).get(name) == b"kept"


@pytest.mark.parametrize("forged", ["mode", "owner"])
@pytest.mark.attack("cache")
def test_a_cache_that_somebody_else_can_write_to_counts_as_empty(
    forged: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, cache = digest_of(b"x"), Cache(tmp_path / "pages")
    cache.put(name, b"kept")
    if forged == "mode":
        (tmp_path / "pages").chmod(0o777)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.get(name) is None
    other = digest_of(b"y")
    cache.put(other, b"new")
    assert not (tmp_path / "pages" / other[:2] / other[2:]).exists()


@pytest.mark.attack("cache")
def test_what_is_no_record_is_refused() -> None:
    page = PageRecord(400.0, 600.0, (0.0, 0.0, 0.0, 0.0), {"a": (0.0, 1.0, 2.0, 3.0)})
    root = Element("Document", {"d": {"Lang": {"s": "en"}}}, "", (("content", 0, 0),))
    laid_out = LaidOutRun((page,), elements=(root,), messages=("x",))
    assert unpack(pack(laid_out)) == laid_out

    def changed(**fields: object) -> bytes:
        record = msgspec.msgpack.decode(zlib.decompress(pack(laid_out)))
        return zlib.compress(msgspec.msgpack.encode(record | fields))

    element: dict[str, object] = {"kind": "P", "attributes": None, "text": "", "kids": []}
    kinds = ("x_objects", "patterns", "shadings", "states")
    resources: dict[str, object] = {kind: {} for kind in kinds}
    picture = {"data": b"", "blob": "gone", "compress": True, "extra": None}
    picture |= {"resources": None, "mask": None}
    assert unpack(changed(resources=resources)).pages == laid_out.pages
    link = {"kind": "attachment", "target": "data:,x", "area": [0.0, 0.0, 1.0, 1.0]}
    plain = msgspec.msgpack.decode(msgspec.msgpack.encode(page)) | {"content": b"0123456789"}
    quoted: dict[str, object] = {"number": 0, "places": [[6, 0]], "glyphs": b"0123" * 10}
    aligned: dict[str, object] = {"number": -1, "start": 2, "end": 9, "x": 1.0, "figures": 1}
    aligned |= {"step": 0.5, "between": b"[", "after": b"", "glyphs": b"0123" * 10}
    assert unpack(changed(pages=[plain | {"quoted": [quoted], "aligned": [aligned]}])).pages
    assert unpack(changed(pages=[plain | {"links": [link | {"kind": "external"}]}])).pages
    for data in (
        changed(pages=[plain | {"links": [link]}]),
        changed(runs_on=0),
        changed(pages=[{}]),
        changed(pages=[plain | {"quoted": [quoted | {"places": [[7, 0]]}]}]),
        changed(pages=[plain | {"quoted": [quoted | {"places": [[-1, 0]]}]}]),
        changed(pages=[plain | {"quoted": [quoted | {"glyphs": b"0123"}]}]),
        changed(pages=[plain | {"aligned": [aligned | {"end": 11}]}]),
        changed(pages=[plain | {"aligned": [aligned | {"start": -1}]}]),
        changed(pages=[plain | {"aligned": [aligned, aligned]}]),
        changed(pages=[plain | {"aligned": [aligned | {"glyphs": b""}]}]),
        changed(messages=["x", 1]),
        changed(elements=[element | {"kids": [["content", 1, 0]]}]),
        changed(elements=[element | {"kids": [["node", 1, 0]]}]),
        changed(elements=[element, element]),
        changed(elements=[element | {"attributes": {"raw": 1}}]),
        changed(elements=[element | {"attributes": {"d": {"A": b"bytes"}}}]),
        changed(resources=resources | {"states": {"s": [None, "gone"]}}),
        changed(resources=resources | {"x_objects": {"x": picture}}),
        zlib.compress(b""),
        zlib.compress(b"\xc0"),
        zlib.compress(b"\x91" * 100_000),
        zlib.compress(b"\xdd\xff\xff\xff\xff"),
        pack(laid_out)[:-3],
        b"not compressed",
        b"",
    ):
        with pytest.raises(BadRecordError):
            unpack(data)


@pytest.mark.attack("cache")
def test_a_record_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookbuilder.formats.pdf.run_data.codec.LARGEST_RECORD", 1_000_000)
    assert unpack(pack(LaidOutRun(messages=("x" * 900_000,))))
    with pytest.raises(BadRecordError, match="too large"):
        unpack(pack(LaidOutRun(messages=("x" * 1_000_001,))))


@pytest.mark.parametrize("value", [10**30, "\ud800"])
@pytest.mark.attack("cache")
def test_what_a_record_cannot_hold_is_not_kept(value: object) -> None:
    laid_out = LaidOutRun(elements=(Element("TD", {"d": {"ColSpan": value}}, "", ()),))
    assert pack(laid_out) == b""
