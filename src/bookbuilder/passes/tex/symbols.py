"""Look up the signs that commands of TeX stand for, and how each takes part in a formula."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

ORD, OP, BIN, REL, OPEN, CLOSE, PUNCT, INNER = (
    "ord",
    "op",
    "bin",
    "rel",
    "open",
    "close",
    "punct",
    "inner",
)
"""The classes of atoms (The TeXbook, chapter 17)."""

_CLASSES = {"R": REL, "B": BIN, "L": OP, "O": OPEN, "C": CLOSE, "P": PUNCT, "V": BIN}
# Where the table has another sign than LaTeX with amsmath and amssymb, or none.
_OWN = {
    "And": "&",
    "Bar": "‖",
    "Box": "□",
    "Diamond": "◊",
    "Doteq": "≑",
    "Join": "⋈",
    "P": "¶",
    "S": "§",
    "Vert": "‖",
    "|": "‖",
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "ast": "∗",
    "backslash": "\\",
    "bigcirc": "◯",
    "bigtriangledown": "▽",
    "bigtriangleup": "△",
    "blacksquare": "■",
    "cdot": "⋅",
    "centerdot": "⋅",
    "copyright": "©",
    "degree": "°",
    "dag": "†",
    "ddag": "‡",
    "dashleftarrow": "⇠",
    "dashrightarrow": "⇢",
    "dots": "…",
    "dotsb": "⋯",
    "dotsc": "…",
    "dotsi": "⋯",
    "dotsm": "⋯",
    "dotso": "…",
    "doublecap": "⋒",
    "doublecup": "⋓",
    "emptyset": "∅",
    "epsilon": "ϵ",
    "gggtr": "⋙",
    "gvertneqq": "≩",
    "iff": "⟺",
    "impliedby": "⟸",
    "implies": "⟹",
    "int": "∫",
    "intop": "∫",
    "lbrace": "{",
    "ldotp": ".",
    "leadsto": "⇝",
    "llless": "⋘",
    "lozenge": "◊",
    "lVert": "‖",
    "lvert": "|",
    "lvertneqq": "≨",
    "mathellipsis": "…",
    "models": "⊨",
    "o": "ø",
    "O": "Ø",
    "oe": "œ",
    "OE": "Œ",
    "omicron": "ο",
    "owns": "∋",
    "parallel": "∥",
    "perp": "⟂",
    "phi": "ϕ",
    "qed": "□",
    "qedsymbol": "□",
    "rbrace": "}",
    "rVert": "‖",
    "rvert": "|",
    "setminus": "∖",
    "shortmid": "∣",
    "shortparallel": "∥",
    "sim": "∼",
    "smallfrown": "⌢",
    "smallint": "∫",
    "smallsetminus": "∖",
    "smallsmile": "⌣",
    "square": "□",
    "ss": "ß",
    "thickapprox": "≈",
    "thicksim": "∼",
    "triangle": "△",
    "varpropto": "∝",
    "varsubsetneq": "⊊",
    "varsubsetneqq": "⫋",
    "varsupsetneq": "⊋",
    "varsupsetneqq": "⫌",
    "nsubseteqq": "⫅̸",
    "nsupseteqq": "⫆̸",
    "ngeqslant": "⩾̸",
    "nleqslant": "⩽̸",
    "ngeqq": "≧̸",
    "nleqq": "≦̸",
    "nshortmid": "∤",
    "nshortparallel": "∦",
    "npreceq": "⪯̸",
    "nsucceq": "⪰̸",
    "vcentcolon": ":",
    "vdots": "⋮",
    "coloneq": "≔",
    "eqqcolon": "≕",
    "dblcolon": "∷",
    "R": "ℝ",
    "N": "ℕ",
    "Z": "ℤ",
    "C": "ℂ",
    "Q": "ℚ",
    "lt": "<",
    "gt": ">",
    "euro": "€",
    "pounds": "£",
    "textdegree": "°",
    "textregistered": "®",
    "texttrademark": "™",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textunderscore": "_",
    "textendash": "–",
    "textemdash": "—",
    "textquoteright": "’",
    "textquoteleft": "‘",
    "ellipsis": "…",
    "hdots": "…",
    "infin": "∞",
    "exist": "∃",
    "alef": "ℵ",
    "isin": "∈",
    "empty": "∅",
    "real": "ℜ",
    "image": "ℑ",
    "lang": "⟨",
    "rang": "⟩",
    "larr": "←",
    "rarr": "→",
    "harr": "↔",
    "uarr": "↑",
    "darr": "↓",
    "lArr": "⇐",
    "rArr": "⇒",
    "hArr": "⇔",
    "sub": "⊂",
    "sube": "⊆",
    "supe": "⊇",
    "plusmn": "±",
    "bull": "•",
    "clubs": "♣",
    "hearts": "♡",
    "spades": "♠",
    "diamonds": "♢",
    "varGamma": "𝛤",
    "varDelta": "𝛥",
    "varTheta": "𝛩",
    "varLambda": "𝛬",
    "varXi": "𝛯",
    "varPi": "𝛱",
    "varSigma": "𝛴",
    "varUpsilon": "𝛶",
    "varPhi": "𝛷",
    "varPsi": "𝛹",
    "varOmega": "𝛺",
}
# Where the class of the sign is not that of the command.
_CLASS_OF_COMMAND = {
    **dict.fromkeys(("lvert", "lVert", "lgroup", "lmoustache", "lbrace", "lbrack", "{"), OPEN),
    **dict.fromkeys(("rvert", "rVert", "rgroup", "rmoustache", "rbrace", "rbrack", "}"), CLOSE),
    **dict.fromkeys(("lang", "llcorner", "ulcorner"), OPEN),
    **dict.fromkeys(("rang", "lrcorner", "urcorner"), CLOSE),
    **dict.fromkeys(("vcentcolon", "lt", "gt", "bowtie", "Join", "restriction"), REL),
    **dict.fromkeys(("cdots", "dotsb", "dotsi", "dotsm", "ldots", "dots", "dotsc", "dotso"), INNER),
    **dict.fromkeys(("ddots", "mathellipsis", "hdots", "ellipsis"), INNER),
    **dict.fromkeys(("bigtriangleup", "bigtriangledown", "bigcirc", "intercal", "And"), BIN),
    **dict.fromkeys(("square", "Box", "triangle", "lozenge", "Diamond", "surd", "backslash"), ORD),
    **dict.fromkeys(("|", "Vert", "vert", "Bar", "angle", "measuredangle", "top", "bot"), ORD),
    **dict.fromkeys(("S", "P", "dag", "ddag", "copyright", "checkmark", "blacksquare"), ORD),
    **dict.fromkeys(("therefore", "because", "ldotp", "colon"), PUNCT),
    **dict.fromkeys(("uparrow", "downarrow", "updownarrow", "Uparrow", "Downarrow"), REL),
    "therefore": REL,
    "because": REL,
    "smallint": OP,
}
_CLASS_OF_CHAR = {
    **dict.fromkeys("+*±∓×÷⋅∗∖∩∪∧∨⊕⊗⊙∘•−⊖⊘†‡≀⊓⊔⊎⋆⋄", BIN),
    **dict.fromkeys("=<>:≤≥≠≈≡∼∝∈∉∋⊂⊃⊆⊇→←↔⇒⇐⇔↦∣∥⊥⊢⊣⊨≪≫≃≅⟂⟶⟵⟹⟺", REL),
    **dict.fromkeys("([⟨⌈⌊", OPEN),
    **dict.fromkeys(")]⟩⌉⌋!?", CLOSE),
    **dict.fromkeys(",;", PUNCT),
    **dict.fromkeys("∑∏∐⋃⋂⨁⨂∫∬∭∮", OP),
    **dict.fromkeys("|‖/.∞∅∀∃¬∂∇ℓℏ°′″…⋯", ORD),
}
INTEGRALS = frozenset("∫∬∭⨌∮∯∰∱∲∳⨍⨏⨑⨖")


@cache
def _table() -> tuple[dict[str, str], dict[str, str]]:
    """Return the signs of commands, and the classes of signs, as latex2mathml's table has them."""
    from latex2mathml.symbols_parser import SYMBOLS

    signs = {name[1:]: chr(int(code, 16)) for name, code in SYMBOLS.items() if name[0] == "\\"}
    text = resources.files("latex2mathml").joinpath("unimathsymbols.txt").read_text("utf-8")
    classes: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.split("^")
        if line.startswith("#") or len(parts) < 6:
            continue
        kind = _CLASSES.get(parts[4].strip())
        if kind and parts[5].strip() != "mathord":
            classes.setdefault(chr(int(parts[0], 16)), kind)
    return signs, classes


def sign_of(command: str) -> tuple[str, str] | None:
    """Return the sign that a command stands for, and its class; None if it is not known."""
    sign = _OWN.get(command) or _table()[0].get(command)
    if not sign or unicodedata.category(sign[0]) in ("Zs", "Cf", "Mn", "Cc"):
        return None
    return sign, _CLASS_OF_COMMAND.get(command) or class_of(sign[0])


def class_of(char: str) -> str:
    """Return the class of a sign as it stands in a formula."""
    return _CLASS_OF_CHAR.get(char) or _table()[1].get(char, ORD)


def known_commands() -> frozenset[str]:
    """Return the names of all commands that stand for a sign."""
    names = set(_OWN) | set(_table()[0])
    return frozenset(n for n in names if n.isalpha() and sign_of(n))
