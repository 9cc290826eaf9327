"""The table that `make attack` ends with counts what was tried, and what held."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """\
import pytest

@pytest.fixture
def broken():
    raise OSError

@pytest.mark.attack("one")
def test_several(record_property):
    record_property("attacks", 5)

@pytest.mark.attack("one")
@pytest.mark.parametrize("n", range(3))
def test_cases(n):
    assert n

@pytest.mark.attack("another")
def test_fixture(broken):
    pass

def test_no_attack():
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_attacks_are_counted_by_class(workers: str, tmp_path: Path) -> None:
    (tmp_path / "test_them.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "attack_table", "-n", workers, "-q"]
    command += ["-o", "markers=attack", "--rootdir", str(tmp_path), "test_them.py"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    said = [
        subprocess.run(
            [*command, *chosen],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for chosen in (["-m", "attack"], [])
    ]
    rows = [line.split(" | ") for line in said[0].splitlines() if " | " in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["class", "tried", "held"],
        ["another", "1", "0"],
        ["one", "8", "7"],
        ["all", "9", "7"],
    ]
    assert " | " not in said[1]
