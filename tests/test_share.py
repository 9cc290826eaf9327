"""The folder that a book is handed out from: its page, its files, feeds and sheets."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pypdfium2
import pytest
import zxingcpp
from lxml import etree
from playwright.sync_api import sync_playwright

from bookbuilder.share.feeds import _entries_of  # what it reads may come from anybody
from books import write_files
from commandline import files, invoke
from verapdf import validate

ADDRESS = "https://example.org/~lecturer/fence/"
TOML = """\
[book]
title = "Tools & <Tales>"
subtitle = "A \\"small\\" book"
authors = [{ name = "Ada Lovelace", file-as = "Lovelace, Ada" }, "Charles Babbage"]
language = "en"
identifier = "urn:uuid:8a2a4ac8-3a3e-4f0e-9a58-1f8c1f4e9d6b"
publisher = "Press & Sons"
license = "CC-BY-4.0"
description = "What a seminar needs. And 100% more_of it."
subjects = ["Tools", "Tales"]
date = 2026-11-29
version = "1.2.0"
name = "tools"
chapters = ["one.md", "two.md"]
"""
SHARE = f'[share]\nurl = "{ADDRESS}"\n'
ONE = """\
# One

Words.[^1] See [two](two.md).

## Exercise: try it {.exercise}

Write down three things.

[^1]: A note.
"""
BOOK: dict[str, str | bytes] = {
    "book.toml": TOML + SHARE,
    "one.md": ONE,
    "two.md": "# Two\n\nThe end.\n",
}
pytestmark = pytest.mark.slow
ATOM = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/terms/"}
OPEN_ACCESS = "http://opds-spec.org/acquisition/open-access"
CHROMIUM = "/usr/bin/chromium"
AXE = Path(sys.prefix, "node/node_modules/@daisy/axe-core-for-ace/axe.min.js")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_files(tmp_path_factory.mktemp("shared"), BOOK)
    result = invoke("share", folder)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return folder / "dist/share"


def page_of(folder: Path) -> etree._Element:
    return etree.HTML((folder / "index.html").read_bytes())


def targets(page: Path) -> Iterator[str]:
    for element in etree.HTML(page.read_bytes()).iter():
        for name in ("href", "src"):
            if element.get(name):
                yield element.get(name)


def test_every_link_of_the_folder_leads_somewhere(shared: Path) -> None:
    lost, followed = [], 0
    for page in shared.rglob("*.html"):
        for target in targets(page):
            parts = urlsplit(target)
            if parts.scheme:
                assert parts.scheme in ("https", "http", "mailto", "data")
                continue
            followed += 1
            there = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
            there = there / "index.html" if there.is_dir() else there
            assert there.is_relative_to(shared.resolve())
            if not there.is_file():
                lost.append(f"{page.relative_to(shared)}: {target}")
            elif parts.fragment and there.suffix == ".html":
                ids = etree.HTML(there.read_bytes()).xpath("//@id")
                if unquote(parts.fragment) not in ids:
                    lost.append(f"{page.relative_to(shared)}: {target}")
    assert lost == []
    assert followed > 20


def test_the_page_says_what_there_is_and_runs_nothing(shared: Path) -> None:
    page = page_of(shared)
    text = " ".join(" ".join(page.itertext()).split())
    for said in (
        "Tools & <Tales>", "A “small” book", "Ada Lovelace, Charles Babbage", "Version 1.2.0",
        "2026-11-29", "Tools · Tales", "@kindle.com", "50 MB",
        "https://creativecommons.org/licenses/by/4.0/", "Notes link to their place",
        "There are no pictures besides the cover", "does not claim", "PDF/UA-1",
        "Lovelace, Ada and Charles Babbage", "AU - Lovelace, Ada", ADDRESS,
    ):  # fmt: skip
        assert said in text, said
    assert not page.xpath("//script | //@onclick | //link[@rel='stylesheet'] | //base")
    offered = {unquote(a.get("href")) for a in page.iter("a") if "://" not in a.get("href")}
    downloads = {f for f in files(shared) if f.endswith((".pdf", ".epub")) and "/" not in f}
    assert downloads == {
        "tools.epub", "tools-kindle.epub", "tools.kepub.epub", "tools-apple.epub",
        "tools.pdf", "tools-screen.pdf", "tools-workbook.pdf",
    }  # fmt: skip
    handouts = {f for f in files(shared) if f.startswith("handouts/")}
    assert len(handouts) == 2
    assert downloads | handouts | {"read/index.html", "read/pages/index.html"} <= offered
    (table,) = page.iter("table")
    assert ["".join(th.itertext()) for th in table.xpath("tbody//th")] == ["1. One", "2. Two"]


def test_from_the_code_on_the_poster_to_a_page_of_the_printed_book(shared: Path) -> None:
    with pypdfium2.PdfDocument(shared / "poster/poster.pdf") as pdf:
        (code,) = zxingcpp.read_barcodes(pdf[0].render(scale=4).to_pil())
    assert code.text == ADDRESS
    page = page_of(shared)
    (found,) = [a for a in page.iter("a") if "page of the printed book" in "".join(a.itertext())]
    pages = shared / found.get("href")
    (third,) = [a for a in etree.HTML(pages.read_bytes()).iter("a") if a.text == "3"]
    path, _, name = urljoin(found.get("href"), third.get("href")).partition("#")
    assert path == "read/two/index.html"
    text = etree.HTML((shared / path).read_bytes())
    assert len(text.xpath(f"//*[@id='{name}']")) == 1
    (home,) = [a.get("href") for a in text.iter("a") if a.text == "Tools & <Tales>"]
    assert (shared / path).parent.joinpath(home).resolve() == (shared / "index.html").resolve()


def test_its_statement_is_that_of_the_epub(shared: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(shared / "tools.epub") as epub:
        package = next(epub.read(n).decode() for n in epub.namelist() if n.endswith(".opf"))
    assert "pageBreakMarkers" in package
    statement = "".join(page_of(shared).xpath("//section[@id='accessibility']")[0].itertext())
    assert "The pages of the printed book are marked" in statement
    picture = "# Two\n\n![](p.png)\n"
    toml = TOML + SHARE + '[epub]\ncertified-by = "A. Tester"\n'
    png = (shared / "cover-small.png").read_bytes()
    write_files(tmp_path, BOOK | {"book.toml": toml, "two.md": picture, "p.png": png})
    assert invoke("share", "-q", tmp_path).exit_code == 0
    page = page_of(tmp_path / "dist/share")
    statement = "".join(page.xpath("//section[@id='accessibility']")[0].itertext())
    assert "some pictures have no text alternative" in statement
    assert "A. Tester" not in statement


def test_the_checksums_are_those_of_the_files(shared: Path) -> None:
    lines = (shared / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert sums.keys() == files(shared) - {"SHA256SUMS", ".bookbuilder-files"}
    for name, digest in sums.items():
        assert hashlib.sha256((shared / name).read_bytes()).hexdigest() == digest
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=shared, check=False,
                          capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stdout
    page = "".join(page_of(shared).itertext())
    assert sums["tools.epub"] in page


def test_the_sheets_lead_to_the_page(shared: Path) -> None:
    counts = {}
    for name in ("poster", "cards"):
        with pypdfium2.PdfDocument(shared / f"poster/{name}.pdf") as pdf:
            assert len(pdf) == 1
            assert [round(side / 72 * 25.4) for side in pdf[0].get_size()] == [210, 297]
            picture = pdf[0].render(scale=4).to_pil()
            text = " ".join(pdf[0].get_textpage().get_text_bounded().split())
        assert "Tools & <Tales>" in text
        assert "A “small” book" in text
        codes = [code.text for code in zxingcpp.read_barcodes(picture)]
        assert set(codes) == {ADDRESS}
        counts[name] = len(codes)
    assert counts == {"poster": 1, "cards": 10}
    verdicts = validate("ua1", *(shared / "poster").iterdir())
    assert [v.broken for v in verdicts] == [(), ()]


def test_reading_apps_can_subscribe(shared: Path) -> None:
    feed = etree.fromstring((shared / "opds.xml").read_bytes())
    grammar = etree.RelaxNG(file=str(Path(__file__).with_name("data") / "opds.rng"))
    for name in ("opds.xml", "versions.xml"):
        grammar.assertValid(etree.parse(shared / name))
    assert set(feed.xpath("//a:updated/text()", namespaces=ATOM)) == {"2026-11-29T00:00:00Z"}
    ids = feed.xpath("//a:id/text()", namespaces=ATOM)
    assert len(ids) == len(set(ids)) == 3
    assert ids[1] == "urn:uuid:8a2a4ac8-3a3e-4f0e-9a58-1f8c1f4e9d6b"
    links = {
        (link.get("rel"), link.get("href")): link for link in feed.iter(f"{{{ATOM['a']}}}link")
    }
    kind = "application/atom+xml;profile=opds-catalog;kind=acquisition"
    assert links["self", f"{ADDRESS}opds.xml"].get("type") == kind
    assert links["start", f"{ADDRESS}opds.xml"].get("type") == kind
    got = {href for rel, href in links if rel == OPEN_ACCESS}
    assert f"{ADDRESS}tools.epub" in got
    assert f"{ADDRESS}tools-workbook.pdf" in got
    for _, href in links:
        path = href.removeprefix(ADDRESS)
        assert path != href
        assert (shared / (path or "index.html")).is_file()

    second = json.loads((shared / "opds.json").read_text("utf-8"))
    assert [link["rel"] for link in second["links"]] == ["self", "alternate"]
    assert second["metadata"]["title"] == "Tools & <Tales>"
    for publication in second["publications"]:
        assert publication["metadata"]["@type"] == "http://schema.org/Book"
        assert publication["metadata"]["title"]
        assert {link["rel"] for link in publication["links"]} == {OPEN_ACCESS}
        for link in (*publication["links"], *publication["images"]):
            data = (shared / link["href"].removeprefix(ADDRESS)).read_bytes()
            assert link.get("size", len(data)) == len(data)
        assert {image["type"] for image in publication["images"]} == {"image/png"}
    book = second["publications"][0]["metadata"]
    assert book["author"][0] == {"name": "Ada Lovelace", "sortAs": "Lovelace, Ada"}
    assert book["accessibility"]["accessModeSufficient"] == [["textual"]]


def test_programs_for_references_read_the_records(shared: Path) -> None:
    record = (shared / "cite/book.bib").read_text("utf-8")
    assert record.startswith("@book{lovelace-2026-tools,\n")
    assert r"publisher = {Press \& Sons}" in record
    assert f"url = {{{ADDRESS}}}" in record
    assert record.count("{") - record.count("\\{") == record.count("}") - record.count("\\}")
    rows = (shared / "cite/book.ris").read_bytes().decode().split("\r\n")
    assert rows[0] == "TY  - BOOK"
    assert rows[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", row) for row in rows[:-1])
    assert "UR  - " + ADDRESS in rows


def test_the_page_is_accessible_and_fits_a_phone(shared: Path) -> None:
    script = AXE.read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme, width in (("light", 375), ("dark", 1280)):
            page = browser.new_page(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page.goto((shared / "index.html").as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            page.evaluate(script)
            found = page.evaluate("axe.run()")
            assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
            assert len(found["passes"]) > 15
            assert page.evaluate("document.documentElement.scrollWidth") == width
        browser.close()


def test_sharing_again_replaces_its_own_files_alone(tmp_path: Path) -> None:
    folder = write_files(tmp_path, BOOK)
    out = folder / "dist/share"
    assert invoke("share", "-q", folder).exit_code == 0
    first = {name: (out / name).read_bytes() for name in files(out)}
    assert invoke("share", "-q", folder).exit_code == 0
    assert {name: (out / name).read_bytes() for name in files(out)} == first

    write_files(out, {"CNAME": "example.org\n", "mine/notes.txt": "keep\n"})
    elsewhere = write_files(tmp_path / "elsewhere", {"x.txt": "keep"})
    (out / "linked").symlink_to(elsewhere)
    (folder / "one.md").write_text("# One\n\nNo exercise.\n", "utf-8")
    assert invoke("share", "-q", folder).exit_code == 0
    kept = files(out)
    assert "tools-workbook.pdf" not in kept
    assert {"CNAME", "mine/notes.txt", "index.html"} <= kept
    assert (elsewhere / "x.txt").read_text() == "keep"
    assert (out / "linked").is_symlink()

    (out / "tools-workbook.pdf").write_text("my own workbook", "utf-8")
    (folder / "one.md").write_text(ONE, "utf-8")
    before = {name: (out / name).read_bytes() for name in files(out)}
    result = invoke("share", folder)
    assert result.exit_code != 0
    assert "tools-workbook.pdf" in result.stderr
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert {p.name for p in (folder / "dist").iterdir()} == {"share"}


def test_without_an_address_it_says_what_is_missing(tmp_path: Path) -> None:
    folder = write_files(tmp_path, BOOK | {"book.toml": TOML})
    result = invoke("share", folder)
    assert result.exit_code == 0
    assert "C029" in result.stderr
    made = files(folder / "dist/share")
    assert "index.html" in made
    assert not {"opds.xml", "opds.json", "versions.xml", "qr.svg", "poster/poster.pdf"} & made
    page = (folder / "dist/share/index.html").read_text("utf-8")
    assert "canonical" not in page
    assert "OPDS" not in page


SOLUTION = """
::: solution
The answer is xylophone-seven.
:::

[Only for graders: quagmire-nine.]{.only edition="teacher"}
"""


def everything_in(folder: Path) -> str:
    """Return the text of all files below `folder`."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".epub":
            with zipfile.ZipFile(path) as epub:
                found += [epub.read(name).decode("utf-8", "replace") for name in epub.namelist()]
        elif path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as pdf:
                found += [page.get_textpage().get_text_bounded() for page in pdf]
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return " ".join(found)


def test_solutions_are_never_published_by_accident(tmp_path: Path) -> None:
    toml = TOML + '[edition.teacher]\ntitle = "Solved"\n[edition.marked]\nconditions=["teacher"]\n'
    folder = write_files(tmp_path, BOOK | {"book.toml": toml, "one.md": ONE + SOLUTION})
    assert invoke("share", "-q", folder).exit_code == 0
    text = everything_in(folder / "dist/share")
    assert "three things" in text
    assert "xylophone" not in text
    assert "quagmire" not in text
    assert "Solved" not in text
    assert invoke("share", folder, "--edition", "teacher").exit_code == 2

    write_files(folder, {"book.toml": toml + '[share]\neditions = ["marked"]\n'})
    result = invoke("share", folder)
    assert result.exit_code == 0
    assert "C030" in result.stderr
    out = folder / "dist/share"
    assert {"editions/marked/tools-marked.pdf", "editions/marked/tools-marked.epub"} <= files(out)
    assert "quagmire" in everything_in(out / "editions")
    denied = invoke("share", folder, "--deny", "solutions-shared")
    assert denied.exit_code == 1

    write_files(folder, {"book.toml": toml + '[share]\neditions = ["markt"]\n'})
    result = invoke("share", folder)
    assert result.exit_code != 0
    assert "did you mean `marked`?" in result.stderr


def test_the_feed_keeps_earlier_versions(tmp_path: Path) -> None:
    small = {"book.toml": TOML + SHARE, "one.md": "# One\n\nA.\n", "two.md": "# Two\n\nB.\n"}
    folder = write_files(tmp_path, small)
    assert invoke("share", "-q", folder).exit_code == 0
    older = (folder / "dist/share/tools.epub").read_bytes()
    newer = (TOML + SHARE).replace("1.2.0", "1.3.0").replace("2026-11-29", "2027-01-02")
    new: dict[str, str | bytes] = {
        "book.toml": newer,
        "two.md": "# Two\n\nAnother end.\n",
        "old.epub": older,
    }
    write_files(folder, new)
    assert invoke("changes", folder / "old.epub", "-o", folder / "new.md", folder).exit_code == 0
    write_files(folder, {"book.toml": newer.replace('"two.md"]', '"two.md"]\nback = ["new.md"]')})
    assert invoke("share", "-q", folder).exit_code == 0
    feed = etree.fromstring((folder / "dist/share/versions.xml").read_bytes())
    titles = feed.xpath("a:entry/a:title/text()", namespaces=ATOM)
    times = feed.xpath("a:entry/a:updated/text()", namespaces=ATOM)
    assert titles == ["Tools & <Tales>, Version 1.3.0", "Tools & <Tales>, Version 1.2.0"]
    assert times == ["2027-01-02T00:00:00Z", "2026-11-29T00:00:00Z"]
    (news,) = page_of(folder / "dist/share").xpath("//p[@class='facts']/a")
    told = (folder / "dist/share" / news.get("href")).read_text("utf-8")
    assert "Another end" in told


@pytest.mark.parametrize(
    "data",
    [
        b"no feed",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:uuid:1</id></feed>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:uuid:1</id>'
        b"<generator>other</generator><entry><id>urn:uuid:2</id><title>x</title>"
        b"<updated>2026-01-01T00:00:00Z</updated></entry></feed>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:uuid:1</id>'
        b"<generator>bookbuilder</generator><entry><id>javascript:x</id><title>x</title>"
        b"<updated>never</updated></entry></feed>",
    ],
)
def test_a_feed_of_others_is_not_taken_over(data: bytes) -> None:
    assert list(_entries_of(data, "urn:uuid:1")) == []


def test_a_language_without_sentences_has_them_marked_as_english(tmp_path: Path) -> None:
    toml = (TOML + SHARE).replace('"en"', '"cy"')
    small = {"book.toml": toml, "one.md": "# Un\n\nA.\n", "two.md": "# Dau\n\nB.\n"}
    folder = write_files(tmp_path, small)
    assert invoke("share", "-q", folder).exit_code == 0
    page = page_of(folder / "dist/share")
    assert page.get("lang") == "cy"
    heading = page.xpath("//h2")[0]
    assert (heading.get("lang"), heading.get("dir")) == ("en", "ltr")
    assert page.xpath("//h1")[0].get("lang") is None
