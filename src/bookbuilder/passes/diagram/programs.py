"""Draw diagrams with programs of the machine: Graphviz, and what an author allows to be run."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bookbuilder.passes.diagram.drawn import Drawn, NotDrawnError, RefusedError, TooLargeError
from bookbuilder.passes.diagram.plain import plain
from bookbuilder.runtime.child_process import run_program
from bookbuilder.runtime.limits import LimitHit, Limits, limits_in_force

SECONDS = 20
_FONTS = [f"-{of}fontname=Helvetica" for of in "GNE"]
# As Graphviz documents for servers: no file is loaded, whatever a graph names.
_NO_FILES = {"SERVER_NAME": "bookbuilder", "GV_FILE_PATH": ""}
_VALUE = re.compile(r'=\s{0,99}"(?:[^"\\]|\\.)*"', re.DOTALL)
# One that is never closed goes to the end, so that nothing is looked through twice.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*|^#[^\n]*", re.DOTALL | re.MULTILINE)
_FILES = re.compile(
    r"(?<![\w\"])\"?(image|imagepath|shapefile|fontpath|stylesheet|_background)\"?\s{0,99}="
    r"|<\s{0,9}(img)\b",
    re.IGNORECASE,
)
_GRAPH = re.compile(r"\s*(?:strict\s+)?(?:di)?graph\b", re.IGNORECASE)
_LINE = re.compile(r"\bline[ :]{1,3}(\d{1,6})", re.IGNORECASE)


def is_graph(source: str) -> bool:
    """Return whether `source` is a graph of Graphviz, and not just a text about some."""
    return bool(_GRAPH.match(_COMMENT.sub(" ", source)))


def draw_graph(path: str, source: str, name: str) -> Drawn:
    """Return the drawing of `source` by Graphviz, which is the program at `path`."""
    bare = _COMMENT.sub(" ", source)
    # Words in a label name no file, but HTML in one may.
    found = _FILES.search(_VALUE.sub('=""', bare))
    if found:
        what = (found[1] or found[2]).lower()
        hint = "put the picture into the text"
        line = source[: source.lower().find(what)].count("\n") + 1
        raise RefusedError(f"`{what}` reads a file, which is not done", line, hint)
    return _drawn([path, "-Tsvg", *_FONTS], source, name, _NO_FILES)


def draw_with(path: str, arguments: Sequence[str], kind: str, source: str, name: str) -> Drawn:
    """Return what the program at `path` draws: it reads `source`, and says SVG."""
    if kind == "plantuml" and "@start" not in source:
        source = f"@startuml\n{source.rstrip()}\n@enduml\n"
    return _drawn([path, *arguments], source, name)


def _drawn(
    command: Sequence[str], source: str, name: str, environment: Mapping[str, str] | None = None
) -> Drawn:
    force = limits_in_force() or Limits()
    seconds = min(force.seconds or SECONDS, SECONDS)
    begun = time.monotonic()
    try:
        done = run_program(command, replace(force, seconds=seconds), source.encode(), environment)
    except OSError as error:
        raise NotDrawnError(f"`{command[0]}` cannot be run: {error.strerror}") from None
    except LimitHit:
        if time.monotonic() - begun < seconds:
            raise  # It is the build that has come to its end.
        raise TooLargeError(f"drawing it takes more than {seconds} s") from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode or b"<svg" not in done.stdout:
        first = next((line for line in said.splitlines() if line.strip()), "")
        line = _LINE.search(first)
        reason = first.removeprefix("Error: ").removeprefix("<stdin>: ")[:200]
        reason = reason or f"the program ended with {done.returncode}, and drew nothing"
        raise NotDrawnError(reason, int(line[1]) if line else 0)
    return plain(done.stdout, name)
