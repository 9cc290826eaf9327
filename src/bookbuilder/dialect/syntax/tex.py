"""Read TeX commands in text: page breaks break the page, and other commands leave their text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.links import open_bracket
from bookbuilder.dialect.core.nodes import Node
from bookbuilder.dialect.core.page_breaks import PageBreak
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.problems import Problems
from bookbuilder.dialect.core.taken import TakenLines, count_to
from bookbuilder.dialect.syntax.cite_roles import add_command
from bookbuilder.text.patterns import rare_pattern

KIND = "a TeX command"
_HINT = "write it in Markdown: docs/markdown.md lists what there is"

_BREAKS = frozenset({"newpage", "pagebreak", "clearpage", "cleardoublepage", "eject"})
# For the look of a printed page, or for lists that the book has anyway.
_DROPPED = frozenset(
    """
    addcontentsline addtocontents addtocounter addtolength allowbreak appendix arraystretch
    backmatter baselineskip begingroup bgroup bibliography bibliographystyle bigbreak bigskip
    bfseries break captionsetup centering color def doublespacing egroup endgroup endinput
    enlargethispage fancyhead fancyfoot fill flushbottom FloatBarrier fontsize footnotemark
    footnotesize frontmatter geometry graphicspath hfill hline hrule hrulefill hspace hyphenation
    hypersetup ignorespaces includegraphics includepdf indent index input itshape justifying label
    lettrine
    large Large LARGE huge Huge let linebreak linespread listoffigures listoftables listoflistings
    looseness mainmatter makeatletter makeatother makeindex maketitle markboth markright medskip
    needspace newcommand newenvironment newline newtheorem nobreak nocite noindent nolinebreak
    nopagebreak normalfont normalsize null onehalfspacing pagecolor pagenumbering pagestyle par
    parindent parskip phantomsection printbibliography printglossary printindex protect
    providecommand raggedbottom raggedleft raggedright relax renewcommand rule scriptsize
    selectfont selectlanguage setcounter setlength setmainfont setstretch singlespacing sloppy
    small smallbreak smallskip strut tableofcontents textheight textwidth thispagestyle tiny
    theauthor thepage thetitle today ttfamily twocolumn onecolumn unskip usepackage vfil vfill
    vskip vspace
    """.split()  # noqa: SIM905 (a list would be a page long)
)
_SAID = {
    "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "TeX": "TeX", "XeTeX": "XeTeX", "XeLaTeX": "XeLaTeX",
    "LuaTeX": "LuaTeX", "LuaLaTeX": "LuaLaTeX", "BibTeX": "BibTeX", "pdfTeX": "pdfTeX",
    "ConTeXt": "ConTeXt", "ldots": "…", "dots": "…", "textellipsis": "…", "textendash": "–",
    "textemdash": "—", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
    "textquotedblright": "”", "guillemotleft": "«", "guillemotright": "»", "textbar": "|",
    "textless": "<", "textgreater": ">", "textbullet": "•", "textdegree": "°", "degree": "°",
    "copyright": "©", "textcopyright": "©", "textregistered": "®", "texttrademark": "™",
    "pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€", "dag": "†", "ddag": "‡",
    "quad": "\u2003", "qquad": "\u2003\u2003", "enspace": "\u2002", "thinspace": "\u2009",
    "textmu": "µ", "texttimes": "×", "textpm": "±", "checkmark": "✓",
}  # fmt: skip
_TAGS = {
    "textbf": "strong", "emph": "em", "textit": "em", "textsl": "em", "underline": "u",
    "textsuperscript": "sup", "textsubscript": "sub", "texttt": "code", "sout": "del",
    "hl": "mark",
}  # fmt: skip
_REFERENCES = frozenset({"pageref", "hyperlink", "cpageref", "vpageref"})
_CITATIONS = frozenset(
    """
    cite citep citet citealp citealt citeauthor citeyear parencite textcite autocite footcite
    fullcite
    """.split()  # noqa: SIM905 (a list would be harder to read)
)
_TEXT_IS_LAST = {"href": 2, "hyperref": 1, "textcolor": 2, "colorbox": 2, "parbox": 2,
                 "raisebox": 2, "resizebox": 3, "rotatebox": 2, "scalebox": 2}  # fmt: skip

_NAME = r"\\([A-Za-z]{2,30})\*?"
_OPTIONS = r"(?:[ ]?\[[^\[\]\n]{0,200}\])*"
_GROUP = r"\{(?:[^{}\n\\]|\\.|\{[^{}\n]{0,300}\}){0,1000}\}"
_COMMAND = rare_pattern(rf"{_NAME}(?:{_OPTIONS}(?:{_GROUP}(?:\[[^\[\]\n]{{0,200}}\])?){{0,6}})")
_OPENING = rare_pattern(rf"{_NAME}{_OPTIONS}\{{")
# Code in what looks like text: of programs that write for TeX, of lists and tables.
_WHOLE = frozenset(
    """
    algorithm algorithmic algorithm2e axis description enumerate figure forest itemize
    lstlisting listing longtable minted picture tabbing table tabular tabularx tikzpicture
    thebibliography verbatim Verbatim wrapfigure
    """.split()  # noqa: SIM905 (a list would be harder to read)
)
_ENVIRONMENT = re.compile(
    r"\\(begin|end)\{([A-Za-z]{2,30}\*?)\}(?:\[[^\]\n]{0,100}\]|\{[^{}\n]{0,200}\})*[ \t]*$"
)


class TexBlock(TakenLines):
    """Hold an environment that only TeX can set. It stays as typed."""

    def __init__(self, count: int, name: str) -> None:
        super().__init__(count)
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        said = self.lines[0].strip()
        conversion.problems.kept_as_text(said, self.line, "an environment of TeX", _HINT)
        code_block(conversion, parent, "\n".join(self.lines) + "\n", "latex", self.attributes)


def start_environment(state: BlockState, container: Block) -> Started:
    """Keep tables and drawings of TeX whole; drop `\\begin{center}`, whose content is text."""
    line = state.line
    match = None if line.indented else _ENVIRONMENT.match(line.rest)
    if not match:
        return Started.NOTHING
    name = match[2]
    if match[1] == "begin" and name.rstrip("*") in _WHOLE:
        end = f"\\end{{{name}}}"
        count = count_to(state, lambda line: end in line) if state.comes_later(end) else 0
        if not count:
            return Started.NOTHING
        state.close_unmatched()
        line.skip_indent()
        state.add(TexBlock(count, name)).add_line(state)
        return Started.LEAF
    state.close_unmatched()
    _close_paragraph(state)
    _leave_out(state.problems, line.rest.strip(), state.number)
    return Started.LEAF


def start_commands(state: BlockState, container: Block) -> Started:
    """Read a line that holds nothing but commands for the page."""
    line = state.line
    rest = line.rest.strip()
    if line.indented or not rest.startswith("\\"):
        return Started.NOTHING
    names: list[str] = []
    position = 0
    while match := _COMMAND.match(rest, position):
        if match[1] not in _BREAKS and match[1] not in _DROPPED:
            return Started.NOTHING
        names.append(match[0])
        position = match.end()
        while rest[position : position + 1] == " ":
            position += 1
    if position < len(rest) and not rest.startswith("%", position):
        return Started.NOTHING
    if not names:
        return Started.NOTHING
    state.close_unmatched()
    _close_paragraph(state)
    for said in names:
        match = _COMMAND.match(said)
        if match and match[1] in _BREAKS:
            state.close(state.add(PageBreak()))
        else:
            _leave_out(state.problems, said, state.number)
    return Started.LEAF


def _close_paragraph(state: BlockState) -> None:
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)


def _leave_out(problems: Problems, said: str, line: int) -> None:
    problems.left_out(said, line, KIND, _HINT)


def handle_command(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    match = _COMMAND.match(text, start)
    before = text[start - 1 : start]
    if not match or (before and before in "\\:/_"):
        return False
    name = match[1]
    has_group = match[0].endswith("}")
    is_known = name in _TAGS or name in _DROPPED or name in _CITATIONS or name == "footnote"
    ends_line = name in _BREAKS and text[match.end() : match.end() + 1] in ("", "\n")
    if before.isalnum() and not ((has_group and is_known) or ends_line):
        return False
    line, said = parser.line_at(start), ""
    if name in _SAID:
        end = start + len(name) + 1
        parser.add_text(_SAID[name], literal=True)
        parser.position = end + 2 if text.startswith("{}", end) else end
        return True
    if name == "footnote" and has_group:
        return _open_note(parser)
    if name in _DROPPED or name in _BREAKS:
        parser.position = match.end()
        if not before.strip() and text.startswith(" ", match.end()):
            parser.position += 1
    elif name in _REFERENCES and has_group:
        groups = _groups(match[0])
        parser.add_text(groups[-1], literal=True)
        parser.position = match.end()
    elif name in _CITATIONS and has_group and add_command(parser, name, match[0]):
        parser.position = match.end()
        return True
    elif name in _CITATIONS and has_group:
        parser.add_text(f"[{', '.join(_groups(match[0]))}]", literal=True)
        parser.position = match.end()
    elif has_group or _OPENING.match(text, start):
        if not _add_argument(parser, name):
            return False
        said = f"\\{name}"
    else:
        return False
    said = said or text[start : parser.position].rstrip()
    _leave_out(parser.conversion.problems, said, line)
    return True


def _groups(command: str) -> list[str]:
    return re.findall(r"\{((?:[^{}]|\{[^{}]*\})*)\}", command)


def _add_argument(parser: InlineParser, name: str) -> bool:
    """Add the text in the braces of a command, as inline Markdown."""
    text, start = parser.text, parser.position
    opening = _OPENING.match(text, start)
    if opening is None:
        return False
    end = parser.closing_brace(opening.end() - 1)
    if end < 0:
        return False
    inside = text[opening.end() : end]
    position = end + 1
    for _ in range(_TEXT_IS_LAST.get(name, 1) - 1):
        if not text.startswith("{", position) or (end := parser.closing_brace(position)) < 0:
            break
        inside, position = text[position + 1 : end], end + 1
    tag = _TAGS.get(name, "")
    if tag == "code":
        parser.add_element("code", inside)
    else:
        node = parser.root if not tag and name != "textsc" else Node(tag or "span")
        if name == "textsc":
            node.attributes = {"class": "smallcaps"}
        if node is not parser.root:
            parser.root.append(node)
        parser.parse_inner(inside.strip(), node, parser.line_at(start))
    parser.position = position
    return True


_SWITCHES = {
    "bf": "strong", "bfseries": "strong", "it": "em", "itshape": "em", "em": "em", "sl": "em",
    "tt": "code", "ttfamily": "code",
}  # fmt: skip
_GROUP_START = rare_pattern(r"\{[ ]?\\([A-Za-z]{2,30})(?![A-Za-z])[ ]?(?![{\[])")


def handle_group(parser: InlineParser) -> bool:
    """Read `{\\small text}`, a command that holds up to the end of its braces."""
    text, start = parser.text, parser.position
    match = _GROUP_START.match(text, start)
    end = parser.closing_brace(start) if match else -1
    if not match or end < 0 or match[1] not in _SWITCHES.keys() | _DROPPED | {"sc", "scshape"}:
        return False
    inside, tag = text[match.end() : end].strip(), _SWITCHES.get(match[1], "")
    if tag == "code":
        parser.add_element("code", inside)
    else:
        node = Node(tag or "span")
        if match[1] in ("sc", "scshape"):
            node.attributes = {"class": "smallcaps"}
        if tag or node.attributes:
            parser.root.append(node)
        into = node if tag or node.attributes else parser.root
        parser.parse_inner(inside, into, parser.line_at(start))
    _leave_out(parser.conversion.problems, match[0].strip("{ "), parser.line_at(start))
    parser.position = end + 1
    return True


def _open_note(parser: InlineParser) -> bool:
    """Begin a note at `\\footnote{`, which `handle_brace` ends at the brace that closes it."""
    opening = _OPENING.match(parser.text, parser.position)
    if not opening or parser.closing_brace(opening.end() - 1) < 0:
        return False
    start = parser.position
    open_bracket(parser, "^[")
    bracket = parser.brackets[-1]
    bracket.end = parser.position = opening.end()
    bracket.node.text = parser.text[start : opening.end()]
    return True


def handle_brace(parser: InlineParser) -> bool:
    bracket = parser.brackets[-1] if parser.brackets else None
    if bracket is None or not bracket.node.text.startswith("\\footnote"):
        return False
    if parser.closing_brace(bracket.end - 1) != parser.position:
        return False
    handlers = parser.conversion.inlines.handlers["]"]
    return any(handler(parser) for handler in handlers)


class TexExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_environment, 92.6, "\\")
        md.parser.starts.register(start_commands, 92.5, "\\")
        md.conversion.inlines.register("\\", handle_command)
        md.conversion.inlines.register("{", handle_group)
        md.conversion.inlines.register("}", handle_brace)
