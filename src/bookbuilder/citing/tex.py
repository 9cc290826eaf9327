"""Read the TeX in fields of BibTeX: accents, letters, dashes, a little formatting, braces."""

from __future__ import annotations

import re
import unicodedata

from bookbuilder.citing import marks

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323",
    "b": "\u0331", "k": "\u0328", "r": "\u030a", "t": "\u0361", "h": "\u0309", "G": "\u030f",
    "U": "\u030e", "f": "\u0311",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł",
    "L": "Ł", "aa": "å", "AA": "Å", "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "copyright": "©", "textregistered": "®",
    "texttrademark": "™", "textendash": "–", "textemdash": "—", "textquoteleft": "‘",
    "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”", "ldots": "…",
    "dots": "…", "textellipsis": "…", "S": "§", "P": "¶", "pounds": "£", "euro": "€", "texteuro":
    "€", "textdegree": "°", "degree": "°", "textbackslash": "\\", "textasciitilde": "~",
    "textasciicircum": "^", "textunderscore": "_", "textbar": "|", "textless": "<", "textgreater":
    ">", "textperiodcentered": "·", "guillemotleft": "«", "guillemotright": "»", "flqq": "«",
    "frqq": "»", "glqq": "„", "grqq": "“", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
    "slash": "/", "times": "×", "pm": "±", "cdot": "·", "leq": "≤", "geq": "≥", "neq": "≠", "infty":
    "∞", "rightarrow": "→", "to": "→", "sim": "∼", "approx": "≈", "circ": "°", "prime": "′",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ",
    "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi":
    "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta":
    "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "ell": "ℓ", "hbar": "ℏ", "textmu": "µ", "nobreakspace": "\u00a0", "quad": " ", "qquad": " ",
    "space": " ", "newline": " ", "bibstring": "", "dag": "†", "ddag": "‡", "textbullet": "•",
}  # fmt: skip
_FORMATS = {
    "emph": marks.ITALIC, "textit": marks.ITALIC, "textsl": marks.ITALIC, "mkbibemph": marks.ITALIC,
    "em": marks.ITALIC, "it": marks.ITALIC, "itshape": marks.ITALIC, "mathit": marks.ITALIC,
    "textbf": marks.BOLD, "mkbibbold": marks.BOLD, "bf": marks.BOLD, "bfseries": marks.BOLD,
    "mathbf": marks.BOLD, "textsc": marks.SMALL, "sc": marks.SMALL, "scshape": marks.SMALL,
    "textsuperscript": marks.SUPER, "textsubscript": marks.SUB, "underline": marks.UNDERLINE,
    "enquote": ("“", "”"), "mkbibquote": ("“", "”"), "mkbibparens": ("(", ")"), "textnormal":
    marks.KEPT,
}  # fmt: skip
_SWITCHES = frozenset({"em", "it", "itshape", "bf", "bfseries", "sc", "scshape"})
_GONE = frozenset({"noopsort", "SortNoop", "hspace", "vspace", "label", "vphantom", "phantom"})
_TOKEN = re.compile(
    r"\\(?P<name>[A-Za-z]+)\*?[ ]?|\\(?P<sign>.)|(?P<open>\{)|(?P<close>\})|(?P<math>\$\$?)"
    r"|(?P<dash>---?)|(?P<quote>``|''|,,)|(?P<tie>~)|(?P<script>[\^_])",
    re.DOTALL,
)
_ONE_LETTER = re.compile(r"\s*(?:\\([ij])(?![A-Za-z])\s?|(\w))")
_ADDRESSES = frozenset({"url", "path", "nolinkurl"})
_IN_BRACES = re.compile(r"\s{0,5}\{([^{}]{0,2000})\}")
_MOST_NESTED = 20


def read_tex(tex: str, *, keeps_case: bool = True) -> str:
    """Return the text that `tex` stands for, with marks for its formatting.

    Braces protect capitals if `keeps_case`; those around a command do not.
    """
    if not re.search(r"[\\{}$~]|--|``|''", tex):
        return marks.without(tex)
    text = _Reader(marks.without(tex), keeps_case).read(0)
    return marks.balanced(unicodedata.normalize("NFC", text))


class _Reader:
    def __init__(self, tex: str, keeps_case: bool) -> None:
        self.tex = tex
        self.at = 0
        self.keeps_case = keeps_case
        self.in_math = False

    def read(self, depth: int) -> str:
        """Read up to the brace that closes the group in which the reader stands."""
        pieces: list[str] = []
        closings: list[str] = []
        while token := _TOKEN.search(self.tex, self.at):
            pieces.append(self.tex[self.at : token.start()])
            self.at = token.end()
            if token["close"]:
                if depth:
                    break
            elif token["open"]:
                pieces.append(self._group(depth))
            elif token["math"]:
                pieces.append(marks.KEPT[1 if self.in_math else 0])
                self.in_math = not self.in_math
            elif token["dash"]:
                pieces.append("—" if len(token["dash"]) == 3 else "–")
            elif token["quote"]:
                pieces.append({"``": "“", "''": "”", ",,": "„"}[token["quote"]])
            elif token["tie"]:
                pieces.append("\u00a0")
            elif token["script"]:
                kind = marks.SUPER if token[0] == "^" else marks.SUB
                pieces.append(
                    marks.wrapped(self._argument(depth), kind) if self.in_math else token[0]
                )
            elif token["name"] in _SWITCHES and not self.tex.startswith("{", self.at):
                opening, closing = _FORMATS[token["name"]]
                pieces.append(opening)
                closings.append(closing)
            else:
                pieces.append(self._command(token["name"] or token["sign"], token, depth))
        else:
            pieces.append(self.tex[self.at :])
            self.at = len(self.tex)
        return "".join([*pieces, *reversed(closings)])

    def _group(self, depth: int) -> str:
        """Read what stands in braces, the first of which was just read."""
        # `{\"u}` is a letter, and protects nothing.
        is_command = self.tex.startswith("\\", self.at)
        if depth > _MOST_NESTED:
            return ""
        inner = self.read(depth + 1)
        protects = self.keeps_case and not is_command and not depth and not self.in_math
        return marks.wrapped(inner, marks.KEPT) if protects else inner

    def _argument(self, depth: int) -> str:
        """Read the argument of a command: a group, or one character."""
        blank = re.compile(r"\s*").match(self.tex, self.at)
        at = blank.end() if blank else self.at
        if self.tex.startswith("{", at):
            self.at = at + 1
            return self.read(depth + 1) if depth <= _MOST_NESTED else ""
        if token := _TOKEN.match(self.tex, at):
            self.at = token.end()
            return self._command(token["name"] or token["sign"] or "", token, depth)
        self.at = min(at + 1, len(self.tex))
        return self.tex[at : self.at]

    def _command(self, name: str, token: re.Match[str], depth: int) -> str:
        if name in _ACCENTS and not (self.in_math and len(name) == 1 and name.isalpha()):
            return self._accented(name, token, depth)
        if token["sign"]:
            return {"\\": " ", " ": " ", "-": "\u00ad", "/": "", ",": "\u202f"}.get(name, name)
        if name in _GONE:
            self._argument(depth)
            return ""
        if marked := _FORMATS.get(name):
            return marks.wrapped(self._argument(depth), marked)
        if name in _ADDRESSES:
            return self._verbatim()
        if name in ("href", "textcolor"):
            self._argument(depth)
            return self._argument(depth)
        if name in _LETTERS:
            if self.tex.startswith("{}", self.at):
                self.at += 2
            return _LETTERS[name]
        if self.tex.startswith("{", self.at):
            return self._argument(depth)
        return ""

    def _verbatim(self) -> str:
        """Read an address in braces, in which no character means anything else."""
        found = _IN_BRACES.match(self.tex, self.at)
        if not found:
            return ""
        self.at = found.end()
        return re.sub(r"\\([#$%&_{}~])", r"\1", found[1])

    def _accented(self, name: str, token: re.Match[str], depth: int) -> str:
        if name.isalpha() and token[0][-1:].isalpha() and not self.tex.startswith("{", self.at):
            # `\u` alone, or the beginning of something else.
            return ""
        if self.tex.startswith("{", self.at):
            inner = self._argument(depth)
        elif letter := _ONE_LETTER.match(self.tex, self.at):
            self.at = letter.end()
            inner = letter[1] or letter[2]
        else:
            return "" if name.isalpha() else name
        if not inner:
            return "" if name.isalpha() else name
        at = next((i for i, c in enumerate(inner) if not marks.ANY.match(c)), 0)
        return f"{inner[: at + 1]}{_ACCENTS[name]}{inner[at + 1 :]}"
