"""A pytest plugin: after `pytest -m attack`, a table of the attacks by class, tried and held.

A test that tries several attacks at once says how many, with `record_property("attacks", 12)`;
every other test, and every case of its parameters, is one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

_CLASS = "class of attacks"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (mark := item.get_closest_marker("attack")) is not None:
            # pytest-xdist takes properties from its workers, and no marks.
            item.user_properties.append((_CLASS, mark.args[0]))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.option.markexpr != "attack":
        return
    tried: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            properties = dict(report.user_properties)
            # A fixture that fails is an attack that was not held.
            if (kind := properties.get(_CLASS)) and (report.when == "call" or report.failed):
                tried[kind] += properties.get("attacks", 1)
                held[kind] += properties.get("attacks", 1) * report.passed
    width = max(map(len, (*tried, "class")))
    terminalreporter.section("attacks")
    rows = [("class", "tried", "held")]
    rows += [(kind, str(tried[kind]), str(held[kind])) for kind in sorted(tried)]
    rows.append(("all", str(tried.total()), str(held.total())))
    for kind, of, how_many in rows:
        terminalreporter.line(f"{kind:{width}} | {of:>5} | {how_many:>5}")
