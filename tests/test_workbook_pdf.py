"""The workbook as a PDF of its own: fields where there is something to write, and room to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from bookbuilder import Report, load, write
from bookbuilder.cli import main
from books import load_files, rules_of, write_files
from structure_tree import outline
from verapdf import validate

THE_BOOK = Path(__file__).parent.parent
BOOK = """
[book]
title = "Whole"
language = "en"
workbook = "Exercises"
[[part]]
title = "One"
chapters = ["a.md"]
[[part]]
title = "Two"
chapters = ["b.md"]
"""
TABLE = """# First

Text that no workbook needs.

## Exercise: A table {.exercise}

Fill it in, after [the other](b.md) and a note[^1].

| Plan | By when? |
|---|---|
| Read |   |
|   |   |
| Day: {.write} | given |

[^1]: Not in the workbook.
"""
PLACES = """# Second

## Exercise: Places {.exercise}

1. Agree
2. Disagree
{.mark}

- [ ] Done it

I would rather [...]{.write} than not.

Say it in one line. {.write-line}

- A letter
- Its answer
{.write}

Tell them why.
{.write}
"""
FILES = {"book.toml": BOOK, "a.md": TABLE, "b.md": PLACES}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    book, _ = load_files(folder, FILES)
    report = Report()
    written = write(book, folder / "w.pdf", report, "workbook")
    assert rules_of(report) == []
    assert (written.count, written.unit) == (3, "pages")
    return written.path


def fields_of(path: Path) -> dict[str, str]:
    with pikepdf.open(path) as pdf:
        return {short(f): str(f.TU) for f in pdf.Root.AcroForm.Fields if not is_room(f)}


def short(field: Any) -> str:
    """Return the name of a field within its exercise."""
    return str(field.T).partition("/")[2]


def is_room(field: Any) -> bool:
    """Tell whether a field is the room below all of an exercise."""
    return str(field.TU).startswith("Exercise")


def test_fields_stand_where_there_is_something_to_write(workbook: Path) -> None:
    assert fields_of(workbook) == {
        "table-1-row-1-column-2": "Read: By when?",
        "table-1-row-2-column-1": "2: Plan",
        "table-1-row-2-column-2": "2: By when?",
        "table-1-row-3-column-1": "Day: Plan",
        "mark-1": "Agree",
        "mark-2": "Disagree",
        "check-1": "Done it",
        "line-1": "I would rather than not.",
        "area-1": "Say it in one line.",
        "area-2": "A letter",
        "area-3": "Its answer",
        "area-4": "Tell them why.",
    }


def test_names_are_unique_and_keep_the_exercise(workbook: Path) -> None:
    with pikepdf.open(workbook) as pdf:
        names = [str(field.T) for field in pdf.Root.AcroForm.Fields]
    assert len(set(names)) == len(names)
    assert {name.partition("/")[0] for name in names} == {
        "a--exercise-a-table",
        "b--exercise-places",
    }


def rectangles(path: Path) -> list[list[tuple[float, float, float, float]]]:
    with pikepdf.open(path) as pdf:
        return [
            [tuple(float(n) for n in a.Rect) for a in page.Annots if a.Subtype == "/Widget"]  # type: ignore[misc]
            for page in pdf.pages
            if "/Annots" in page
        ]


def assert_apart_on_the_page(path: Path) -> None:
    with pikepdf.open(path) as pdf:
        _, _, width, height = (float(n) for n in pdf.pages[0].MediaBox)
    for page in rectangles(path):
        for number, (left, bottom, right, top) in enumerate(page):
            assert 0 < left < right < width, page[number]
            assert 0 < bottom < top < height, page[number]
            for other in page[number + 1 :]:
                beside = other[0] >= right or other[2] <= left
                above = other[1] >= top or other[3] <= bottom
                assert beside or above, (page[number], other)


def test_fields_lie_on_the_page_and_apart(workbook: Path) -> None:
    assert_apart_on_the_page(workbook)


def test_areas_share_what_is_left_of_the_page(workbook: Path) -> None:
    with pikepdf.open(workbook) as pdf:
        heights = {
            short(f): float(f.Rect[3]) - float(f.Rect[1])
            for f in pdf.Root.AcroForm.Fields
            if str(f.T).startswith("b--")
        }
    one, *shared = (heights[f"area-{n}"] for n in range(1, 5))
    assert one < 40
    assert max(shared) - min(shared) < 5
    assert sum(shared) > 400


def ink(path: Path, number: int) -> int:
    """Count the pixels that are dark on a page, as a browser shows it with its form."""
    with pypdfium2.PdfDocument(path) as pdf:
        pdf.init_forms()
        picture = pdf[number].render(scale=1, may_draw_forms=True).to_pil().convert("L")
        return sum(picture.histogram()[:100])


def test_what_is_filled_in_is_kept_and_shown(workbook: Path, tmp_path: Path) -> None:
    filled = tmp_path / "filled.pdf"
    with pikepdf.open(workbook) as pdf:
        fields = {short(f): f for f in pdf.Root.AcroForm.Fields if not is_room(f)}
        fields["area-2"].V = pikepdf.String("Dear reader, voilà \u201cœuvre\u201d")
        fields["table-1-row-2-column-1"].V = pikepdf.String("Write")
        fields["check-1"].V = fields["check-1"].AS = pikepdf.Name.Yes
        pdf.Root.AcroForm.NeedAppearances = True
        pdf.generate_appearance_streams()
        pdf.save(filled)
    with pikepdf.open(filled) as pdf:
        values = {str(f.TU): str(f.get("/V", "")) for f in pdf.Root.AcroForm.Fields}
    assert values["A letter"] == "Dear reader, voilà \u201cœuvre\u201d"
    assert values["2: Plan"] == "Write"
    assert values["Done it"] == "/Yes"
    assert ink(filled, 1) > ink(workbook, 1)
    assert ink(filled, 2) > ink(workbook, 2) + 100


def test_empty_fields_print_nothing_and_viewers_need_draw_none(workbook: Path) -> None:
    with pikepdf.open(workbook) as pdf:
        form = pdf.Root.AcroForm
        assert "/NeedAppearances" not in form
        assert all("/N" in field.AP and int(field.F) == 4 for field in form.Fields)
        (font,) = form.DR.Font.values()
        assert "/FontFile2" in font.FontDescriptor
        assert all(str(font.BaseFont)[1:] in str(f.DA) for f in form.Fields if f.FT == "/Tx")


def test_fields_are_read_in_their_place(workbook: Path) -> None:
    lines = [line.strip() for line in outline(workbook)]
    assert "Form @" in lines
    item = lines.index("LBody A letter")
    assert lines[item + 1] == "Form @"
    with pikepdf.open(workbook) as pdf:
        assert all(page.Tabs == "/S" for page in pdf.pages if "/Annots" in page)


@pytest.mark.slow
def test_the_workbook_passes_pdf_ua(workbook: Path, tmp_path: Path) -> None:
    own = write(load(THE_BOOK), tmp_path / "own.pdf", Report(), "workbook")
    for verdict in validate("ua1", workbook, own.path):
        assert verdict.compliant, verdict
    assert_apart_on_the_page(own.path)
    assert own.count == 1 + 34 + 5, "one exercise or tool to a page"


@pytest.mark.slow
def test_the_same_book_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        book, _ = load_files(tmp_path / name, FILES)
        write(book, tmp_path / f"{name}.pdf", None, "workbook")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.slow
def test_the_command_and_the_file_that_it_writes(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    done = CliRunner().invoke(main, ["workbook", "--part", "1", str(tmp_path)])
    assert done.exit_code == 0, done.output
    with pikepdf.open(tmp_path / "dist" / "whole-part-1-workbook.pdf") as pdf:
        assert len(pdf.pages) == 2
        assert str(pdf.docinfo.Title) == "One: Exercises"


def test_a_book_without_exercises_has_no_workbook(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.md": "# A\n\nNothing to do.\n"})
    done = CliRunner().invoke(main, ["workbook", "--message-format", "concise", str(tmp_path)])
    assert done.exit_code == 1
    assert "error[W001]: " in done.output
    assert not (tmp_path / "dist").exists()


@pytest.mark.slow
def test_an_exercise_that_takes_two_pages_is_reported(tmp_path: Path) -> None:
    long = "# A\n\n## Exercise: Long {.exercise}\n\n" + "Write it.\n\n" * 120
    book, _ = load_files(tmp_path, {"a.md": long})
    report = Report()
    write(book, tmp_path / "w.pdf", report, "workbook")
    assert rules_of(report) == ["long-exercise"]


@pytest.mark.slow
@pytest.mark.parametrize(("trim", "width"), [("a5", 595), ("6x9", 612), ("6×9in", 612)])
def test_the_paper_is_that_of_an_office(tmp_path: Path, trim: str, width: int) -> None:
    files = FILES | {"book.toml": f'{BOOK}\n[pdf]\ntrim = "{trim}"\n'}
    book, _ = load_files(tmp_path, files)
    with pikepdf.open(write(book, tmp_path / "w.pdf", None, "workbook").path) as pdf:
        assert round(float(pdf.pages[0].MediaBox[2])) == width
