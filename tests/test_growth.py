"""Twice as much of something takes twice as much work: counted in calls, not by a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from bookbuilder import Report
from bookbuilder.build import check
from bookbuilder.cli.render import render
from bookbuilder.model import locating
from bookbuilder.model.locating import find_id, find_link, find_text
from bookbuilder.model.source import Source
from bookbuilder.passes.link import NO_TARGET
from bookbuilder.text.plain_yaml import load_yaml
from books import rules_of, write_files

pytestmark = pytest.mark.attack("limits and growth")

MANY = 150


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions `work` calls, those written in C included."""
    count = 0

    def called(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


SHAPES: dict[str, Callable[[int], str]] = {
    "equal links in a line": lambda n: "[x](none.md) " * n,
    "different links": lambda n: "".join(f"[x](none{k}.md) " for k in range(n)),
    "links in HTML": lambda n: "<a href=x>" * n,
    "links without an address": lambda n: "[x]() " * n,
    "fragments": lambda n: "".join(f"[x](#none{k}) " for k in range(n)),
    "links without text": lambda n: "".join(f"[](#n{k})\n\n## H {{#n{k}}}\n\n" for k in range(n)),
    "references to one figure": lambda n: "![A](p.png 'A'){#fig-a}\n\n" + "@fig-a " * n,
    "references in a row": lambda n: f"Figures {'@fig-a, ' * n}\n\n::: {{#fig-a}}\nA\n\nB\n:::\n",
    "references in brackets": lambda n: "[@fig-a; @fig-b; @thm-c] " * n,
    "references in a group": lambda n: (
        "<span class=reference-group>" + "<a href=#a></a>" * n + "</span>\n\n# A {#a}\n"
    ),
    "theorems": lambda n: "".join(f"::: {{#thm-{k}}}\nA @thm-{k}.\n:::\n\n" for k in range(n)),
    "proofs": lambda n: "::: proof\n- a\n:::\n\n" * n,
    "formulas with ids": lambda n: "".join(f"$$\na_1\n$$ {{#eq-{k}}}\n\n" for k in range(n)),
    "equal pictures": lambda n: "![x](none.png) " * n,
    "different pictures": lambda n: "".join(f"![x](none{k}.png) " for k in range(n)),
    "captions": lambda n: "![x](none.png 'a *b* ![c](d.png \"*e*\")[^a]')\n\n" * n + "[^a]: N.\n",
    "ids of any chapter": lambda n: '<a class="anywhere" href="#none"></a> ' * n,
    "addresses on a site": lambda n: "".join(f"[x](/a/none{k}/) " for k in range(n)),
    "chapters with one note": lambda n: "# A[^a]\n\nText.\n\n" * min(n, 400) + "[^a]: N.\n",
    "wikilinks": lambda n: "".join(f"[[none {k}]] " for k in range(n)),
    "notes": lambda n: "".join(f"word[^{k}] " for k in range(n)),
    "equal notes": lambda n: "word[^a] " * n + "\n\n[^a]: Text.\n",
    "ids": lambda n: "[x]{#a} " * n,
    "headings": lambda n: "## h\n\n" * n,
    "index": lambda n: "[w]{.index} " * n,
    "definitions": lambda n: "".join(f"T{k}\n: d\n\n" for k in range(n)),
    "includes": lambda n: "{{#include none.md}}\n" * n,
    "callouts": lambda n: "> [!NOTE]\n> x\n\n" * n,
    "divs": lambda n: "::: {.a #b}\nx\n:::\n\n" * n,
    "divs in divs": lambda n: "::: a\n" * n + ":::\n" * n,
    "divs that nothing opened": lambda n: ":::\n" * n,
    "divs without an end": lambda n: "::: a b\nx\n\n" * n,
    "verse": lambda n: "::: verse\n" + " *x\ny*\n\n" * n + ":::\n",
    "line blocks": lambda n: "|  x\n" * n + "\n" + "| a\n\n" * n,
    "columns": lambda n: "|" + "a|" * n + "\n|" + "-|" * n + "\n|" + "b|" * n,
    "attributes": lambda n: "".join(f"<b a{k}=1>y</b> " for k in range(n)),
    "emphasis": lambda n: "*a **b " * n,
    "brackets": lambda n: "[" * n,
    "grid tables": lambda n: "+---+---+\n| a | b |\n+---+---+\n\n" * n,
    "rows of a grid": lambda n: "+---+---+\n" + "| a | b |\n+---+---+\n" * n,
    "columns of a grid": lambda n: "\n".join(["+--" * n + "+", "|a " * n + "|", "+--" * n + "+"]),
    "dashes": lambda n: "-----\n\n" * n,
    "runs of dashes": lambda n: "--- ---\nx\n\n" * n,
    "rows of a simple table": lambda n: "a    b\n---  ---\n" + "1    2\n" * n,
    "letters": lambda n: "a. x\n\n" * n,
    "examples": lambda n: "(@a) x (@a)\n" * n,
    "conditions": lambda n: "".join(
        f"[x]{{.only format=x{k}}} [y]{{.only .print}} " for k in range(n)
    ),
    "blocks with a condition": lambda n: (
        "::: {.only format=print}\nx[^a]\n:::\n\n" * n + "[^a]: N.\n"
    ),
    "sections with a condition": lambda n: "## A {.only .print}\n\n### B {.only .print}\n\n" * n,
    "notes under a condition": lambda n: (
        "".join(f"[a[^{k}]]{{.only .print}}\n\n[^{k}]: N.\n\n" for k in range(n)) + "x"
    ),
    "dollars": lambda n: "$x_1$ " * n + "$ " * n,
    "lone dollars": lambda n: "$$\n\n" * n,
    "TeX": lambda n: "\\emph{" * n + "\\x{y} " * n,
    "environments": lambda n: "\\begin{align}\n" * n + "\\begin{tabular}\n" * n,
    "notes of TeX": lambda n: "x\\footnote{a} " * n + "\\footnote{" * n,
    "citations": lambda n: "[@key2020] @key2021 " * n,
    "open citations": lambda n: "[see @key " * n,
    "references": lambda n: "".join(f"@fig-x{k} " for k in range(n)),
    "cells": lambda n: "```{r}\n#| echo: false\n1\n```\n\n" * n,
    "components": lambda n: "<Foo>\n\nx\n\n</Foo>\n\n<Link to='#a'>" * n,
    "open components": lambda n: "<Foo a='b'>\n" * n + "</Bar>\n" * n,
    "braces of components": lambda n: "<A {" * n,
    "exports": lambda n: "export const a = {\n\n" * n,
    "directives": lambda n: "```{note} t\n:name: a\n\nx\n```\n\n" * n,
    "directives in directives": lambda n: ":::{note}\n" * n + ":::\n" * n,
    "directives without an end": lambda n: "```{tip}\n---\na: b\n\n" * n,
    "options": lambda n: "```{note}\n" + ":a: b\n" * n + "```\n",
    "figures by MyST": lambda n: ":::{figure} no.png\n:name: f\n\nC\n\nL\n:::\n" * n,
    "tables of lists": lambda n: ":::{list-table} C\n\n" + "* - a\n  - b\n" * n + ":::\n",
    "terms": lambda n: ":::{glossary}\n" + "T\n  m\n" * n + ":::\n" + "{term}`T` " * n,
    "labels": lambda n: "".join(f"(l{k})=\n" for k in range(n)) + "# H\n\n" + "{ref}`l1` " * n,
    "paragraphs with labels": lambda n: "".join(f"(l{k})=\nx {{ref}}`l{k}`\n\n" for k in range(n)),
    "roles without a label": lambda n: "".join(f"{{ref}}`none{k}` {{x}}`y` " for k in range(n)),
    "solutions": lambda n: ":::{solution} l\n:::\n" * n,
    "includes by MyST": lambda n: "```{include} none.md\n```\n" * n + "```{include} a\n" * n,
    "shortcodes": lambda n: "{{< hint >}}\n\nx\n\n{{< /hint >}}\n\n{{< ref 'a' >}} " * n,
    "shortcodes without an end": lambda n: "{{< tip >}} {{< tab >}}a {{% note %}}\n\n" * n,
    "shortcodes in a line": lambda n: "{{< button >}}" * n + "{{< /button >}}" * n,
    "starts of shortcodes": lambda n: "{{< a='" * n + "\n{{< b\n" * n,
    "quotes in a shortcode": lambda n: '{{< a "\\"\'`x >}}' * n,
    "shortcodes in addresses": lambda n: "[a]({{< ref x >}}) <a href='{{< ref x >}}'>" * n,
    "letters and attributes": lambda n: 'A> x\n\n{title="a", b\n\n%% c\n\n{i: a}' * n,
    "block ids": lambda n: "x ^n\n\n" * n,
    "fields": lambda n: "[a:: " * n + "]" * n,
    "CriticMarkup": lambda n: "{++a {--b " * n + "--} ++}",
    "tags": lambda n: "{% hint %}\n" * n + "x {% if %} " * n + "\n{% endhint %}" * n,
    "tags in a line": lambda n: "{% hint %}{% tab %}" * n + "{% endhint %}" * n,
    "open tags": lambda n: "{% embed url=a %}\n{% raw %}\n" * n + "x {% comment %} {% a" * n,
    "tags in HTML": lambda n: "<p>{% raw %}<a b={% if %}>{% comment %}<pre>{{ site.a }}" * n,
    "extensions": lambda n: "{::comment}\n" * n + "x {::nomarkdown} {:/" * n,
    "addresses": lambda n: "".join(f"[x](foo:{k}) " for k in range(n)),
}


def work_for(folder: Path, text: str) -> int:
    write_files(folder, {"one.md": f"# One\n\nText.\n\n{text}\n"})
    report = Report()

    def look() -> None:
        check(folder, report=report)
        render(report)

    return calls_of(look)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_twice_as_much_of_anything_takes_twice_the_work(
    shape: Callable[[int], str], tmp_path: Path
) -> None:
    work_for(tmp_path / "first", "Text.")
    none, once, twice = (work_for(tmp_path / str(n), shape(n * MANY)) for n in (0, 1, 2))
    assert twice - none < 2.6 * (once - none)


def source_of(text: str) -> Source:
    return Source(Path("one.md"), "one.md", text)


def test_every_link_is_found_by_one_look_at_the_chapter() -> None:
    def find_all(count: int) -> int:
        source = source_of("[x](same.md) [y](a b.md) " * count)
        return calls_of(lambda: [find_link(source, "same.md", n) for n in range(count)])

    assert find_all(800) < 2.2 * find_all(400)


def test_words_and_ids_are_looked_for_from_where_the_last_ones_stood() -> None:
    def find_all(count: int) -> int:
        source = source_of("word {#name} " * count)
        return calls_of(
            lambda: [
                (find_text(source, "word", n), find_id(source, "name", n)) for n in range(count)
            ]
        )

    assert find_all(800) < 2.2 * find_all(400)


def test_after_much_searching_a_chapter_is_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"w{n} " for n in range(3000))
    monkeypatch.setattr(locating, "MOST_SEARCHED", 0)
    source = source_of(text)
    lines = [find_text(source, f"w{n}").line for n in range(3000)]
    assert lines[:100] == [1] * 100
    assert lines[-1] == 0


def test_findings_in_one_long_line_are_shown_with_no_more_of_it_than_fits() -> None:
    def show(words: int) -> int:
        source = source_of("word " * words)
        report = Report()
        report.add(NO_TARGET, "x", source.span(words * 2, 4))
        return calls_of(lambda: render(report))

    assert show(20_000) < 2 * show(2_000)


def test_a_listing_that_is_too_long_is_not_coloured(tmp_path: Path) -> None:
    code = "s{ a b c\n" * 5000
    write_files(tmp_path, {"one.md": f"# One\n\n```perl\n{code}```\n\n```perl\nmy $x;\n```\n"})
    report = Report()
    book = check(tmp_path, report=report)
    assert "long-listing" in rules_of(report)
    first, second = book.parts[0].chapters[0].tree.find_all("code")
    assert not first.find_all("span")
    assert second.find_all("span")


def test_numbers_of_book_toml_and_front_matter_are_bounded() -> None:
    assert load_yaml("a: 0x1f\nb: 1:30\nc: 1.5") == {"a": 31, "b": 90, "c": 1.5}
