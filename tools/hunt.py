#!/usr/bin/env python3
"""Build and judge a shared folder's small books of real trouble; fail unless all are right.

tools/hunt.py SHARED [CASE ...]: SHARED holds hunt/cases.py and tools/hunt.py, which builds and
judges; CASE picks cases by the beginning of their names. What was built goes to build/hunt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bookbuilder.checks.epubcheck import find_jar

OUT = Path("build/hunt")
BOOKBUILDER = Path(sys.executable).with_name("bookbuilder")


def main() -> int:
    shared, cases = Path(sys.argv[1]), sys.argv[2:]
    build = f"{BOOKBUILDER} {{kind}} {{dir}} -o {{out}} --message-format json"
    judge = [sys.executable, str(shared / "tools/hunt.py"), build, str(shared / "hunt/cases.py")]
    judge += ["-o", str(OUT), *(["-c", *cases] if cases else [])]
    environment = os.environ | {"EPUBCHECK_JAR": str(find_jar())}
    return subprocess.run(judge, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
