"""Write MathML as a line of plain text, for titles: `x²`, `a/b`, `√(1 + x)`."""

from __future__ import annotations

from bs4 import Tag

_RAISED = dict(zip("0123456789+−-=()ni′″‴*∗⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ′″‴**ᵀ", strict=True))
_LOWERED = dict(
    zip("0123456789+−-=()aeijkmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑᵢⱼₖₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_SPACED = frozenset("=<>≤≥≠≈∼≡∈∉⊂⊆∪∩→←↔⇒⇔⟹⟺↦+−±×⋅")
_DEEPEST = 40
_WIDE = 0.2


def formula_text(math: Tag) -> str:
    """Return the text of a formula on one line."""
    return " ".join(_text(math, 0).split())


def _text(tag: Tag, depth: int) -> str:
    name = tag.name
    children = [child for child in tag.contents if isinstance(child, Tag)]
    if not children:
        return _token(tag)
    if depth > _DEEPEST:
        return tag.get_text()
    said = [_text(child, depth + 1) for child in children if child.name != "annotation"]
    if name == "mfrac" and len(said) == 2:
        line = "" if tag.get("linethickness") in ("0", "0em") else "/"
        return f"{_grouped(said[0])}{line or ' '}{_grouped(said[1])}"
    if name == "msqrt":
        return f"√{_grouped(''.join(said))}"
    if name == "mroot" and len(said) == 2:
        return f"{_scripted(said[1], _RAISED, '')}√{_grouped(said[0])}"
    if name in ("msub", "munder") and len(said) == 2:
        is_accent = tag.get("accentunder") == "true"
        return said[0] + ("" if is_accent else _scripted(said[1], _LOWERED, "_"))
    if name in ("msup", "mover") and len(said) == 2:
        return said[0] + ("" if tag.get("accent") == "true" else _scripted(said[1], _RAISED, "^"))
    if name in ("msubsup", "munderover") and len(said) == 3:
        return said[0] + _scripted(said[1], _LOWERED, "_") + _scripted(said[2], _RAISED, "^")
    if name == "mtable":
        return "; ".join(said)
    return (", " if name == "mtr" else "").join(said)


def _token(tag: Tag) -> str:
    if tag.name == "mspace":
        width = str(tag.get("width", "0")).removesuffix("em")
        is_wide = width.replace(".", "", 1).isdigit() and float(width) > _WIDE
        return " " if is_wide else ""
    text = tag.get_text()
    if tag.name == "mo" and text in _SPACED and tag.get("lspace") != "0em":
        return f" {text} "
    return f"{text} " if tag.name == "mi" and len(text) > 1 else text


def _grouped(text: str) -> str:
    text = text.strip()
    return text if text.isalnum() or len(text) == 1 else f"({text})"


def _scripted(text: str, signs: dict[str, str], mark: str) -> str:
    plain = text.replace(" ", "")
    if plain and all(char in signs for char in plain):
        return "".join(signs[char] for char in plain)
    return f"{mark}{_grouped(text)}"
