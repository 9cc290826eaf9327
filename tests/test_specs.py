"""The little books of tests/specs, and that rules are written alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shown_rules
import specfiles

TESTS = Path(__file__).parent
SPECS = sorted(specfiles.FOLDER.glob("*.txt"))
CASES = [
    pytest.param(path, section.title, id=f"{path.stem}: {section.title}")
    for path in SPECS
    for section in specfiles.parse(path.read_text(encoding="utf-8"))[1:]
]


@pytest.mark.parametrize(("path", "title"), CASES)
def test_spec(path: Path, title: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sections = specfiles.parse(path.read_text(encoding="utf-8"))
    section = next(s for s in sections if s.title == title)
    got = specfiles.run(sections[0], section, tmp_path / "salt" / "book")
    if request.config.getoption("--accept") and specfiles.expected(section, got) != section.outputs:
        specfiles.accept(section, got)
        path.write_text(specfiles.unparse(sections), encoding="utf-8")
    assert specfiles.expected(section, got) == section.outputs


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_titles_tell_sections_apart(path: Path) -> None:
    titles = [s.title for s in specfiles.parse(path.read_text(encoding="utf-8"))[1:]]
    assert titles
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_reading_and_writing_a_spec_file_changes_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert specfiles.unparse(specfiles.parse(text)) == text


def test_rules_can_be_told_apart_and_are_written_alike() -> None:
    found = set(shown_rules.rules())
    assert found
    assert len({rule.code for rule in found}) == len(found)
    assert len({rule.name for rule in found}) == len(found)
    for rule in found:
        assert re.fullmatch(r"[A-Z]\d{3}", rule.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name), rule.code
        assert rule.why.endswith("."), rule.code


def test_a_rule_is_shown_by_a_spec_or_by_a_file_that_names_and_reports_it() -> None:
    def is_shown(*found: tuple[str, str]) -> bool:
        return "P012 layout-failed" not in shown_rules.unshown(set(found))

    assert "L001 broken-link" not in shown_rules.unshown(set()), "specs expect it"
    assert not is_shown()
    assert not is_shown(("test_volume.py", "P012")), "that file does not name it"
    assert not is_shown(("test_pdf_failures.py", "P001"))
    assert is_shown(("test_pdf_failures.py", "P012"))
    assert is_shown(("test_pdf_failures.py", "")), "a test that names it was left out"
