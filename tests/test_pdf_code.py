"""Code on pages: lines that turn are marked, hang, and are copied as they were typed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from bookbuilder import write
from bookbuilder.formats.pdf.compose.code_tokens import ShownKinds
from bookbuilder.formats.pdf.compose.styles import theme_style
from books import load_files

# They lay out pages.
pytestmark = pytest.mark.slow

LONG = (
    "    call_of_a_function(first_argument, second_argument).another_method(third_argument, 'text')"
)


def page_with(folder: Path, listing: str, trim: str = "a5") -> pypdfium2.PdfPage:
    toml = (
        f'[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n[pdf]\ntrim = "{trim}"\n'
    )
    text = f"# One\n\n```text\n{listing}\n```\n"
    book, _ = load_files(folder, {"book.toml": toml, "a.md": text})
    pdf = pypdfium2.PdfDocument(write(book, folder / "b.pdf").path)
    return next(p for p in pdf if "call_of" in p.get_textpage().get_text_range())


def left_of(page: pypdfium2.PdfPage, word: str) -> float:
    text = page.get_textpage()
    found = text.search(word).get_next()
    assert found is not None
    return float(text.get_charbox(found[0])[0])


def drawings(page: pypdfium2.PdfPage) -> int:
    return sum(obj.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH for obj in page.get_objects())


@pytest.mark.parametrize("trim", ["a5", "7x10"])
def test_a_long_line_turns_between_parts_and_hangs(tmp_path: Path, trim: str) -> None:
    short = page_with(tmp_path / "short", LONG[:40], trim)
    page = page_with(tmp_path / "long", LONG, trim)
    lines = [line for line in page.get_textpage().get_text_range().splitlines() if "(" in line]
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
    assert all(line.strip()[-1] in ",()" for line in lines)
    first, second = (left_of(page, line.split("(")[0].split(",")[0].strip()) for line in lines[:2])
    assert second > first + 5
    # The mark is a drawing.
    assert drawings(page) == drawings(short) + len(lines) - 1


def test_a_listing_that_is_a_little_too_wide_is_set_smaller(tmp_path: Path) -> None:
    page = page_with(tmp_path, LONG[:68])
    assert LONG[:68].strip() in page.get_textpage().get_text_range()


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_a_line_of_as_many_letters_as_fit_does_not_turn(tmp_path: Path, language: str) -> None:
    """Their number is reckoned before the layout, also where measure and type differ."""
    toml = f'[book]\ntitle = "Small"\nlanguage = "{language}"\nchapters = ["a.md"]\n'

    def pages_of(line: str) -> tuple[str, str]:
        folder = tmp_path / str(len(line))
        files = {"book.toml": toml, "a.md": f"# 1\n\n```text\n{line}\n```\n"}
        book, report = load_files(folder, files)
        pdf = pypdfium2.PdfDocument(write(book, folder / "b.pdf", report).path)
        said = [d.message for d in report if d.rule.code == "P019"]
        return "".join(p.get_textpage().get_text_range() for p in pdf), "".join(said)

    _, said = pages_of("word " * 30)
    most = int(re.findall(r"(\d+) fit", said)[0])
    fits = ("word " * 30)[: most - 1] + "x"
    text, said = pages_of(fits)
    # From pages that run from the right, PDFium copies words in that order.
    assert sorted(fits.split()) in [sorted(line.split()) for line in text.splitlines()]
    assert not said


def test_wide_letters_in_a_line_that_turns_keep_their_place(tmp_path: Path) -> None:
    page = page_with(tmp_path, "    call_of(名前前名, " + LONG.strip() + ")")
    assert left_of(page, "名前") > left_of(page, "call_of(") + 20


CODE = """\
fn call_of<T: Into<u8>>(x: &T) -> Option<u8> {
    // A comment
    x.clone() + 0x1f; "text"
}
"""


def test_words_without_a_look_are_one_text(tmp_path: Path) -> None:
    """The page is the same, and its indents are copied."""

    def made(style: str) -> tuple[int, list[str], bytes]:
        toml = (
            '[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n'
            '[pdf]\nstyle = ["a.css"]\n'
        )
        files = {"book.toml": toml, "a.css": style, "a.md": f"# One\n\n```rust\n{CODE}```\n"}
        folder = tmp_path / str(len(style))
        book, _ = load_files(folder, files)
        pdf = pypdfium2.PdfDocument(write(book, folder / "b.pdf").path)
        page = next(p for p in pdf if "call_of" in p.get_textpage().get_text_range())
        texts = sum(obj.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT for obj in page.get_objects())
        lines = page.get_textpage().get_text_range().splitlines()
        return texts, lines, page.render(scale=1).to_numpy().tobytes()

    few, lines, picture = made("p { color: black }")
    many, others, same_picture = made("code span { color: inherit }")
    assert few * 2 < many
    assert [line.strip() for line in lines] == [line.strip() for line in others]
    assert any(line.startswith(" ") and "clone" in line for line in lines)
    differences = [abs(a - b) for a, b in zip(picture, same_picture, strict=True) if a != b]
    assert len(differences) < len(picture) / 1000
    assert max(differences, default=0) < 100


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("p { margin: 0 } /* span */", "k|c1"),
        (".code .n { color: red }", "k|n|n|c1"),
        (".code .N { color: red }", "k|c1"),
        ("code span { color: red }", "k|p|n|n|c1"),
        ("code > :first-child { color: red }", "k|p|n|n|c1"),
        ("code [class] { color: red }", "k|p|n|n|c1"),
        ("code ::before { content: 'x' }", "k|p|n|n|c1"),
    ],
)
def test_words_that_a_stylesheet_may_show_stay_elements(style: str, left: str) -> None:
    kinds = "<span class='k'>let</span> <span class='p'>(</span><span class='n'>a</span>"
    inner = f"{kinds}\n<span class='code-line'>1<span class='n'>b</span>; <span class='c1'>c</span>"
    section = ET.fromstring(f"<section><pre><code>0{inner}</span>2</code></pre></section>")
    ShownKinds([theme_style("print")], [style]).drop_others(section)
    assert "".join(section.itertext()) == "0let (a\n1b; c2"
    classes = [span.get("class", "") for span in section.iter("span")]
    assert "|".join(name for name in classes if name != "code-line") == left


def test_a_line_that_turns_begins_beside_its_mark(tmp_path: Path) -> None:
    """As one text, such a line ended after its indent and went on below, if it was marked."""
    start = "    const fahrenheit = scale === 'c' ? tryConvert("
    code = f"call_of() {{\n{start}temperature, toFahrenheit) : temperature;\n}}"
    toml = '[book]\ntitle = "Small"\nlanguage = "en"\nchapters = ["a.md"]\n'
    files = {"book.toml": toml, "a.md": f"# One\n\n```js{{2}}\n{code}\n```\n"}
    book, _ = load_files(tmp_path, files)
    pdf = pypdfium2.PdfDocument(write(book, tmp_path / "b.pdf").path)
    page = next(p for p in pdf if "call_of" in p.get_textpage().get_text_range())
    text = page.get_textpage()
    heights = []
    for word in ("call_of", "const", "toFahrenheit"):
        found = text.search(word).get_next()
        assert found is not None
        heights.append(text.get_charbox(found[0], loose=True)[1])
    first, second = heights[0] - heights[1], heights[1] - heights[2]
    assert abs(first - second) < 1
    assert left_of(page, "toFahrenheit") > left_of(page, "const")
