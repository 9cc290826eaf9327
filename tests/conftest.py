from __future__ import annotations

import pytest
from hypothesis import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="write what the compiler does today into tests/specs; look at the difference after",
    )


# How long an example takes is no property of the code: machines are slow at times.
settings.register_profile("bookbuilder", deadline=None)
settings.load_profile("bookbuilder")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--accept") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--accept rewrites files: run it without -n")
