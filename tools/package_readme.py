"""Make the text of the package's page from README.md, whose links hold in the repository only.

Hatchling runs this for every wheel and sdist.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE = re.compile(r"(!?)\[([^\]\n]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def with_outside_links(text: str, address: str, version: str) -> str:
    """Return `text` with links and pictures that hold outside the repository.

    `address` is the repository's. While it has none, links become their text, and what consists of
    pictures is left out: links to nowhere help nobody.
    """

    def outside(found: re.Match[str]) -> str:
        mark, label, path = found.groups()
        if not address:
            return label
        return f"{mark}[{label}]({address}/{'raw' if mark else 'blob'}/v{version}/{path})"

    blocks = text.split("\n\n")
    if not address:
        blocks = [b for b in blocks if not any(m[1] for m in _RELATIVE.finditer(b))]
    return _RELATIVE.sub(outside, "\n\n".join(blocks))


class PackageReadme(MetadataHookInterface):
    """Sets the field `readme`; the address is `Repository` in `[project.urls]`."""

    def update(self, metadata: dict[str, Any]) -> None:
        root = Path(self.root)
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        address = project.get("urls", {}).get("Repository", "").rstrip("/")
        text = (root / "README.md").read_text("utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": with_outside_links(text, address, project["version"]),
        }
