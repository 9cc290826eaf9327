"""The house's plan: imports go down, every module is on the map, and none does two jobs."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "bookbuilder"

# From the ground up. What stands on one line may not import each other.
LAYERS = (
    ("text",),
    ("trees",),
    ("model",),
    ("runtime",),
    ("citing",),
    ("config",),
    ("book",),
    ("dialect.core",),
    ("dialect.syntax",),
    ("dialect",),
    ("reading",),
    ("passes",),
    ("formats.formulas",),
    (
        *("formats.types", "formats.table_of_contents", "formats.cover_art"),
        *("formats.source_line", "formats.title_lines"),
    ),
    ("formats.hypertext",),
    ("formats.pdf.run_data",),
    ("formats.pdf.compose", "formats.pdf.weasy", "formats.pdf.joining", "formats.pdf.finish"),
    ("formats.pdf.paginate",),
    ("formats.pdf", "formats.epub", "formats.web"),
    ("formats.cover", "formats.workbook"),
    ("formats",),
    ("build",),
    ("changes",),
    ("excerpts",),
    ("share",),
    ("checks", "starter", "preview"),
    ("cli",),
    ("__main__",),
)
EXCEPTIONS = {
    # Paginating turns trees of `compose` into pages, but knows nothing of boxes.
    ("formats.pdf.paginate", "formats.pdf.weasy"),
}


@cache
def modules() -> tuple[tuple[str, Path], ...]:
    """Return every module by its name below the package, but the package's own face."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found.append((name, path))
    return tuple(found)


@cache
def floor_of(name: str) -> tuple[int, str]:
    """Return how high a module stands, and the room that it belongs to."""
    rooms = [(len(room), floor, room) for floor, layer in enumerate(LAYERS) for room in layer]
    fitting = [r for r in rooms if name == r[2] or name.startswith(f"{r[2]}.")]
    assert fitting, f"{name} stands on no floor"
    _, floor, room = max(fitting)
    return floor, room


@cache
def statements_of(path: Path) -> tuple[ast.AST, ...]:
    """Return a module and all statements in it, without their expressions: a fraction of it."""
    found: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    for node in found:
        for inside in ("body", "orelse", "finalbody", "handlers", "cases"):
            found += getattr(node, inside, ())
    return tuple(found)


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Return every module of ours that `path` imports, wherever in it, below the package."""
    known = {name for name, _ in modules()}
    found = set()
    for node in statements_of(path):
        if isinstance(node, ast.Import):
            said = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            said = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in said:
            below = name.removeprefix("bookbuilder.")
            if name != below:
                found.add(below if below in known else below.rpartition(".")[0])
    return frozenset(found)


def test_imports_go_down() -> None:
    upward = []
    for name, path in modules():
        floor, room = floor_of(name)
        for imported in filter(None, imports_of(path)):
            other, their_room = floor_of(imported)
            if room != their_room and other >= floor:
                upward.append(f"{name} -> {imported}")
    assert upward == []


def test_paginating_knows_no_boxes() -> None:
    found = {
        f"{name} -> {imported}"
        for name, path in modules()
        for imported in imports_of(path)
        for room, barred in EXCEPTIONS
        if name.startswith(room) and imported.startswith(barred)
    }
    assert found == set()


def test_no_circles() -> None:
    graph = {name: {i for i in imports_of(path) if i != name} for name, path in modules()}
    done: set[str] = set()
    circles: list[list[str]] = []

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            circles.append(way[way.index(name) :])
        elif name not in done:
            for imported in sorted(graph.get(name, ())):
                visit(imported, [*way, name])
            done.add(name)

    for name in graph:
        visit(name, [])
    assert circles == []


def test_modules_have_one_job() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    real = [lines for name, lines in lengths.items() if lines > 5]
    assert 100 <= statistics.median(real) <= 200


# A docstring that begins with one of these is half a sentence.
RIDDLES = {"What", "Which", "Where", "Whether", "Who", "Whose", "For", "How", "That", "By"}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_docstrings_are_sentences() -> None:
    riddles = []
    for name, path in modules():
        for node in statements_of(path):
            said = ast.get_docstring(node) if isinstance(node, DOCUMENTED) else None
            if said and re.split(r"\W", said, maxsplit=1)[0] in RIDDLES:
                riddles.append(f"{name}: {said.splitlines()[0]}")
    assert riddles == []


def test_the_root_is_a_landing() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 8


@pytest.fixture(scope="module")
def plan() -> str:
    return (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_module_is_on_the_map(plan: str) -> None:
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", plan))
    missing = []
    for _, path in modules():
        place = path.relative_to(PACKAGE).as_posix()
        wanted = (
            f"{path.parent.relative_to(PACKAGE).as_posix()}/" if path.stem == "__init__" else place
        )
        if wanted not in named:
            missing.append(wanted)
    assert missing == []


def test_no_module_stands_twice_on_the_map(plan: str) -> None:
    rows = plan.partition("### text, trees, model")[2].splitlines()
    named = [
        name
        for row in rows
        if row.startswith("|")
        for name in set(re.findall(r"`([\w/]+\.py)`", row.split("|")[1]))
    ]
    assert [name for name, count in Counter(named).items() if count > 1] == []


def test_the_map_shows_nothing_that_is_gone(plan: str) -> None:
    named = re.findall(
        r"`((?:src/bookbuilder/|tests/|docs/|tools/)?[\w/]+(?:\.(?:py|toml|css|md)|/))`", plan
    )
    gone = [n for n in named if not ((PACKAGE / n).exists() or (ROOT / n).exists())]
    assert gone == []
