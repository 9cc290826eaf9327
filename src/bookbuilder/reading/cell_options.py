"""Read what a notebook's cell says of itself: Jupyter Book's tags, and Quarto's `#|` lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

# Formatters of code write `# |`.
_LINE = rare_pattern(r"[ \t]*(?:#|//|--|%)[ \t]?\|[ \t]?(.*)")


class CellOptions(Struct, frozen=True):
    """Say which parts of a cell are shown, and how a figure or table in it is called."""

    code: bool = True
    output: bool = True
    warnings: bool = True
    is_removed: bool = False
    is_markdown: bool = False
    label: str = ""
    caption: str = ""
    alternative: str = ""

    def with_said(self, said: Mapping[str, Any]) -> CellOptions:
        """Return these options as Quarto's keys in `said` change them."""
        output = said.get("output", said.get("results"))
        return replace(
            self,
            code=self.code and said.get("echo") is not False,
            output=self.output and output not in (False, "hide", "false"),
            is_markdown=self.is_markdown or output == "asis",
            warnings=self.warnings and said.get("warning") is not False,
            is_removed=self.is_removed or said.get("include") is False,
            label=_text(said, "label") or self.label,
            caption=_text(said, "fig-cap") or _text(said, "tbl-cap") or self.caption,
            alternative=_text(said, "fig-alt") or self.alternative,
        )


def options_of(
    cell: Mapping[str, Any], source: str, defaults: CellOptions
) -> tuple[CellOptions, str]:
    """Return the options of a cell, and its text without the lines on top that hold options."""
    metadata = cell.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    tags = said.get("tags")
    names = {str(tag).replace("_", "-").lower() for tag in (tags if isinstance(tags, list) else [])}
    jupyter = said.get("jupyter")
    hidden = isinstance(jupyter, dict) and jupyter.get("source_hidden") is True
    options = defaults
    if cell.get("cell_type") == "code":
        lines = source.split("\n")
        count = 0
        while count < len(lines) and _LINE.fullmatch(lines[count]):
            count += 1
        options = options.with_said(_data([_LINE.sub(r"\1", line) for line in lines[:count]]))
        source = "\n".join(lines[count:]).lstrip("\n")
    gone = "remove-cell" in names or said.get("nbsphinx") == "hidden"
    no_code = names & {"remove-input", "hide-input"} or hidden or said.get("hide_input") is True
    return (
        replace(
            options,
            is_removed=options.is_removed or gone,
            code=options.code and not no_code,
            output=options.output and "remove-output" not in names,
        ),
        source,
    )


def _data(lines: list[str]) -> Mapping[str, Any]:
    try:
        data = load_yaml("\n".join(lines)) if lines else {}
    except NotYamlError:
        return {}
    return data if isinstance(data, dict) else {}


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    return " ".join(value.split())[:2_000] if isinstance(value, str) else ""
