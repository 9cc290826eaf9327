"""Test each promise of WeasyPrint beyond its public API that bookbuilder relies on.

`formats/pdf/weasy/contract.py` declares it. After an update of WeasyPrint, each test that fails
here names something that has changed.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import PIL.Image
import pydyf
import pypdfium2
import pyphen
import pytest
import weasyprint
from weasyprint.formatting_structure import boxes
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text import ffi

import bookbuilder
from bookbuilder import Report
from bookbuilder.book import Asset
from bookbuilder.formats.pdf.compose.styles import theme_style
from bookbuilder.formats.pdf.joining.fonts import joined_fonts
from bookbuilder.formats.pdf.joining.joining import join
from bookbuilder.formats.pdf.joining.values import String, reference, written
from bookbuilder.formats.pdf.run_data.records import FontUse, LaidOutRun
from bookbuilder.formats.pdf.weasy import RULES_ARE_IN, contract, contract_styles, contract_text
from bookbuilder.formats.pdf.weasy.contract_styles import MARGINS_OF_THEME
from bookbuilder.formats.pdf.weasy.documents import BookFetcher
from bookbuilder.formats.pdf.weasy.figures import FONT_STYLE
from bookbuilder.formats.pdf.weasy.findings import report_layout_log, report_style_log
from bookbuilder.formats.pdf.weasy.fonts import write_fonts
from bookbuilder.formats.pdf.weasy.inspection import boxes_in_order
from bookbuilder.formats.pdf.weasy.layout import TreeLayouter
from bookbuilder.formats.pdf.weasy.line_ends import blanks_may_hang
from bookbuilder.formats.pdf.weasy.recording import record
from bookbuilder.formats.pdf.weasy.setup import (
    load_weasyprint,
    loaded_libraries,
    srgb_profile,
    weasyprint_with_fonts,
)
from bookbuilder.formats.pdf.weasy.stylesheets import has_other_pseudo_elements, margins_in
from books import load_files

# The import above made Pillow accept pictures that are cut off, for all tests in this process.
load_weasyprint()

SOURCES = Path(bookbuilder.__file__).parent
WEASY = SOURCES / "formats/pdf/weasy"
DECLARED = {
    node.name: node
    for node in ast.walk(ast.parse((WEASY / "contract.py").read_text("utf-8")))
    if isinstance(node, ast.ClassDef)
}


def members_of(name: str) -> set[str]:
    """The attributes and methods that a class in the contract declares, inherited ones included."""
    found = set()
    for node in DECLARED[name].body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    bases = [base.id for base in DECLARED[name].bases if isinstance(base, ast.Name)]
    return found.union(*(members_of(base) for base in bases if base in DECLARED)) - {"__init__"}


STYLES = [
    (
        "sample.css",
        "@page { size: A5; @bottom-center { content: counter(page); background: #eee } }"
        " .note { float: footnote } .apart { position: absolute } .column { display: inline-block }"
        " ol { list-style-position: outside } h1 { bookmark-level: 1 }",
    )
]
SAMPLE = """<html lang="en"><head><title>Sample</title></head><body>
<section class="chapter" id="one"><h1>One</h1>
<p>Text with <a href="https://example.org/">a link</a> and a call<aside class="note"><p>A note.</p>
</aside>. <b class="column">7</b> <i class="apart">Apart.</i></p>
<ol><li>An item.</li></ol>
<table><caption>A table</caption><tr><td>A cell</td></tr></table>
<p><img src="a.png" alt="A square"/> <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">
<rect width="9" height="9"/></svg></p>
</section></body></html>"""


def picture() -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", (4, 4), "red").save(file, "PNG")
    return file.getvalue()


@dataclass
class Sample:
    """A page of everything, laid out once and read by many tests."""

    tree: ET.Element
    document: Any
    record: LaidOutRun
    blobs: dict[str, bytes]

    @property
    def page(self) -> Any:
        return self.document.pages[0]

    @property
    def boxes(self) -> list[contract.Box]:
        return list(boxes_in_order(self.page._page_box))


@pytest.fixture(scope="module")
def weasyprint_engine() -> Iterator[None]:
    with weasyprint_with_fonts([], Report()):
        yield


@pytest.fixture(scope="module")
def sample(weasyprint_engine: None) -> Sample:
    assets = {"a.png": Asset("a.png", "image/png", picture())}
    tree = ET.fromstring(SAMPLE)
    document = TreeLayouter(assets, STYLES).lay_out(tree, 1, BookFetcher(assets))
    return Sample(tree, document, *record(document, tree))


@pytest.fixture
def painted(sample: Sample) -> tuple[Any, dict[Any, Any], dict[str, Any], dict[str, Any]]:
    """A stream that the page is painted into; its marks, pictures and fonts."""
    marks: dict[Any, Any] = {}
    images: dict[str, Any] = {}
    fonts: dict[str, Any] = {}
    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    resources = pydyf.Dictionary({kind: pydyf.Dictionary() for kind in kinds})
    stream = Stream(fonts, (0, 0, 500, 500), resources, images, marks, {}, None, compress=True)
    sample.page.paint(stream, 0.75)
    return stream, marks, images, fonts


def positional(function: Callable[..., Any]) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in inspect.signature(function).parameters.values() if p.kind in kinds]


# Texts of the log and names of classes: what fails in silence when it changes.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "what", "hint", "line"),
    [
        ("\np { colour: red }", "`colour: red` is left out: unknown property", "color", 2),
        ("\np { color: 3px }", "`color: 3px` is left out: invalid value", "", 2),
        (
            "@import 'other.css';",
            "`@import` does not work in print and is left out",
            "`style` in book.toml",
            1,
        ),
        (
            "@font-face { font-family: Gone; src: url(gone.ttf) }",
            "`@font-face` cannot load “Gone” and is left out",
            "the folder `fonts`",
            1,
        ),
        ("p { color: red }\n}", "this does not parse and is left out", "", 2),
        ("p { color red }", "this does not parse and is left out", "", 1),
        ("\n@page ! { margin: 0 }", "Unsupported @page selector", "", 2),
    ],
)
def test_log_of_a_stylesheet_is_understood(
    weasyprint_engine: None, style: str, what: str, hint: str, line: int
) -> None:
    styles, report = [("own.css", style)], Report()
    report_style_log(TreeLayouter({}, styles).style_messages, styles, report)
    (found,) = report
    assert found.message.startswith(what)
    assert hint in found.hint
    assert found.span is not None
    assert found.span.line == line


def findings(tmp_path: Path, body: str, **assets: bytes) -> dict[str, str]:
    """Return what is reported of a document with this body: messages by the names of rules."""
    book, report = load_files(tmp_path, {"one.md": "# One\n\n𒀀\n"})
    report = Report()
    given = {f"{n}.png": Asset(f"{n}.png", "image/png", data) for n, data in assets.items()}
    tree = ET.fromstring(f"<html><head/><body>{body}</body></html>")
    laid_out, _ = TreeLayouter(given, STYLES).lay_out_run(tree, 1, has_leaf=False)
    report_layout_log(laid_out.messages, book, report)
    return {found.rule.name: found.message for found in report}


@pytest.mark.slow
def test_log_of_a_missing_glyph_is_understood(weasyprint_engine: None, tmp_path: Path) -> None:
    found = findings(tmp_path, "<p>𒀀</p>")
    assert list(found) == ["missing-glyph"]
    assert "U+12000" in found["missing-glyph"]


@pytest.mark.slow
def test_log_of_a_broken_picture_is_understood(weasyprint_engine: None, tmp_path: Path) -> None:
    found = findings(tmp_path, '<p><img src="bad.png" alt=""/></p>', bad=b"not a picture")
    assert list(found) == ["unreadable-picture"]
    assert found["unreadable-picture"].startswith("`bad.png` cannot be read: ")


@pytest.mark.slow
def test_log_of_a_refused_picture_is_understood(weasyprint_engine: None, tmp_path: Path) -> None:
    # It has a finding of its own, made of what the fetcher remembers.
    assert findings(tmp_path, '<p><img src="gone.png" alt=""/></p>') == {}


@pytest.mark.slow
def test_log_of_a_missing_harfbuzz_subset_is_understood(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    uses, _ = joined_fonts([sample.record])
    messages = write_fonts(uses, sample.blobs).messages
    book, _ = load_files(tmp_path, {"one.md": "# One\n"})
    report = Report()
    report_layout_log(messages, book, report)
    assert {found.rule.name for found in report} == {"harfbuzz-subset-missing"}


@pytest.mark.slow
def test_boxes_have_the_classes_that_are_asked_for(sample: Sample) -> None:
    page_box = sample.page._page_box
    found = {type(box) for box in (*sample.boxes, *page_box.children)}
    wanted: set[type[contract.Box]] = {contract.BlockBox, contract.FootnoteAreaBox}
    wanted |= {contract.LineBox, contract.MarginBox, contract.TableCellBox, contract.TextBox}
    assert wanted <= found
    assert any(isinstance(box, contract.ReplacedBox) for box in sample.boxes)
    assert {c.__name__ for c in boxes.BlockBox.__subclasses__()} == {
        "FootnoteAreaBox",
        "TableCaptionBox",
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "Box",
        "BlockBox",
        "FootnoteAreaBox",
        "LineBox",
        "MarginBox",
        "ReplacedBox",
        "TableCellBox",
        "TextBox",
    ],
)
def test_boxes_have_all_that_the_contract_declares(sample: Sample, name: str) -> None:
    kind = getattr(contract, name)
    found = [b for b in (*sample.boxes, *sample.page._page_box.children) if isinstance(b, kind)]
    assert found
    # A text has a layout only once it stands on a line, as all do here.
    lacking = {m for box in found for m in members_of(name) if not hasattr(box, m)}
    assert lacking == set()


@pytest.mark.slow
def test_the_style_of_a_text_says_its_size(sample: Sample) -> None:
    texts = [box for box in sample.boxes if isinstance(box, contract.TextBox)]
    assert texts
    assert all(float(str(box.style["font_size"])) > 0 for box in texts)


@pytest.mark.slow
def test_element_tags_name_pseudo_elements(sample: Sample) -> None:
    tags = {box.element_tag for box in sample.boxes}
    assert {"p", "li", "li::marker", "{http://www.w3.org/2000/svg}svg"} <= tags


@pytest.mark.slow
def test_placeholders_hold_what_is_positioned_absolutely(sample: Sample) -> None:
    def all_boxes(box: Any) -> Iterator[Any]:
        yield box
        for child in box.children:
            yield from all_boxes(child)

    held = [b for b in all_boxes(sample.page._page_box) if not isinstance(b, boxes.Box)]
    assert {type(box).__name__ for box in held} == {"AbsolutePlaceholder"}
    tags = {contract.without_placeholder(box).element_tag for box in held}
    assert tags == {"i", "li::marker"}


# Functions, and what they take and return.


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (
            weasyprint.Document,
            "pages metadata url_fetcher font_config color_profiles output_intent",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_functions_take_these_arguments(function: Callable[..., Any], parameters: str) -> None:
    assert positional(function) == parameters.split()


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (
            Stream,
            "fonts page_rectangle resources images tags color_profiles output_intent",
        ),
        (weasyprint.HTML.render, "self font_config counter_style"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_functions_take_these_arguments_first(
    function: Callable[..., Any], parameters: str
) -> None:
    wanted = parameters.split()
    assert positional(function)[: len(wanted)] == wanted
    rest = list(inspect.signature(function).parameters.values())[len(wanted) :]
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    assert all(p.default is not p.empty or p.kind in variadic for p in rest)


def test_lines_are_filled_by_the_name_that_is_patched() -> None:
    """Blanks do not hang yet; if WeasyPrint lets them one day, `line_ends` can go."""
    words = "identifier. Our first commit was given the ID"
    made = weasyprint.layout.inline.split_first_line

    def lines(width: float, more: str = f"<b>{'x' * 30}</b>") -> list[contract.TextBox]:
        style = f"@page {{ size: 600px }} p {{ width: {width}px; font: 14px serif }}"
        html = f"<style>{style}</style><p>{words} {more}"
        page = weasyprint.HTML(string=html).render().pages[0]
        found = boxes_in_order(page._page_box)
        return [box for box in found if isinstance(box, contract.TextBox)]

    # Widths at which the words have room, and the blank after them has none.
    (alone,) = lines(500, "")
    tight = [alone.width + d / 10 for d in range(-2, 40)]
    assert any(lines(width)[0].text == "identifier." for width in tight)
    with blanks_may_hang():
        assert not any(lines(width)[0].text == "identifier." for width in tight)
    assert weasyprint.layout.inline.split_first_line is made


@pytest.mark.slow
def test_the_pages_that_are_counted_can_be_fewer(weasyprint_engine: None) -> None:
    rules = "@page { @top-left { content: counter(pages) } } p::before { content: counter(pages) }"
    style = weasyprint.CSS(string=rules)

    def said() -> list[str]:
        pages = (
            weasyprint.HTML(string="<p>x<p style='break-before: page'>y")
            .render(stylesheets=[style])
            .pages
        )
        found = [b for page in pages for b in page._page_box.descendants()]
        return [b.text for b in found if isinstance(b, contract.TextBox) and b.text.isdecimal()]

    with contract.last_pages_uncounted(1):
        # The margins of the other page stay empty.
        assert said() == ["1"] * 3
    assert said() == ["2"] * 4


@pytest.mark.slow
def test_what_is_rendered_has_all_that_the_contract_declares(sample: Sample) -> None:
    assert {m for m in members_of("Document") if not hasattr(sample.document, m)} == set()


@pytest.mark.slow
def test_boxes_in_margins_say_whether_they_count_pages(sample: Sample) -> None:
    (margin,) = (b for b in sample.page._page_box.children if isinstance(b, contract.MarginBox))
    assert margin.at_keyword == "@bottom-center"
    assert list(margin.style["content"]) == [("counter()", ("page", "decimal"))]
    assert margin.background is not None
    (line,) = margin.children
    (text,) = line.children
    assert isinstance(text, contract.TextBox)
    assert text.text == "1"
    assert {name for name in FONT_STYLE if name not in text.style} == set()


def _glyphs(operations: list[object]) -> list[str]:
    """Return the glyphs that the last of these operations shows."""
    shown = pydyf._to_bytes(operations[-1]).decode()
    assert shown.endswith("] TJ")
    return re.findall("[0-9a-f]{4}", "".join(re.findall("<([0-9a-f]+)>", shown)))


@pytest.mark.slow
def test_a_line_can_be_drawn_with_another_text(sample: Sample) -> None:
    drawn: list[tuple[list[str], list[str]]] = []

    def trying(draw: contract_text.DrawLine) -> contract_text.DrawLine:
        def draw_twice(stream: Any, textbox: Any, *rest: Any) -> list[object]:
            assert rest[:2] == ("clip", "none")
            if textbox.text != "7":
                return draw(stream, textbox, *rest)
            layout, other = textbox.pango_layout, stream.clone()
            layout.set_text("0123456789")
            draw(other, textbox, *rest)
            (glyphs,) = contract_text.drawn_glyphs(layout)[1]
            widths = [width / contract.UNITS_IN_PIXEL for width, _, _ in glyphs.geometries]
            assert widths == [pytest.approx(textbox.width)] * 10
            layout.set_text("7", justify=True)
            before = len(stream.stream)
            emojis = draw(stream, textbox, *rest)
            drawn.append((_glyphs(other.stream), _glyphs(stream.stream[before:])))
            return emojis

        return draw_twice

    with contract_text.lines_drawn_by(trying):
        record(sample.document, sample.tree)
    ((all_figures, seven),) = drawn
    assert len(all_figures) == 10
    assert seven == all_figures[7:8]


@pytest.mark.slow
def test_a_document_can_be_made_of_a_tree_in_place_of_its_own(weasyprint_engine: None) -> None:
    html = weasyprint.HTML(string="<html></html>")
    assert html.etree_element is html.wrapper_element.etree_element
    tree = ET.fromstring('<html><body><p>A <p id="inner">in one</p></p></body></html>')
    made = type(html.wrapper_element).from_html_root(tree, content_language=None)
    assert made.etree_element is tree


# Pages, and what is painted on them.


@pytest.mark.slow
def test_pages_have_all_that_the_contract_declares(sample: Sample) -> None:
    assert {m for m in members_of("Page") if not hasattr(sample.page, m)} == set()
    assert set(sample.page.bleed) == {"top", "right", "bottom", "left"}
    assert {len(area) for area in sample.page.anchors.values()} == {4}
    ((level, label, point, state),) = sample.page.bookmarks
    assert (level, label, len(point), state) == (1, "One", 2, "open")


@pytest.mark.slow
def test_links_are_kinds_targets_areas_and_boxes(sample: Sample) -> None:
    for kind, target, area, box in sample.page.links:
        assert (kind, target, len(area)) == ("external", "https://example.org/", 4)
        assert box.element.tag == "a"
        assert hasattr(box, "link_annotation")


def joined(sample: Sample) -> bytes:
    uses, names = joined_fonts([sample.record])
    fonts = write_fonts(uses, sample.blobs)
    return join(sample.tree, [sample.record], [0], fonts, names, sample.blobs).file()


@pytest.mark.slow
def test_links_say_their_text(sample: Sample) -> None:
    with pikepdf.open(io.BytesIO(joined(sample))) as pdf:
        annotations = list(pdf.pages[0].Annots)
    assert len(annotations) == len(sample.record.pages[0].links)
    assert {str(a.Contents) for a in annotations} == {"a link"}


@pytest.mark.slow
def test_marked_content_is_three_entries_of_a_stream(painted: Any) -> None:
    stream, marks, _, _ = painted
    found = [at for at, item in enumerate(stream.stream) if isinstance(item, dict)]
    assert sorted(stream.stream[at]["MCID"] for at in found) == list(range(len(marks)))
    for at in found:
        assert stream.stream[at - 1].startswith("/")
        assert stream.stream[at + 1] == b"BDC"


@pytest.mark.slow
def test_marks_number_the_boxes_that_are_marked(painted: Any) -> None:
    _, marks, _, _ = painted
    assert sorted(mark["mcid"] for mark in marks.values()) == list(range(len(marks)))
    assert all(isinstance(box, boxes.Box) for box in marks)


@pytest.mark.slow
def test_artifacts_are_written_as_we_write_them(painted: Any) -> None:
    stream = painted[0]
    before = len(stream.stream)
    with stream.artifact():
        written = b"\n".join(map(pydyf._to_bytes, stream.stream[before:]))
    assert written.split() == [b"/Artifact", b"BMC"]


@pytest.mark.slow
def test_pictures_are_kept_with_their_resolutions(painted: Any) -> None:
    ((_, image),) = painted[2].items()
    assert {"image", "interpolate", "dpi_ratios"} <= set(image)
    found = image["image"].get_x_object(image["interpolate"], max(image["dpi_ratios"]))
    assert isinstance(found, pydyf.Stream)


@pytest.mark.slow
def test_fonts_have_these_attributes_and_no_others(painted: Any) -> None:
    used = {field.name for field in dataclasses.fields(FontUse)} - {"file"}
    made_of_pango = {"hb_font"}
    assert len(used) == 24
    assert painted[3]
    for font in painted[3].values():
        assert set(vars(font)) == used | members_of("Font") | made_of_pango


@pytest.mark.slow
def test_fonts_need_no_more_to_be_written(sample: Sample) -> None:
    assert vars(contract.make_empty_font()) == {}
    assert type(contract.make_empty_font()) is Font
    text = pypdfium2.PdfDocument(joined(sample))[0].get_textpage().get_text_bounded()
    assert "An item." in text


# pydyf, the libraries of the system, and files.


@pytest.mark.parametrize(
    ("value", "in_pydyf"),
    [
        (b"q", b"q"),
        ("/Name", "/Name"),
        (3, 3),
        (2.0, 2.0),
        (-0.0, -0.0),
        (0.25, 0.25),
        (1e-9, 1e-9),
        (String("Ä (b)"), pydyf.String("Ä (b)")),
        (String(r"a\(b)"), pydyf.String(r"a\(b)")),
        (String(b"\xff)"), pydyf.String(b"\xff)")),
        ([1, [2.5]], pydyf.Array([1, pydyf.Array([2.5])])),
        ({"A": {}, "B": "/C"}, pydyf.Dictionary({"A": pydyf.Dictionary(), "B": "/C"})),
    ],
)
def test_values_are_written_as_pydyf_writes_them(value: object, in_pydyf: object) -> None:
    assert written(value) == pydyf._to_bytes(in_pydyf)
    assert written({"Key": [value, value]}) == (
        pydyf.Dictionary({"Key": pydyf.Array([in_pydyf, in_pydyf])}).data
    )


def test_objects_of_fonts_are_numbered_from_0(sample: Sample) -> None:
    uses, _ = joined_fonts([sample.record])
    objects = write_fonts(uses, sample.blobs).objects
    named = set(re.findall(r"'raw': '([0-9]+) 0 R'", repr([made.value for made in objects])))
    assert reference(7) == b"7 0 R"
    assert named == {str(number) for number in range(len(objects) - 1)}


@pytest.mark.parametrize("name", ["Array", "Dictionary", "String", "PdfStream"])
def test_pdf_objects_have_all_that_the_contract_declares(name: str) -> None:
    made = getattr(contract, name)()
    made.number = 1
    assert {m for m in members_of(name) if not hasattr(made, m)} == set()
    assert made.reference == b"1 0 R"


def test_the_libraries_of_the_system_can_be_called() -> None:
    found = loaded_libraries()
    assert all(part.isdecimal() for part in f"{found.pango}.{found.harfbuzz}".split("."))
    assert found.has_harfbuzz_subset == (ffi.harfbuzz_subset is not None)
    for name in ("hb_blob_create", "hb_blob_destroy", "hb_face_create", "hb_face_destroy"):
        assert callable(getattr(ffi.harfbuzz, name))


@pytest.mark.parametrize("language", ["en", "de-CH", "en-GB-oxendict", "zh", "", "x-none"])
def test_hyphenation_is_loaded_once(language: str) -> None:
    contract.load_hyphenation(language)
    name = pyphen.language_fallback(language)
    assert (name is not None) == (language not in ("zh", "", "x-none"))
    assert name is None or pyphen.LANGUAGES[name] in pyphen.hdcache


def test_properties_are_known_by_name() -> None:
    assert {"color", "break-before", "font-family"} <= set(contract.KNOWN_PROPERTIES)


def test_the_colour_profile_is_where_it_is_looked_for() -> None:
    profile = srgb_profile()
    assert (profile[36:40], profile[16:20]) == (b"acsp", b"RGB ")


# Nothing else of bookbuilder knows WeasyPrint.


def imported_in(source: str) -> set[str]:
    """The top-level packages that a module imports anywhere, by name or by string."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
        elif isinstance(node, ast.Call):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in ("import_module", "files", "__import__", "find_spec"):
                found |= {text for text in texts if isinstance(text, str)}
    return {name.partition(".")[0] for name in found}


LIBRARIES = {"weasyprint", "pydyf"}


def test_imports_are_found_wherever_they_stand() -> None:
    for line in (
        "import weasyprint.text.ffi",
        "if TYPE_CHECKING:\n    from weasyprint import HTML",
        "def f():\n    import os, pydyf as p",
        "importlib.import_module('weasyprint.pdf')",
        "resources.files('weasyprint.pdf')",
    ):
        assert imported_in(line) & LIBRARIES


def test_only_weasy_imports_weasyprint() -> None:
    modules = {path for path in SOURCES.rglob("*.py") if WEASY not in path.parents}
    texts = {path: path.read_text("utf-8") for path in modules}
    named = {path for path, text in texts.items() if any(name in text for name in LIBRARIES)}
    assert named
    assert {path for path in named if imported_in(texts[path]) & LIBRARIES} == set()


def test_within_weasy_only_the_contract_does() -> None:
    found = {p.name for p in WEASY.glob("*.py") if imported_in(p.read_text("utf-8")) & LIBRARIES}
    assert found == {"contract.py", "contract_styles.py", "contract_text.py", "setup.py"}


def test_rules_of_weasy_are_declared_where_the_package_says() -> None:
    found = {
        path.stem
        for path in WEASY.glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "Rule"
    }
    assert found == set(RULES_ARE_IN)


def test_lines_are_drawn_by_a_function_that_can_be_changed(sample: Sample) -> None:
    drawn: list[tuple[str, int]] = []

    def noting(draw: contract_text.DrawLine) -> contract_text.DrawLine:
        def note(stream: Any, textbox: Any, *rest: Any) -> list[object]:
            before = len(stream.stream)
            emojis = draw(stream, textbox, *rest)
            shown = b"".join(op for op in stream.stream[before:] if isinstance(op, bytes))
            glyphs = sum(map(len, re.findall(rb"<([0-9a-f]+)>", shown))) // 4
            _, runs = contract_text.drawn_glyphs(textbox.pango_layout)
            drawn.append((textbox.text, glyphs - sum(len(run.ids) for run in runs)))
            return emojis

        return note

    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    resources = pydyf.Dictionary({kind: pydyf.Dictionary() for kind in kinds})
    stream = Stream({}, (0, 0, 500, 500), resources, {}, {}, {}, None, compress=True)
    with contract_text.lines_drawn_by(noting):
        sample.page.paint(stream, 0.75)
    assert drawn
    assert [(text, difference) for text, difference in drawn if text.strip() and difference] == []


def test_colours_are_set_by_a_method_that_can_be_changed(sample: Sample) -> None:
    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    resources = pydyf.Dictionary({kind: pydyf.Dictionary() for kind in kinds})
    stream = Stream({}, (0, 0, 500, 500), resources, {}, {}, {}, None)
    with contract_text.grey_in_one_channel():
        stream.set_color_rgb(0.5, 0.5, 0.5)
        stream.clone().set_color_rgb(0, 0, 0, stroke=True)
        stream.set_color_rgb(0.5, 0.5, 0.4)
    stream.set_color_rgb(0, 0, 0)
    assert stream.stream == [b"0.5 g", b"0.5 0.5 0.4 rg", b"0 0 0 rg"]


def test_no_styles_are_computed_for_pseudo_elements_that_nothing_has() -> None:
    text = weasyprint.html.UA
    assert len(re.findall(r"^::(?:note|footnote)-", text, re.MULTILINE)) == 5
    assert len(re.findall(r"^::marker", text, re.MULTILINE)) == 1
    assert re.findall(r"(\S+) \{ display: list-item", text) == ["li"]
    sparing = contract_styles._sparing_text(MARGINS_OF_THEME)
    assert not re.search(r"^[^.@:/]*::(?:note|footnote)|^::", sparing, re.M)

    def styled(html: weasyprint.HTML) -> set[str]:
        found = weasyprint.css.get_all_computed_styles(html)._computed_styles
        return {f"{element.tag} {kind}" for element, kind in found if kind}

    html = weasyprint.HTML(string="<p>a<ul><li>b</li></ul><aside class=note>c</aside>")
    assert len(styled(html)) > 6 * 5
    contract_styles.spare_styles(html, MARGINS_OF_THEME)
    assert styled(html) == {"li marker", "aside footnote-call", "aside footnote-marker"}


def test_no_styles_are_computed_for_boxes_in_margins_that_nothing_fills() -> None:
    """Those that are left out are of no use: the pages are the same to the byte."""
    style = weasyprint.CSS(string="@page { @top-center { content: 'Head'; margin: 1mm } }")
    html = weasyprint.HTML(string="<p>a<p style='break-before: page'>b<ol><li>c</ol>")

    def boxes_and_pdf() -> tuple[set[str], bytes]:
        context = weasyprint.Document._build_layout_context(
            html, None, {}, None, {**weasyprint.DEFAULT_OPTIONS, "stylesheets": [style]}
        )
        sheet = context.style_for._sheets[0][0]
        boxes = {kind for _, rules, _ in sheet.page_rules for _, kind, _ in rules if kind}
        return boxes, html.write_pdf(stylesheets=[style], pdf_identifier=b"")

    all_boxes, pdf = boxes_and_pdf()
    assert {"@note-area", "@footnote", "@top-center"} < all_boxes
    assert len(all_boxes) == 18
    contract_styles.spare_styles(html, frozenset({"top-center"}))
    assert boxes_and_pdf() == ({"@footnote", "@top-center"}, pdf)


@pytest.mark.parametrize(("attribute", "has"), [("", False), (" align=right", True)])
def test_styles_of_attributes_are_left_out_where_none_has_any(attribute: str, has: bool) -> None:
    rules = [rule.partition("{")[0] for rule in weasyprint.html.PH.split("*/")[1].split("}")[:-1]]
    assert all("[" in selector for rule in rules for selector in re.split(r",(?![^(]*\))", rule))
    html = weasyprint.HTML(string=f"<table><tr><td{attribute}>a<td width=90>b</table>")
    given = html.write_pdf(presentational_hints=True, pdf_identifier=b"")
    contract_styles.spare_styles(html, MARGINS_OF_THEME)
    assert bool(html._ph_stylesheets()) == has
    assert html.write_pdf(presentational_hints=True, pdf_identifier=b"") == given


def test_the_theme_fills_no_other_boxes_in_margins() -> None:
    styles = [theme_style(name) for name in ("print", "screen", "cover", "large")]
    assert set().union(*map(margins_in, styles)) == MARGINS_OF_THEME
    assert margins_in("@page { @Bottom-Center { } @media print { } }") == {"bottom-center"}


@pytest.mark.parametrize("name", ["print", "screen", "cover"])
def test_the_theme_needs_no_other_pseudo_elements(name: str) -> None:
    assert not has_other_pseudo_elements(theme_style(name))


@pytest.mark.parametrize(
    ("style", "has"),
    [
        ("p { content: 'footnote \\201C' } /* footnote */ .task-list-item { margin: 0 }", False),
        ("p { display: List-Item }", True),
        ("span { float: footnote }", True),
        ("p { position: note(x) }", True),
        ("p { position: running( note) }", True),
        ("p { float: \\66ootnote }", True),
        ("b { --it: footnote; float: var(--it) }", True),
    ],
)
def test_styles_that_need_other_pseudo_elements_are_known(style: str, has: bool) -> None:
    assert has_other_pseudo_elements(style) == has
