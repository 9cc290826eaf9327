"""Put the values of `[variables]` into the other text of book.toml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from bookbuilder.config.toml_text import span_of_key
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.text.variables import filled_in

UNKNOWN_IN_TOML = Rule(
    "M026",
    "unknown-variable-in-toml",
    Severity.WARNING,
    "A text in book.toml has `{{ name }}`, but `[variables]` gives no value to that name. So it is"
    " printed as typed.",
)


def with_values(data: Mapping[str, Any], source: Source, report: Report) -> Mapping[str, Any]:
    """Return `data` with the values of its variables in all strings but those of `[variables]`."""
    said = data.get("variables")
    if not isinstance(said, dict):
        return data
    # A year, or a number, needs no quotes.
    said = {k: str(v) if type(v) in (int, float, date) else v for k, v in said.items()}
    values = {key: value for key, value in said.items() if isinstance(value, str)}

    def unknown(path: str, name: str) -> None:
        hint = did_you_mean(name, values) or "give it a value in [variables]"
        span = span_of_key(source, path)
        report.add(UNKNOWN_IN_TOML, f"there is no variable `{name}`", span, hint)

    def settled(value: Any, path: str) -> Any:
        if isinstance(value, str):
            return filled_in(value, values, partial(unknown, path))
        if isinstance(value, dict):
            return {k: settled(v, f"{path}.{k}".lstrip(".")) for k, v in value.items()}
        if isinstance(value, list):
            of_tables = any(isinstance(one, dict) for one in value)
            return [settled(v, f"{path}[{n}]" if of_tables else path) for n, v in enumerate(value)]
        return value

    rest = {key: settled(value, key) for key, value in data.items() if key != "variables"}
    return {**rest, "variables": said}
