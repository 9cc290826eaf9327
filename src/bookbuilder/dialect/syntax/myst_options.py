"""Read the opening line of a MyST directive, and the options below it.

Options are lines `:key: value`, or YAML between two lines `---`.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from bookbuilder.dialect.core.blocks import Block, BlockState, Container, Continue
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

LONGEST = 2_000
"""A longer opening line is text."""
_OPENING = re.compile(
    r"(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*\{[ \t]*(?P<name>[A-Za-z][\w.+-]*(?::[\w.+-]+)*)[ \t]*\}"
    r"(?:[ \t]*(?P<argument>.*?))?[ \t]*$"
)
_OPTION = rare_pattern(r":([A-Za-z][\w-]*):(?:[ \t]+(.*?))?[ \t]*$")
_YAML_FENCE = rare_pattern(r"[ \t>]*---[ \t]*$")
_MOST_YAML_LINES = 100


class Directive(Struct):
    """Hold what a directive's opening line says, and its options once they are read."""

    marks: str
    name: str
    argument: str
    indent: int
    line: int
    options: dict[str, str] = field(default_factory=dict)

    def option(self, *names: str) -> str:
        return next((self.options[name] for name in names if self.options.get(name)), "")

    @property
    def label(self) -> str:
        return self.option("name", "label")

    @property
    def classes(self) -> list[str]:
        return self.option("class").replace(",", " ").replace(".", " ").split()


def read_directive(state: BlockState) -> Directive | None:
    line = state.line
    if line.first not in "`~:" or len(line.text) > LONGEST:
        return None
    match = _OPENING.match(line.rest)
    if not match or (match["marks"][0] == "`" and "`" in match["argument"]):
        return None
    argument = match["argument"] or ""
    return Directive(match["marks"], match["name"].lower(), argument, line.indent, state.number)


class OptionReader:
    """Take lines as long as they are options."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self._yaml: list[str] | None = None
        self._last = ""
        self._done = False

    def takes(self, text: str, indent: int, following: list[str]) -> bool:
        """Read `text`, a line without the directive's indent, if it belongs to the options."""
        if self._done:
            return False
        if self._yaml is not None:
            self._take_yaml(text)
            return True
        if not text.strip():
            self._done = bool(self.options)
            return not self._done
        if not self.options and _YAML_FENCE.match(text):
            self._done = not any(_YAML_FENCE.match(line) for line in following)
            self._yaml = None if self._done else []
            return not self._done
        if match := _OPTION.match(text.lstrip()):
            self._last = match[1]
            self.options[match[1]] = match[2] or ""
            return True
        if self.options and indent >= 1:
            self.options[self._last] = f"{self.options[self._last]} {text.strip()}".strip()
            return True
        self._done = True
        return False

    def _take_yaml(self, text: str) -> None:
        assert self._yaml is not None
        if not _YAML_FENCE.match(text):
            self._yaml.append(text)
            return
        self._done = True
        try:
            data = load_yaml("\n".join(self._yaml))
        except NotYamlError:
            data = None
        if not isinstance(data, dict):
            pairs = (line.partition(":") for line in self._yaml)
            data = {key.strip(): value.strip() for key, colon, value in pairs if colon}
        self.options = {str(key): _text(value) for key, value in data.items()}


def _text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    return "" if value is None else " ".join(str(value).split())


class OptionBlock(Block):
    """Hold the lines of options of the directive around it, and leave the tree when complete."""

    accepts_lines = True
    verbatim = True
    hides_blank_lines = True

    def __init__(self, directive: Directive) -> None:
        super().__init__()
        self.directive = directive
        self.reader = OptionReader()

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        following = state.lines[state.index + 1 : state.index + _MOST_YAML_LINES]
        taken = self.reader.takes(line.remainder(), line.indent, following)
        return Continue.YES if taken else Continue.NO

    def finish(self, state: BlockState) -> None:
        self.directive.options.update(self.reader.options)
        assert isinstance(self.parent, Container)
        self.parent.children.remove(self)


def split_options(lines: list[str]) -> tuple[dict[str, str], int]:
    """Return the options at the start of a directive's lines, and how many lines they take."""
    reader = OptionReader()
    for index, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" \t"))
        if not reader.takes(line, indent, lines[index + 1 : index + _MOST_YAML_LINES]):
            return reader.options, index
    return reader.options, len(lines)
