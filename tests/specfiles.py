"""Reads, runs and rewrites the little books of tests/specs; the README there gives the format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bookbuilder import BookError, load
from bookbuilder.cli.render import MessageFormat, render
from bookbuilder.model.diagnostics import Report

FOLDER = Path(__file__).parent / "specs"
OUT = "out/"
DIAGNOSTICS = "out/diagnostics"

_SECTION = re.compile(r"==== (?P<title>.+) ====")
_MEMBER = re.compile(r"-- (?P<name>\S.*) --")


@dataclass
class Section:
    """A title (empty for what stands before the first), prose, and members by name, in order."""

    title: str = ""
    prose: list[str] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, list[str]]:
        return {name: text for name, text in self.members.items() if not name.startswith(OUT)}

    @property
    def outputs(self) -> dict[str, str]:
        return {
            name: "\n".join(text).strip()
            for name, text in self.members.items()
            if name.startswith(OUT)
        }


def parse(text: str) -> list[Section]:
    sections = [Section()]
    lines = sections[0].prose
    for line in text.splitlines():
        if match := _SECTION.fullmatch(line):
            sections.append(Section(match["title"]))
            lines = sections[-1].prose
        elif match := _MEMBER.fullmatch(line):
            lines = sections[-1].members.setdefault(match["name"], [])
        else:
            lines.append(line)
    return sections


def unparse(sections: list[Section]) -> str:
    lines: list[str] = []
    for section in sections:
        if section.title:
            lines.append(f"==== {section.title} ====")
        lines += section.prose
        for name, text in section.members.items():
            lines += [f"-- {name} --", *text]
    return "\n".join(lines).rstrip("\n") + "\n"


def run(shared: Section, section: Section, folder: Path) -> dict[str, str]:
    """Write the section's book into `folder`; return every `out/` member that it gives."""
    # All processes read specs; this is only for those that run some.
    from renderings import RENDERERS

    for name, text in (shared.files | section.files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
    report = Report()
    outputs: dict[str, str] = {}
    try:
        book = load(folder, report=report)
        for kind in kinds(section):
            rendered = RENDERERS[kind](book, report)
            outputs |= {f"{OUT}{kind}{name}": text for name, text in rendered.items()}
    except BookError as error:
        found = error.diagnostics
    else:
        found = list(report)
    if found:
        outputs[DIAGNOSTICS] = render(found, MessageFormat.CONCISE).strip()
    return outputs


def kinds(section: Section) -> list[str]:
    """Return the folders below `out/` that the section names, and that of the linked chapters.

    A format's messages are reported only where the section names something of the format's.
    """
    from renderings import RENDERERS

    named = {name.removeprefix(OUT).rpartition("/")[0] for name in section.outputs}
    return ["", *(kind for kind in RENDERERS if kind.rstrip("/") in named - {""})]


def expected(section: Section, got: dict[str, str]) -> dict[str, str]:
    """Return the part of `got` that the section speaks of: what it names, and all diagnostics.

    A section that names nothing yet speaks of everything.
    """
    if not section.outputs:
        return got
    named = {*section.outputs, DIAGNOSTICS}
    return {name: text for name, text in got.items() if name in named}


def accept(section: Section, got: dict[str, str]) -> None:
    """Put `got` into the section: what it names, or everything if it names nothing yet."""
    wanted = expected(section, got)
    section.members = section.files
    for name, text in sorted(wanted.items(), key=lambda item: item[0] == DIAGNOSTICS):
        section.members[name] = text.split("\n")
    if section.members:
        list(section.members.values())[-1].append("")
