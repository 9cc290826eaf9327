"""Lines are asked only the block starts that begin as they do: that must change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import specfiles
from bookbuilder.dialect import convert
from bookbuilder.dialect.core.blocks import BlockStart
from bookbuilder.dialect.core.starts import BlockStarts
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source

COMMONMARK = Path(__file__).parent.parent / "data" / "commonmark.json"
# What stands before marks in lines that are meant to be read as if it did not.
ODD = ("", " ", "\N{NO-BREAK SPACE}", "\f", "\u200b", "    ", "> ", "- ", "• ", "::: note\n", "١. ")


def texts() -> Iterator[str]:
    """Yield whole chapters of all syntaxes, and each of their lines after something odd."""
    yield from (case["markdown"] for case in json.loads(COMMONMARK.read_text())["examples"])
    for path in sorted(specfiles.FOLDER.glob("*.txt")):
        lines: list[str] = []
        for section in specfiles.parse(path.read_text(encoding="utf-8")):
            for name, typed in section.members.items():
                if name.endswith(".md") or "." not in name:
                    yield "\n".join(typed)
                    lines += [line for line in typed if line[:1] and not line[0].isalpha()]
        odd = (f"{ODD[nth % len(ODD)]}{line}" for nth, line in enumerate(dict.fromkeys(lines)))
        yield "\n\n".join(odd)


def read(text: str) -> tuple[str, list[str]]:
    report = Report()
    html = convert(Source(Path("x.md"), "x.md", text), 0, report)
    return html, [f"{found.rule.code} {found.span} {found.message}" for found in report]


def test_starts_that_are_not_asked_would_not_have_read_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = {text: read(text) for text in texts()}
    assert len(chosen) > 1_000
    at = BlockStarts.at

    def every_start(self: BlockStarts, character: str) -> tuple[BlockStart, ...]:
        return at(self, "\f")

    monkeypatch.setattr(BlockStarts, "at", every_start)
    for text, was in chosen.items():
        assert read(text) == was
