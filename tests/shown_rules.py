"""A pytest plugin: every rule is shown by a spec that expects it, or by a test that produces it.

While tests run, it notes which rules are reported in which file's tests. When the whole suite was
asked for and passed, each rule must have been reported in a file that also names it. Where tests
were left out (`-m "not slow"`), those in a file that names the rule get the benefit of the doubt.
"""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bookbuilder
import specfiles
from bookbuilder.model.diagnostics import Report, Rule

TESTS = Path(__file__).parent
SPECS = "test_specs.py"
Shown = set[tuple[str, str]]
"""Names of test files, with codes of rules that were reported, or "" for tests left out."""


class ShownRules:
    """Notes what is reported in this process, or gathers what pytest-xdist's workers noted."""

    def __init__(self) -> None:
        self.found: Shown = set()
        self.unshown: list[str] = []
        self._file = ""
        # Builds run in forks of this process, which inherit the file.
        self._told = tempfile.TemporaryFile()  # noqa: SIM115
        self._patch = pytest.MonkeyPatch()
        add = Report.add

        def noting(report: Report, rule: Rule, *args: Any, **options: Any) -> None:
            if (self._file, rule.code) not in self.found:
                self.found.add((self._file, rule.code))
                os.write(self._told.fileno(), f"{self._file} {rule.code}\n".encode())
            add(report, rule, *args, **options)

        self._patch.setattr(Report, "add", noting)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        self._file = item.path.name

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.found |= {(item.path.name, "") for item in items}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.found |= {(file, code) for file, code in node.workeroutput.get("shown_rules", ())}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._patch.undo()
        self.found |= self._told_by_forks()
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output["shown_rules"] = sorted(self.found)
            return
        asked_for_all = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
        if asked_for_all and not session.exitstatus and not session.config.option.collectonly:
            self.unshown = unshown(self.found)
            if self.unshown:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _told_by_forks(self) -> Shown:
        with self._told:
            self._told.seek(0)
            pairs = [line.split() for line in self._told.read().decode().splitlines()]
        return {(file, code) for file, code in pairs}

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.unshown:
            terminalreporter.section("rules that no spec or test shows", red=True)
            terminalreporter.line("\n".join(self.unshown))


def unshown(found: Shown) -> list[str]:
    """Return the rules that neither a spec expects nor a test in `found` shows."""
    expected = _expected_by_all_specs()
    words = {file: _words_of(path) for file, path in _test_files().items()}
    missing = []
    for rule, constants in sorted(rules().items(), key=lambda item: item[0].code):
        names = {rule.code, rule.name, *constants}
        files = {file for file, code in found if code in (rule.code, "")}
        if rule.code not in expected and all(
            names.isdisjoint(words.get(file, ())) for file in files
        ):
            missing.append(f"{rule.code} {rule.name}")
    return missing


def rules() -> dict[Rule, set[str]]:
    """Return every rule that a module of the package declares, with the names of its constants."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(bookbuilder.__path__, "bookbuilder.")
        if not module.name.endswith("__main__")
    ]
    found: dict[Rule, set[str]] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, Rule):
                found.setdefault(value, set()).add(name)
    return found


@cache
def _expected_by_all_specs() -> frozenset[str]:
    return frozenset(_expected_by_specs())


@cache
def _words_of(path: Path) -> frozenset[str]:
    return frozenset(_words_in(path))


def _expected_by_specs() -> Iterator[str]:
    for path in specfiles.FOLDER.glob("*.txt"):
        for section in specfiles.parse(path.read_text(encoding="utf-8")):
            expected = section.outputs.get(specfiles.DIAGNOSTICS, "")
            yield from re.findall(r"(?m)^\S.*?: (?:error|warning|note)\[([A-Z]\d{3})\]", expected)


def _test_files() -> dict[str, Path]:
    return {path.name: path for path in TESTS.rglob("test_*.py") if path.name != SPECS}


def _words_in(path: Path) -> Iterator[str]:
    """Yield what a test file names: in strings that are no comments, and as names of its own."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"[\w-]+", node.value)
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
