"""Read environments such as `\\begin{align} … \\end{align}`, which are tables of MathML."""

from __future__ import annotations

from bs4 import Tag
from msgspec import Struct
from msgspec.structs import replace

from bookbuilder.passes.tex.atoms import Atom, joined, mo, row, row_tags
from bookbuilder.passes.tex.looks import length_of
from bookbuilder.passes.tex.parser import Parser
from bookbuilder.passes.tex.symbols import INNER, ORD
from bookbuilder.passes.tex.tokens import BLANK, CHAR, COMMAND, TexError, Token
from bookbuilder.passes.tex.words import text_tag
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import elements, new_tag

MOST_COLUMNS = 60
MOST_ROWS = 500


class Environment(Struct, frozen=True):
    """Say how an environment is set.

    `columns` are repeated; `fences` are those around the table. `is_outer` is True for what stands
    alone, whose rows may have numbers. `has_columns` is True if the author gives the columns, and
    `takes` counts arguments that change nothing.
    """

    columns: str = "c"
    fences: str = ""
    display: bool = False
    is_outer: bool = False
    has_columns: bool = False
    takes: int = 0
    columnspacing: str = ""
    rowspacing: str = ""
    small: bool = False
    is_row: bool = False


_ALIGNED = Environment("rl", display=True, columnspacing="0em 2em", rowspacing="0.35em")
_GATHERED = Environment("c", display=True, rowspacing="0.35em")
_MATRIX = Environment(columnspacing="1em", rowspacing="0.1em")
_CASES = Environment("l", columnspacing="1em", rowspacing="0.15em")
_SMALL = Environment(columnspacing="0.3em", rowspacing="0.1em", small=True)
_FENCES = {"": "", "p": "()", "b": "[]", "B": "{}", "v": "||", "V": "‖‖"}

ENVIRONMENTS: dict[str, Environment] = {
    **dict.fromkeys(("align", "align*", "flalign", "flalign*"), replace(_ALIGNED, is_outer=True)),
    **dict.fromkeys(("alignat", "alignat*"), replace(_ALIGNED, is_outer=True, takes=1)),
    **dict.fromkeys(("xalignat", "xalignat*"), replace(_ALIGNED, is_outer=True, takes=1)),
    **dict.fromkeys(("aligned", "split"), _ALIGNED),
    "alignedat": replace(_ALIGNED, takes=1),
    **dict.fromkeys(("gather", "gather*"), replace(_GATHERED, is_outer=True)),
    **dict.fromkeys(("multline", "multline*"), replace(_GATHERED, is_outer=True)),
    **dict.fromkeys(("gathered", "lines"), _GATHERED),
    **dict.fromkeys(
        ("eqnarray", "eqnarray*"),
        Environment("rcl", display=True, is_outer=True, columnspacing="0.3em", rowspacing="0.35em"),
    ),
    **dict.fromkeys(
        ("equation", "equation*", "displaymath", "math", "subequations"),
        Environment(display=True, is_row=True),
    ),
    **{f"{kind}matrix": replace(_MATRIX, fences=f) for kind, f in _FENCES.items()},
    **{f"{kind}matrix*": replace(_MATRIX, fences=f) for kind, f in _FENCES.items()},
    **{f"{kind}smallmatrix": replace(_SMALL, fences=f) for kind, f in _FENCES.items()},
    **dict.fromkeys(("cases", "cases*"), replace(_CASES, fences="{")),
    "dcases": replace(_CASES, fences="{", display=True),
    "rcases": replace(_CASES, fences=" }"),
    "drcases": replace(_CASES, fences=" }", display=True),
    **dict.fromkeys(("array", "tabular"), replace(_MATRIX, has_columns=True)),
    "darray": replace(_MATRIX, has_columns=True, display=True),
    "subarray": replace(_SMALL, has_columns=True),
}
_ROW_ENDS = ("\\", "cr", "newline", "tabularnewline")
_SIDES = {"l": "left", "c": "center", "r": "right"}
_LINES = ("hline", "hdashline", "toprule", "midrule", "bottomrule", "cline", "cmidrule")


def begin(parser: Parser, call: Token) -> Atom:
    name = parser.stream.word()
    environment = ENVIRONMENTS.get(name)
    if environment is None:
        message = f"`\\begin{{{name}}}` is not an environment that bookbuilder knows"
        raise TexError(message, call.at, f"{{{name}}}", did_you_mean(name, list(ENVIRONMENTS)))
    columns, rules = environment.columns, ""
    if environment.has_columns:
        parser.stream.option()
        columns, rules = _columns(parser.stream.argument(), call)
    elif name.endswith("*") and (side := parser.stream.option()):
        columns = "".join(t.text for t in side if t.text in "lcr") or columns
    elif name in ("aligned", "gathered", "split", "alignedat"):
        parser.stream.option()
    for _ in range(environment.takes):
        parser.stream.argument()
    with parser.style(display=environment.display), parser.deeper():
        if environment.is_row:
            inside = parser.atoms(_is_end)
            _end(parser, name, call)
            return Atom(row(inside))
        table = Table(parser, environment, columns, call)
        tag = table.read()
        _end(parser, name, call)
    if rules:
        tag["columnlines"] = rules
    if environment.small:
        tag = joined("mstyle", [tag], {"scriptlevel": "1"})
    return _with_fences(tag, environment.fences)


def _with_fences(tag: Tag, fences: str) -> Atom:
    if not fences:
        return Atom(tag, ORD)
    tags = [tag]
    if fences[0] != " ":
        tags.insert(0, mo(fences[0], fence="true", stretchy="true", form="prefix"))
    if fences[1:]:
        tags.append(mo(fences[1], fence="true", stretchy="true", form="postfix"))
    return Atom(joined("mrow", tags), INNER)


def _end(parser: Parser, name: str, call: Token) -> None:
    token = parser.stream.peek()
    if token is None:
        message = f"`\\begin{{{name}}}` has no `\\end{{{name}}}`"
        raise TexError(message, call.at, call.shown)
    parser.stream.next()
    closed = parser.stream.word()
    if closed != name:
        raise TexError(f"`\\end{{{closed}}}` ends `\\begin{{{name}}}`", token.at, token.shown)


def _is_end(token: Token) -> bool:
    return token.kind == COMMAND and token.text == "end"


def _columns(tokens: list[Token], call: Token) -> tuple[str, str]:
    """Return the sides of an array's columns, and the lines between them."""
    sides, lines = "", []
    at = 0
    depth = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.text in "{}" and token.kind == CHAR:
            depth += 1 if token.text == "{" else -1
        elif depth:
            continue
        elif token.text in "|:":
            if sides:
                lines.append((len(sides), "solid" if token.text == "|" else "dashed"))
        elif token.text in "lcr":
            sides += token.text
        elif token.text in "pmbXSs":
            sides += "l"
        elif token.text == "*":
            raise TexError("`*{…}` in the columns of an array is not known", token.at, "*")
        elif token.kind != BLANK and token.text not in "@!><":
            raise TexError(f"`{token.shown}` is not a column of an array", token.at, token.shown)
    if not 0 < len(sides) <= MOST_COLUMNS:
        raise TexError("the columns of an array are missing", call.at, call.shown)
    found = dict(lines)
    rules = [found.get(n, "none") for n in range(1, len(sides))]
    return sides, " ".join(rules) if any(r != "none" for r in rules) else ""


class Table:
    """Read the rows of an environment up to its end, which stays."""

    def __init__(self, parser: Parser, environment: Environment, columns: str, call: Token) -> None:
        self.parser = parser
        self.environment = environment
        self.columns = columns
        self.call = call
        self.rules: dict[int, str] = {}
        self.texts: list[Tag] = []

    def read(self) -> Tag:
        parser = self.parser
        rows: list[Tag] = []
        cells: list[Tag] = []
        while True:
            self._read_between(rows)
            token = parser.stream.peek()
            if token is not None and _is_end(token) and not cells:
                break
            cells.append(self._cell(len(cells)))
            token = parser.stream.peek()
            if token is None:
                break
            if token.kind == CHAR and token.text == "&":
                parser.stream.next()
                if len(cells) >= MOST_COLUMNS:
                    raise TexError("a row has too many columns", token.at, "&")
                continue
            rows.append(joined("mtr", cells))
            cells = []
            if _is_end(token):
                break
            if len(rows) >= MOST_ROWS:
                raise TexError("it has too many rows", token.at, token.shown)
            parser.stream.next()
            self._skip_row_space()
            if self.environment.is_outer:
                parser.row += 1
        while rows and not any(
            cell.contents for cell in rows[-1].contents if isinstance(cell, Tag)
        ):
            del rows[-1]
        if self.environment.is_outer:
            parser.rows = max(parser.rows, len(rows))
        return self._table(rows or [joined("mtr", [new_tag("mtd")])])

    def _cell(self, column: int) -> Tag:
        parser = self.parser
        token = parser.stream.peek()
        side = self.columns[column % len(self.columns)]
        attributes = {"columnalign": _SIDES[side]} if side != "c" else {}
        if token is not None and token.kind == COMMAND and token.text == "multicolumn":
            parser.stream.next()
            span, sides = parser.stream.word(), parser.stream.word().replace("|", "")
            if not span.isdigit() or not 0 < int(span) <= MOST_COLUMNS:
                raise TexError(f"`{span}` is not a number of columns", token.at, token.shown)
            attributes = {"columnspan": str(int(span))}
            if sides[:1] in ("l", "r"):
                attributes["columnalign"] = _SIDES[sides[0]]
            return joined("mtd", [parser.argument()], attributes)
        with parser.style():
            atoms = parser.atoms(_ends_cell)
        tags = row_tags(atoms)
        if column % 2 and self.environment.columns == "rl" and tags:
            # So that a relation at its start has its spaces.
            tags.insert(0, new_tag("mrow"))
        return joined("mtd", tags, attributes)

    def _read_between(self, rows: list[Tag]) -> None:
        """Read lines between rows, and text between them (`\\intertext`), which is a row."""
        stream = self.parser.stream
        while (token := stream.peek()) is not None and token.kind == COMMAND:
            if token.text in _LINES:
                stream.next()
                if token.text.startswith("c"):
                    stream.option()
                    stream.argument()
                self.rules[len(rows)] = "dashed" if "dash" in token.text else "solid"
            elif token.text in ("intertext", "shortintertext"):
                stream.next()
                said = text_tag(self.parser, stream.argument(), "")
                rows.append(joined("mtr", [joined("mtd", [said], {"columnalign": "left"})]))
                self.texts.append(rows[-1])
                if len(rows) >= MOST_ROWS:
                    raise TexError("it has too many rows", token.at, token.shown)
                if self.environment.is_outer:
                    self.parser.row += 1
            else:
                return

    def _skip_row_space(self) -> None:
        """Skip `*` and a length in brackets after `\\\\`."""
        stream = self.parser.stream
        if stream.takes("*"):
            return
        token = stream.peek_raw()
        if token is not None and token[:2] == (CHAR, "["):
            said = stream.option()
            if said is not None:
                length_of("".join(t.text for t in said), token.at)

    def _table(self, rows: list[Tag]) -> Tag:
        if self.texts and (widest := max(len(row.contents) for row in rows)) > 1:
            for text in self.texts:
                elements(text, "mtd")[0]["columnspan"] = str(widest)
        attributes = {"displaystyle": "true"} if self.environment.display else {}
        if self.environment.columnspacing:
            widest = max(len(r.contents) for r in rows)
            gaps = self.environment.columnspacing.split()
            shown = [gaps[n % len(gaps)] for n in range(max(widest - 1, 1))]
            attributes["columnspacing"] = " ".join(shown)
        if self.environment.rowspacing:
            attributes["rowspacing"] = self.environment.rowspacing
        between = [self.rules.get(n, "none") for n in range(1, len(rows))]
        if any(rule != "none" for rule in between):
            attributes["rowlines"] = " ".join(between)
        if self.environment.columns == "rl":
            attributes["class"] = "aligned"
        elif self.environment.columns == "rcl":
            attributes["class"] = "aligned wide"
        table = joined("mtable", rows, {k: v for k, v in attributes.items() if k != "class"})
        if "class" in attributes:
            table["class"] = attributes["class"]
        return table


def _is_empty(row: Tag) -> bool:
    return not any(cell.contents for cell in row.contents if isinstance(cell, Tag))


def _ends_cell(token: Token) -> bool:
    if token.kind == CHAR:
        return token.text == "&"
    return token.text in _ROW_ENDS or token.text == "end"


def substack(parser: Parser, call: Token) -> Atom:
    """Read lines below a sum, `\\substack{i < n \\\\ j < m}`."""
    tokens = parser.stream.argument()
    lines: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "{") - (token.text == "}") if token.kind == CHAR else 0
        if depth == 0 and token.kind == COMMAND and token.text in _ROW_ENDS:
            lines.append([])
        else:
            lines[-1].append(token)
    rows = [
        joined("mtr", [joined("mtd", [row(parser.inner(line, display=False))])])
        for line in lines
        if any(token.kind != BLANK for token in line)
    ]
    if not rows:
        raise TexError("an argument is missing", call.at, call.shown)
    return Atom(joined("mtable", rows, {"rowspacing": "0.1em"}))
