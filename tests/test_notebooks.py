"""Jupyter notebooks as chapters: text, code and stored outputs, without running anything."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bookbuilder import Book, Report
from bookbuilder.cli.render import MessageFormat, render
from bookbuilder.reading.cell_outputs import MOST_LINES
from bookbuilder.reading.notebooks import MOST_CELLS
from books import errors_of, load_files, rules_of

FRAME = """<div>
<style scoped>
    .dataframe th { text-align: right }

</style>
<table border="1" class="dataframe">
  <thead><tr style="text-align: right"><th></th><th>a</th></tr></thead>
  <tbody><tr><th>0</th><td>1 &lt; 2</td></tr></tbody>
</table>
</div>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def png() -> str:
    data = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def text(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(True), **more}


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    lines = source.splitlines(True)
    cell = {"cell_type": "code", "metadata": metadata, "source": lines, "outputs": list(outputs)}
    return {**cell, "execution_count": 1}


def printed(what: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": what.splitlines(True)}


def shown(**data: Any) -> dict[str, Any]:
    """Return an output; `image__png` is `image/png`."""
    forms = {key.replace("__", "/").replace("_xml", "+xml"): value for key, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": forms}


def notebook(*cells: dict[str, Any], language: str = "python") -> str:
    metadata = {"language_info": {"name": language}}
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def load(folder: Path, *cells: dict[str, Any]) -> tuple[Book, Report, Any]:
    book, report = load_files(folder, {"plots.ipynb": notebook(*cells)})
    (chapter,) = book.chapters
    return book, report, chapter.tree


def test_text_code_and_what_was_printed(tmp_path: Path) -> None:
    out = printed("```\n\x1b[31mred\x1b[0m\n 5%\r 99%\n")
    _, report, tree = load(tmp_path, text("# Plots\n\nText."), code("x = '```'\n", out))
    assert tree.h1.get_text() == "Plots"
    source, output = tree.find_all("pre")
    assert source.code["class"] == ["language-python"]
    assert source.get_text() == "x = '```'\n"
    assert output["class"] == ["code", "output"]
    assert output.get_text() == "```\nred\n 99%\n"
    assert rules_of(report) == []


def test_pictures_in_outputs_are_figures(tmp_path: Path) -> None:
    options = '#| label: fig-one\n#| fig-cap: "A box"\n#| fig-alt: It is red\nplot()'
    cells = [code(options, shown(image__png=png(), text__plain="<Figure>")), text("[](#fig-one)")]
    book, report, tree = load(tmp_path, text("# A"), *cells)
    assert tree.figure["id"] == "plots--fig-one"
    assert tree.figure.img["alt"] == "It is red"
    assert tree.figcaption.get_text() == "Figure\u00a01 A box"
    assert tree.find("a").get_text() == "Figure\u00a01"
    assert tree.pre.get_text() == "plot()\n"
    assert [asset.media_type for asset in book.assets.values()] == ["image/png"]
    assert rules_of(report) == []


def test_drawings_and_attachments(tmp_path: Path) -> None:
    attached = text("# A\n\n![Box](attachment:a.png)", attachments={"a.png": {"image/png": png()}})
    drawn = code("#| fig-alt: Box\nd", shown(image__svg_xml=SVG))
    book, report, _ = load(tmp_path, attached, drawn)
    assert sorted(a.media_type for a in book.assets.values()) == ["image/png", "image/svg+xml"]
    assert rules_of(report) == []


def test_tables_lose_their_looks(tmp_path: Path) -> None:
    _, report, tree = load(tmp_path, text("# A"), code("df", shown(text__html=FRAME)), text("End."))
    assert tree.table.find("td", string="1 < 2")
    assert tree.find("style") is None
    assert "border" not in tree.table.attrs
    assert tree.find_all("p")[-1].get_text() == "End."
    assert rules_of(report) == []


def test_tables_and_the_first_of_several_pictures_have_label_and_caption(tmp_path: Path) -> None:
    table = code("#| label: tbl-a\n#| tbl-cap: A *cap*\ndf", shown(text__html=FRAME))
    pair = [shown(image__png=png()), shown(image__png=png())]
    figures = code("#| label: fig-a\n#| fig-cap: Two\nplot", *pair)
    _, report, tree = load(tmp_path, text("# A"), table, figures)
    assert tree.table["id"] == "plots--tbl-a"
    assert tree.caption.get_text() == "Table\u00a01 A cap"
    assert [figure.get("id") for figure in tree.find_all("figure")] == ["plots--fig-a", None]
    assert [image["alt"] for image in tree.find_all("img")] == ["Two", "Two"]
    assert rules_of(report) == []


@pytest.mark.parametrize(
    ("tags", "options", "wanted"),
    [
        (["remove-cell"], "", []),
        ([], "#| include: false\n", []),
        (["remove-input"], "", ["out\nwarned\n"]),
        (["hide-input"], "", ["out\nwarned\n"]),
        ([], "#| echo: false\n", ["out\nwarned\n"]),
        ([], "# | echo: false\n", ["out\nwarned\n"]),
        (["remove_output"], "", ["code\n"]),
        ([], "#| output: false\n", ["code\n"]),
        ([], "#| warning: false\n#| label: x\n", ["code\n", "out\n"]),
        (["other"], "", ["code\n", "out\nwarned\n"]),
    ],
)
def test_cells_say_what_is_shown(
    tags: list[str], options: str, wanted: list[str], tmp_path: Path
) -> None:
    outputs = printed("out\n"), printed("warned\n", "stderr")
    _, _, tree = load(tmp_path, text("# A\n\nT."), code(f"{options}code", *outputs, tags=tags))
    assert [pre.get_text() for pre in tree.find_all("pre")] == wanted


def test_front_matter_speaks_for_all_cells(tmp_path: Path) -> None:
    raw = {
        "cell_type": "raw",
        "metadata": {},
        "source": "---\ntitle: T\nexecute:\n  echo: false\n---",
    }
    _, report, tree = load(tmp_path, raw, text("Text."), code("code", printed("out\n")))
    assert tree.h1.get_text() == "T"
    assert [pre.get_text() for pre in tree.find_all("pre")] == ["out\n"]
    assert rules_of(report) == []


def test_programs_and_long_outputs_are_left_out_and_named(tmp_path: Path) -> None:
    widget = shown(text__html="<div></div><script>go()</script>", text__plain="FigureWidget({})")
    long = printed("\n".join(map(str, range(MOST_LINES + 5))))
    raw = {"cell_type": "raw", "metadata": {"format": "latex"}, "source": "\\newpage"}
    cells = (code("w", widget), code("w", widget), code("l", long), raw)
    _, report, tree = load(tmp_path, text("# A"), *cells)
    assert "go()" not in tree.get_text()
    assert tree.find_all("pre")[-1].get_text().endswith(f"{MOST_LINES - 1}\n…\n")
    said = [(d.message, d.span.cell) for d in report if d.span and d.span.cell]
    assert said == [
        ("an interactive output is left out (2 such places: also cell 3)", 2),
        (f"what an output has beyond {MOST_LINES} lines is left out", 4),
        ("a raw cell for other programs is left out", 5),
    ]


def test_a_notebook_without_outputs_is_said_to_have_none(tmp_path: Path) -> None:
    _, report, _ = load(tmp_path, text("# A"), code("x = 1"))
    (found,) = [d for d in report if d.rule.name == "notebook-left-out"]
    assert found.message == "plots.ipynb holds no outputs, only code"


def test_findings_name_the_cell(tmp_path: Path) -> None:
    cells = text("# A\n\nText."), code("#| echo: true\nx", printed("o")), text("One.\n\n[b](c.md)")
    _, report, _ = load(tmp_path, *cells)
    (found,) = [d for d in report if d.rule.name == "broken-link"]
    assert render([found], MessageFormat.CONCISE).startswith("plots.ipynb:cell 3:3:1: warning")
    (line,) = render([found], MessageFormat.JSON).splitlines()
    assert {"file": "plots.ipynb", "cell": 3, "line": 3}.items() <= json.loads(line).items()
    github = render([found], MessageFormat.GITHUB)
    assert github.startswith("::warning file=plots.ipynb,title=")
    assert "::cell 3: no chapter" in github


@pytest.mark.attack("numbers, circles and data formats")
@pytest.mark.parametrize(
    "data",
    [
        "not json",
        "[" * 100_000,
        '{"cells": 1}',
        '{"worksheets": [], "nbformat": 3}',
        json.dumps({"cells": [{}] * (MOST_CELLS + 1)}),
        f'{{"cells": [], "n": {"9" * 10_000}}}',
        b"\xff\xfe",
    ],
    ids=["text", "deep", "cells", "old", "many", "number", "bytes"],
)
def test_what_is_no_notebook_is_refused(data: str | bytes, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.md": "# A\n\nx\n", "b.ipynb": data}
    assert errors_of(tmp_path, files) == [("bad-notebook", "b.ipynb")]


@pytest.mark.attack("numbers, circles and data formats")
def test_cells_of_the_wrong_shape_are_passed_over(tmp_path: Path) -> None:
    odd: list[Any] = [
        {**code("a"), "outputs": [1, {"output_type": 5}, {"data": []}, shown(image__png=["!", 3])]},
        {**text("b"), "attachments": [1], "metadata": None, "source": {"x": 1}},
        {"cell_type": "raw", "metadata": [], "source": [None, 4]},
        {**code("#| [1\nc"), "metadata": {"tags": 4, "jupyter": "x"}, "outputs": "x"},
        {"cell_type": ["code"]},
        {**text("x"), "attachments": {"a": {"image/png": 7}}},
        code("d", shown(text__html="<table><tr><td>open <b>", text__plain=[])),
    ]
    _, _, tree = load(tmp_path, text("# A\n\nText."), *odd, text("The end."))
    assert tree.find_all("p")[-1].get_text() == "The end."
    assert tree.td.get_text(strip=True) == "open"


def test_notebooks_stand_among_the_chapters(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "1-a.md": "# A\n\n[B](2-b.ipynb), [b](2-b.html) and [c](3-c.qmd).\n",
        "2-b.ipynb": notebook(text("# B\n\nx")),
        "3-c.qmd": "# C\n\nx\n",
        ".ipynb_checkpoints/2-b.ipynb": notebook(text("# Old\n\nx")),
    }
    book, report = load_files(tmp_path, files)
    assert [chapter.title for chapter in book.chapters] == ["A", "B", "C"]
    first = next(iter(book.chapters))
    assert [str(a["href"]) for a in first.tree.find_all("a")] == ["#b", "#b", "#c"]
    assert rules_of(report) == []
