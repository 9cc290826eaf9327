from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="write what the compiler does today into tests/specs; look at the difference after",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--accept") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--accept rewrites files: run it without -n")
