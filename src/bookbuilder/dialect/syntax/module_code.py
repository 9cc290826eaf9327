"""Leave out what MDX lets a program do in a text: imports, exports, comments and expressions."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Document, Started
from bookbuilder.dialect.core.containers import List
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.jsx import end_of_braces, literal
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.starts import LETTER
from bookbuilder.text.patterns import rare_pattern

MOST_LINES = 400
_CODE = "code of MDX"
_CODE_HINT = "a book runs no code"
_EXPRESSION = "an expression of MDX"
_EXPRESSION_HINT = "write its value"

_NAMES = r"(?:\{[^{}]{0,2000}\}|\*[ \t]+as[ \t]+[\w$]+|[\w$]+)"
_IMPORT = rare_pattern(
    rf"import[ \t]+(?:type[ \t]+)?(?:{_NAMES}(?:[ \t]*,[ \t]*{_NAMES})?\s+from\s+)?"
    r"(?:\"[^\"\n]+\"|'[^'\n]+')[ \t]*;?[ \t]*(?://.*)?$",
    re.MULTILINE,
)
_EXPORT = rare_pattern(
    r"export[ \t]+(?:(?:const|let|var)[ \t]+[\w${\[]|(?:async[ \t]+)?function\b[ \t]*\*?[ \t]*[\w(]"
    r"|class[ \t]+\w+[ \t]*(?:\{|extends\b)|default[ \t]+(?:[\w.$]+[ \t]*(?:;|\(|$|=>)|[({\[<'\"]"
    r"|async\b|function\b|class\b)|\{[^{}]{0,2000}\}|\*[ \t]+(?:as[ \t]+\w+[ \t]+)?from\b"
    r"|(?:type|interface|enum)[ \t]+\w+[ \t]*[={<])",
    re.MULTILINE,
)
_PENDING = rare_pattern(r"(?:[=,(\[{+?:&|.]|=>)[ \t]*$")
_STRINGS = rare_pattern(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\\n])*`|//.*$")
_OBJECTS = r"(?:props|frontMatter|frontmatter|siteConfig|metadata|customFields)"
_MEMBER = rare_pattern(rf"\{{[ \t]*{_OBJECTS}(?:\??\.[\w$]+|\[[^\[\]\n]{{1,60}}\]){{1,9}}[ \t]*\}}")
_COMMENT = rare_pattern(r"\{[ \t]*/\*")


class ModuleCode(Block):
    """Hold the lines of a statement, which end before line `end`, an index."""

    accepts_lines = True
    verbatim = True

    def __init__(self, end: int) -> None:
        super().__init__()
        self.end = end

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if state.index < self.end else Continue.NO

    def add_line(self, state: BlockState) -> None:
        """Drop it."""


def start_module_code(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.start or isinstance(container, Paragraph) or isinstance(state.tip, Paragraph):
        return Started.NOTHING
    # A list goes on until something else starts.
    outer = container.parent if isinstance(container, List) else container
    if not isinstance(outer, Document):
        return Started.NOTHING
    if not line.text.startswith(("import ", "export ", "import{", "export{")):
        return Started.NOTHING
    end = _end_of_statement(state)
    if end is None:
        return Started.NOTHING
    state.close_unmatched()
    text = " ".join(" ".join(state.lines[state.index : end]).split())
    state.problems.left_out(text, state.number, _CODE, _CODE_HINT)
    state.add(ModuleCode(end))
    return Started.LEAF


def _end_of_statement(state: BlockState) -> int | None:
    """Return the index of the line after the statement, or None if it is prose."""
    lines = state.lines[state.index : state.index + MOST_LINES]
    if lines[0].startswith("import"):
        blank = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
        match = _IMPORT.match("\n".join(lines[:blank]))
        return state.index + match[0].count("\n") + 1 if match else None
    if not _EXPORT.match("\n".join(lines[:20])):
        return None
    depth = 0
    for index, line in enumerate(lines):
        if index and line.startswith(("import ", "export ")):
            break
        code = _STRINGS.sub("''", line)
        depth += sum(map(code.count, "([{")) - sum(map(code.count, ")]}"))
        if depth <= 0 and not _PENDING.search(code) and line.strip():
            return state.index + index + 1
    blank = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    return state.index + blank


class HiddenComment(Block):
    """Hold `{/* … */}` up to the line where it ends."""

    accepts_lines = True
    verbatim = True

    def continues(self, state: BlockState) -> Continue:
        return Continue.CLOSED_BY_IT if "*/" in state.line.text else Continue.YES


def start_hidden_comment(state: BlockState, container: Block) -> Started:
    rest = state.line.rest
    if state.line.indented or state.line.first != "{" or not _COMMENT.match(rest):
        return Started.NOTHING
    end = rest.find("*/")
    if end >= 0:
        if rest[end + 2 :].strip() != "}" or isinstance(container, Paragraph):
            return Started.NOTHING
        state.close_unmatched()
        return Started.LEAF
    if not state.comes_later("*/"):
        return Started.NOTHING
    state.close_unmatched()
    state.add(HiddenComment())
    return Started.LEAF


def handle_braces(parser: InlineParser) -> bool:
    """Drop comments; report expressions; in MDX, read texts such as `{' '}`."""
    text, start = parser.text, parser.position
    if _COMMENT.match(text, start):
        end = parser.find("*/", start + 2)
        if end < 0:
            return False
        brace = text.find("}", end, end + 20)
        parser.position = brace + 1 if brace >= 0 and not text[end + 2 : brace].strip() else end + 2
        return True
    if match := _MEMBER.match(text, start):
        _report(parser, match[0])
        parser.position = match.end()
        return True
    if text.startswith("{{", start) or not is_mdx(parser.conversion):
        return False
    end = end_of_braces(text, start)
    known = literal(text[start + 1 : end - 1]) if end > 0 else None
    if known is None:
        return False
    parser.add_text(known, literal=True)
    parser.position = end
    return True


def is_mdx(conversion: Conversion) -> bool:
    return conversion.problems.source.path.suffix.lower() == ".mdx"


def _report(parser: InlineParser, text: str) -> None:
    line = parser.line_at(parser.position)
    parser.conversion.problems.left_out(text, line, _EXPRESSION, _EXPRESSION_HINT)


class ModuleCodeExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_module_code, 101, LETTER)
        md.parser.starts.register(start_hidden_comment, 92, "{")
        md.conversion.inlines.register("{", handle_braces)
