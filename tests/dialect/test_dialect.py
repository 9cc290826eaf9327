"""What GitHub's, Obsidian's and MkDocs' authors write, as HTML."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bookbuilder.dialect import convert
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source


def read(text: str, offset: int = 0) -> tuple[str, Report]:
    report = Report()
    return convert(Source(Path("x.md"), "x.md", text), offset, report), report


def html(text: str) -> str:
    """Convert `text`; nothing may be reported."""
    fragment, report = read(text)
    assert [d.message for d in report] == []
    return fragment


def found(text: str) -> list[tuple[str, int, int]]:
    """Return code, line and column of everything that is reported."""
    _, report = read(text)
    return [(d.rule.code, d.span.line, d.span.column) for d in report if d.span]


INLINE = {
    "==lit==": "<mark>lit</mark>",
    "a ==b *c*==": "a <mark>b <em>c</em></mark>",
    "1 == 1 and 2 == 2": "1 == 1 and 2 == 2",
    "~~gone~~": "<del>gone</del>",
    "H~2~O and x^2^": "H<sub>2</sub>O and x<sup>2</sup>",
    "~5 to ~6, a^b and c^d": "~5 to ~6, a^b and c^d",
    "snake_case_name": "snake_case_name",
    "これは**「強調」**です": "これは<strong>「強調」</strong>です",
    "hard\\\nbreak": "hard<br>\nbreak",
    ":smile: 10:30:45 std::on::x": "😄 10:30:45 std::on::x",
    "Vec<T>, <T: Ord>, <name>": "Vec&lt;T&gt;, &lt;T: Ord&gt;, &lt;name&gt;",
    "<Self::Item> &amp; &copy;": "&lt;Self::Item&gt; &amp; ©",
    "press <kbd>A</kbd>": "press <kbd>A</kbd>",
    "a %%hidden%% b": "a  b",
    "`%%x%% <!-- y -->`": "<code>%%x%% &lt;!-- y --&gt;</code>",
    "a <!-- hidden --> b": "a  b",
    "[foo] stays": "[foo] stays",
    "[a](b.md#c 'T')": '<a href="b.md#c" title="T">a</a>',
    "[a](<my file.md>)": '<a href="my file.md">a</a>',
    "[a](x_(y).md)": '<a href="x_(y).md">a</a>',
    "[a](b.md){.x #y}": '<a href="b.md" class="x" id="y">a</a>',
    "`f()`{.python}": '<code class="python">f()</code>',
    "![a](b.png){width=50%}": '<img src="b.png" alt="a" width="50%">',
    "![a *b*](c.png)": '<img src="c.png" alt="a b">',
    "[[Other chapter]]": '<a class="wikilink" href="Other%20chapter">Other chapter</a>',
    "[[file#Some part|text]]": '<a class="wikilink" href="file#Some%20part">text</a>',
    "[[#Part]]": '<a class="wikilink" href="#Part">Part</a>',
    "![[i.png|300]]": '<img class="wikilink" src="i.png" alt="" width="300">',
    "![[Note]]": '<a class="wikilink" href="Note">Note</a>',
    "{{ user.title }}": "{{ user.title }}",
    "[a]({{ site.url }}/x)": '<a href="{{ site.url }}/x">a</a>',
    "#no-space": "#no-space",
    "https://a.org/b_(c)?d=1.": (
        '<a href="https://a.org/b_(c)?d=1" class="bare-url">https://a.org/b_(c)?d=1</a>.'
    ),
    "(www.a.org)": '(<a href="http://www.a.org" class="bare-url">www.a.org</a>)',
    "me@a.org!": '<a href="mailto:me@a.org" class="bare-url">me@a.org</a>!',
}


@pytest.mark.parametrize("text", INLINE)
def test_inline(text: str) -> None:
    assert html(text) == f"<p>{INLINE[text]}</p>"


BLOCKS = {
    "text\n- a\n- b": "<p>text</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
    "1) a\n2) b": "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
    "3. a\n4. b": '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>',
    "In\n1986. A year": "<p>In\n1986. A year</p>",
    "- [x] a\n- [ ] b": (
        '<ul>\n<li class="task-list-item"><span class="task-box" role="img">☑</span> a</li>\n'
        '<li class="task-list-item"><span class="task-box" role="img">☐</span> b</li>\n</ul>'
    ),
    "# T {#id .c}": '<h1 id="id" class="c">T</h1>',
    "# T (x){#id}": '<h1 id="id">T (x)</h1>',
    "# T ## {.c}": '<h1 class="c">T</h1>',
    "> [!NOTE] t {.c}\n> b": (
        '<aside class="callout callout-note c" role="note">\n<p class="callout-title">t</p>\n'
        "<p>b</p>\n</aside>"
    ),
    "1. a\n2. b\n{: .c}": '<ol class="c">\n<li>a</li>\n<li>b</li>\n</ol>',
    "|a|\n|-|\n{.c}": ('<table class="c">\n<thead><tr><th>a</th></tr>\n</thead>\n</table>'),
    "p\n{: .c}": '<p class="c">p</p>',
    "---\n\na": "<hr>\n<p>a</p>",
    "T\n: d *e*": "<dl>\n<dt>T</dt>\n<dd>d <em>e</em></dd>\n</dl>",
    "T\n\n:   d\n\n    e": "<dl>\n<dt>T</dt>\n<dd><p>d</p>\n<p>e</p>\n</dd>\n</dl>",
    "an HTML.\n\n*[HTML]: Hyper": '<p>an <abbr title="Hyper">HTML</abbr>.</p>',
    "[TOC]\n\na": "<p>a</p>",
    "* TOC\n{:toc}\n\na": "<p>a</p>",
    "r[a.b]\nText": '<p class="rule-id" id="r-a.b">[a.b]</p>\n<p>Text</p>',
    "%%\na\n\nb\n%%\nc": "<p>c</p>",
    "<!-- a\n\nb -->\n\nc": "<p>c</p>",
    "<div>\n\n*a*\n\n</div>": "<div>\n<p><em>a</em></p>\n</div>",
    '<div class="x" markdown="1">\n*a*\n</div>': '<div class="x">\n<p><em>a</em></p>\n</div>',
    "~~~\n**a**\n~~~": '<pre class="code"><code>**a**\n</code></pre>',
}


@pytest.mark.parametrize("text", BLOCKS)
def test_blocks(text: str) -> None:
    assert html(text) == BLOCKS[text]


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
def test_a_list_nests_by_any_usual_indentation(indent: str) -> None:
    tree = BeautifulSoup(html(f"- a\n{indent}- b\n{indent}{indent}- c"), "html5lib")
    assert [len(li.find_parents("li")) for li in tree.find_all("li")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("js{1,3}", "js"),
        ("js {1-3}", "js"),
        ("rust,ignore", "rust"),
        ("{.python #x}", "python"),
        ('c title="a.c"', "c"),
        ("nobody-speaks-this", "nobody-speaks-this"),
    ],
)
def test_a_fence_names_its_language(info: str, language: str) -> None:
    fragment = html(f"- x\n\n  ```{info}\n  f(1)\n  ```")
    code = BeautifulSoup(fragment, "html5lib").select_one("li pre.code > code")
    assert code is not None
    assert code["class"] == [f"language-{language}"]
    assert code.get_text() == "f(1)\n"


CALLOUTS = {
    "> [!NOTE]\n> Text": ("note", "Note"),
    "> [!warning]- Mind *this*\n> Text": ("warning", "Mind this"),
    "> [!hint]\n> Text": ("tip", "Hint"),
    "> [!nothing-known]\n> Text": ("note", "Nothing known"),
    '!!! danger "Mind"\n    Text': ("danger", "Mind"),
    "??? faq\n    Text": ("question", "Faq"),
    "/// note | Mind\nText\n///": ("note", "Mind"),
    "/// details | Mind\n    type: bug\n\nText\n///": ("bug", "Mind"),
    "::: tip Mind\nText\n:::": ("tip", "Mind"),
    ":::note[Mind]\nText\n:::": ("note", "Mind"),
}


@pytest.mark.parametrize("text", CALLOUTS)
def test_callouts(text: str) -> None:
    kind, title = CALLOUTS[text]
    tree = BeautifulSoup(html(f"{text}\n\nAfter"), "html5lib")
    aside = tree.find("aside")
    assert aside is not None
    assert aside["class"] == ["callout", f"callout-{kind}"]
    assert aside["role"] == ("doc-tip" if kind == "tip" else "note")
    assert [p.get_text() for p in aside.find_all("p")] == [title, "Text"]
    assert aside.find_next_sibling("p") is not None


def test_a_callout_holds_lists_fences_and_callouts() -> None:
    text = "> [!NOTE]\n> - a\n>\n>   ```\n>   b\n>   ```\n>   > [!TIP]\n>   > c"
    tree = BeautifulSoup(html(text), "html5lib")
    assert tree.select_one("aside.callout-note > ul > li > pre")
    assert tree.select_one("aside.callout-note li > aside.callout-tip")


def test_tables() -> None:
    text = "| a | b |\n|---|:-:|\n| `x|y` | p \\| q |\n| r |"
    rows = BeautifulSoup(html(text), "html5lib").find_all("tr")
    cells = [[c.get_text() for c in row.find_all(["th", "td"])] for row in rows]
    assert cells == [["a", "b"], ["x|y", "p | q"], ["r", ""]]
    assert html("| a |\n|---|\n| b |").count("<t") == len(["table", "thead", "tr", "th"]) + 3


def test_footnotes() -> None:
    text = "a[^n] b[^n]^[in *place*]\n\n[^n]: One\n    lazy\n\n    Two[^m]\n[^m]: Three"
    fragment = html(text)
    tree = BeautifulSoup(fragment, "html5lib")
    references = [(sup["id"], sup.get_text()) for sup in tree.find_all("sup")]
    assert references == [
        ("fnref:n", "1"),
        ("fnref2:n", "1"),
        ("fnref:inline-1", "2"),
        ("fnref:m", "3"),
    ]
    items = tree.select("div.footnote > ol > li")
    assert [item["id"] for item in items] == ["fn:n", "fn:inline-1", "fn:m"]
    assert [len(item.find_all("p")) for item in items] == [2, 1, 1]
    backlinks = [a["href"] for a in items[0].select("a.footnote-backref")]
    assert backlinks == ["#fnref:n", "#fnref2:n"]


REPORTED = {
    "a[^x]": [("M001", 1, 2)],
    "a\n\n[^x]: b": [("M002", 3, 1)],
    "[^x]\n\n[^x]: b\n[^x]: c": [("M003", 4, 1)],
    "a\n\n- ```py\n  x": [("M005", 3, 3)],
    "a\n\n<!-- b\n\nc": [("M006", 3, 1)],
    "a\n\n<div>b\n\nc": [("M006", 3, 1)],
    "a <b>c <i>d</b>": [("M006", 1, 8)],
    "a\n{{#include x.rs}}": [("M007", 2, 1)],
    "a\n\n[import](x.js)": [("M007", 3, 1)],
    '--8<-- "x"': [("M007", 1, 1)],
    "{% if x %}": [("M007", 1, 1)],
    "<Intro>\n\nhi": [("M008", 1, 1)],
    "A <Note>hi</Note>": [("M007", 1, 3)],
    'Use <Foo bar="x"> here.\n<F.A/>': [("M007", 1, 5), ("M007", 2, 1)],
    'a\n<Grid items={["a"]}>\n\n# <Foo onClick={() => b}>c': [("M007", 4, 3)],
    "b<o:p></o:p> <v:shape\nid='1'>": [("M007", 1, 2), ("M007", 1, 14)],
    "<p class='MsoNormal'>a\nb<o:p></o:p></p>": [("M007", 2, 2)],
    "<p>Vec<T> <code><F a='b'></code> <svg><o:p>\n</svg><pre><F a='b'/>\n</pre></p>": [],
    "<div>\n<Link to={x}>a</Link>\n</div>": [],
    "<pre>\n<F a='b'/>\n</pre>\n<!-- <F a='b'/> -->": [],
    "<Foo>\na</Foo>": [("M007", 1, 1)],
    "<Note>\na</Note>": [],
    "a Vec<T> fn<T: Ord, U = V> <name> <your file> <Your File> <Item = u32> <K, V> x<A>y</B>": [],
    "a `<Note>hi</Note>` \\<Note a='b'> <Https://a.b> <a:b c> <A\n\nb='c'>": [],
    "/// note\nx": [("M009", 1, 1)],
    "a :material-check: b": [("M010", 1, 3)],
    "a\n[x](a b.md)": [("M011", 2, 1)],
    "a [x][y]": [("M012", 1, 3)],
    "|a|\n|-|\n|b|c|": [("M013", 3, 1)],
    "a\n{: .x 1=2}": [("M014", 2, 1)],
    "## A {#y z}\n\n## B {.a b} ##": [("M014", 1, 6), ("M014", 3, 6)],
    "- A {.a b}\n- B {.a} and {.a b} on": [("M014", 1, 5)],
    "[a]{.x y} [b](#a){#x 'y} `c`{.x z} *d*{.x .y=1} e": [
        ("M014", 1, 4),
        ("M014", 1, 29),
        ("M014", 1, 39),
    ],
    "a\n{.x y}\n\n{.x\ty=}": [("M014", 2, 1), ("M014", 4, 1)],
    "| a {.x y} |\n|---|\n| b |": [("M014", 1, 5)],
    "a {x}\n\n{a: 1}\n\nb {.1, 2}\n\n`{.a b}`\n\n{{.A b}}\n\n{#if b}": [],
    "> " * 150 + "a": [("M004", 1, 1)],
    "*a " * 150 + "b*" * 150: [("M004", 1, 1)],
}


@pytest.mark.parametrize("text", REPORTED)
def test_reports(text: str) -> None:
    assert found(text) == REPORTED[text]


def test_lines_are_counted_from_the_start_of_the_file() -> None:
    text = "---\ntitle: x\n---\n\na[^x]\n"
    _, report = read(text, text.index("\na["))
    assert [(d.span.line, d.span.excerpt) for d in report if d.span] == [(5, "a[^x]")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "> " * 2000 + "a",
        "*a **b " * 3000,
        "[" * 50_000,
        "![" * 20_000 + "](a)" * 20_000,
        "`a" * 20_000,
        "<div>" * 1500,
        "\n".join(" " * n + "- a" for n in range(500)),
        "".join(f"[^{n}]: a [^{n + 1}]\n\n" for n in range(2000)) + "a[^0]",
    ],
    ids=["quotes", "emphasis", "brackets", "images", "backticks", "html", "lists", "notes"],
)
def test_hostile_input_spares_what_stands_around_it(text: str) -> None:
    fragment, _ = read(f"Before\n\n{text}\n\nAfter")
    assert fragment.startswith("<p>Before</p>")
    assert "<p>After</p>" in fragment


@given(st.text(alphabet="ab \n\t*_`[]()!<>#-+=~^|:{}%&\\1.\"'/", max_size=120))
def test_nothing_crashes(text: str) -> None:
    fragment, _ = read(text)
    assert "\x02" not in fragment


def test_chapters_do_not_see_each_other() -> None:
    html("[a]: b.md\n\n*[HTML]: Hyper\n\n[a] HTML")
    assert html("[a] HTML") == "<p>[a] HTML</p>"
