"""Read styles in CSL, which are authors' input: XML without entities, and nothing from the web."""

from __future__ import annotations

from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import citeproc
from citeproc import model
from lxml import etree

from bookbuilder.citing import marks
from bookbuilder.citing.csl import dates, elements, names
from bookbuilder.citing.csl.item import State

NAMESPACE = "http://purl.org/net/xbiblio/csl"
LARGEST = 2_000_000
_MOST_MACROS = 60
_MOST_WORK = 200_000
_DEEPEST = 120
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class StyleError(Exception):
    """Say why a style cannot be used."""


class Formatter:
    """Mark formatting, in the place of citeproc-py's HTML."""

    @staticmethod
    def preformat(text: Any) -> str:
        return marks.without(str(text))

    Italic = Oblique = staticmethod(lambda text: marks.wrapped(str(text), marks.ITALIC))
    Bold = staticmethod(lambda text: marks.wrapped(str(text), marks.BOLD))
    Light = staticmethod(str)
    Underline = staticmethod(lambda text: marks.wrapped(str(text), marks.UNDERLINE))
    Superscript = staticmethod(lambda text: marks.wrapped(str(text), marks.SUPER))
    Subscript = staticmethod(lambda text: marks.wrapped(str(text), marks.SUB))
    SmallCaps = staticmethod(lambda text: marks.wrapped(str(text), marks.SMALL))


class Style(model.Style):
    def settle(self, language: str) -> None:
        """Find the locales for `language`, and make the style ready for rendering."""
        self.formatter = Formatter
        self.state = State()
        # A style may know its region better than a book does, but not its language.
        own = self.get("default-locale", "")
        is_same = own.split("-")[0] == language.split("-", maxsplit=1)[0] and "-" not in language
        self.language = own if is_same else language
        # Looked up by citeproc-py with XPath, each time that one is called.
        self.macros = {str(m.get("name")): m for m in self.findall("cs:macro", self.nsmap)}
        self.terms: dict[tuple[str, str, bool], str] = {}
        self.has_year_suffix = bool(self.xpath_search(".//cs:text[@variable='year-suffix']"))
        self.locales = [*self._own_locales(), *_located(self.language)]
        for locale in self.locales:
            locale.style = self

    def _own_locales(self) -> list[Any]:
        primary = self.language.split("-")[0]
        found: list[Any] = []
        for wanted in dict.fromkeys((self.language, primary, None)):
            found += [
                e for e in self.findall("cs:locale", self.nsmap) if e.get(_XML_LANG) == wanted
            ]
        return found


@cache
def _parser() -> Any:
    lookup = etree.ElementNamespaceClassLookup()
    classes: dict[str | None, Any] = {
        cls.__name__.replace("_", "-").lower(): cls
        for cls in model.CitationStylesElement.__subclasses__()
    }
    classes |= {
        None: model.CitationStylesElement, "style": Style, "text": elements.Text,
        "number": elements.Number, "label": elements.Label,
        "group": elements.Group, "substitute": elements.Substitute, "if": elements.If,
        "else-if": elements.ElseIf, "else": model.Else, "names": names.Names, "name": names.Name,
        "name-part": names.NamePart, "date": dates.Date, "date-part": dates.DatePart,
    }  # fmt: skip
    lookup.get_namespace(NAMESPACE).update(classes)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    parser.set_element_class_lookup(lookup)
    return parser


def _parse(data: bytes) -> Any:
    try:
        tree = etree.parse(BytesIO(data), _parser())
    except etree.XMLSyntaxError as error:
        raise StyleError(f"it is not XML: {str(error)[:150]}") from None
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        raise StyleError("it has a document type, which styles do not have")
    return tree.getroot()


def _located(language: str) -> list[Any]:
    """Return the locales of citeproc-py for `language`, and English, which has all terms."""
    primary = language.split("-", maxsplit=1)[0]
    wanted = [language] if language in citeproc.LANGUAGE_NAMES else []
    wanted += [citeproc.PRIMARY_DIALECTS[primary]] if primary in citeproc.PRIMARY_DIALECTS else []
    folder = resources.files("citeproc").joinpath("data", "locales")
    return [
        _parse(folder.joinpath(f"locales-{name}.xml").read_bytes())
        for name in dict.fromkeys([*wanted, "en-US"])
    ]


def parent_of(data: bytes) -> str:
    """Return the name of the style that a dependent one only names, or an empty string."""
    root = _parse(data)
    if root.tag != f"{{{NAMESPACE}}}style":
        raise StyleError("it is no style in CSL")
    if root.find("cs:citation", root.nsmap) is not None:
        return ""
    for link in root.iterfind(f"{{{NAMESPACE}}}info/{{{NAMESPACE}}}link"):
        if link.get("rel") == "independent-parent":
            return str(link.get("href", "")).rpartition("/")[2]
    return ""


def read_style(data: bytes, language: str) -> Style:
    """Return the style in `data`, ready to render in `language`; raise `StyleError` if it cannot.

    A style's macros may call each other, but none itself.
    """
    root = _parse(data)
    listing = root.find("cs:bibliography", root.nsmap)
    if listing is not None and listing.layout is None:
        raise StyleError("its bibliography has no layout")
    if not isinstance(root, Style) or root.citation is None or root.citation.layout is None:
        raise StyleError("it is no independent style in CSL")
    _check_macros(root)
    for holder in root.iter(f"{{{NAMESPACE}}}names"):
        if holder.name is None and not holder.xpath_search("ancestor::cs:names"):
            holder.insert(0, holder.makeelement(f"{{{NAMESPACE}}}name", {}))
    root.settle(language)
    return root


def _check_macros(root: Style) -> None:
    """Raise `StyleError` for macros that are missing, endless, or too much work for a program."""
    macros = {str(macro.get("name")): macro for macro in root.findall("cs:macro", root.nsmap)}
    sizes: dict[str, tuple[int, int]] = {}

    def size(name: str, above: tuple[str, ...]) -> tuple[int, int]:
        if name not in macros:
            raise StyleError(f"it has no macro `{name[:100]}`")
        if name in above or len(above) > _MOST_MACROS:
            raise StyleError(f"its macro `{name[:100]}` calls itself")
        if name not in sizes:
            sizes[name] = work(macros[name], (*above, name))
        return sizes[name]

    def work(element: Any, above: tuple[str, ...]) -> tuple[int, int]:
        """Return how many elements are rendered at most, and how deep; of a choice, one branch."""
        if (called := element.get("macro")) is not None:
            count, depth = size(str(called), above)
            return 1 + count, 1 + depth
        inside = [work(child, above) for child in element.iterchildren()]
        counts = [count for count, _ in inside]
        count = max(counts, default=0) if isinstance(element, model.Choose) else sum(counts)
        return 1 + count, 1 + max((depth for _, depth in inside), default=0)

    for part in (root.citation, root.bibliography):
        try:
            count, depth = work(part, ()) if part is not None else (0, 0)
        except RecursionError:
            count, depth = 0, _DEEPEST + 1
        if count > _MOST_WORK or depth > _DEEPEST:
            raise StyleError("its macros call each other too often")


def bundled() -> list[str]:
    """Return the names of the styles that come with bookbuilder."""
    folder = resources.files("bookbuilder.citing").joinpath("styles")
    return sorted(f.name.removesuffix(".csl") for f in folder.iterdir() if f.name.endswith(".csl"))


def bundled_style(name: str) -> bytes:
    folder = resources.files("bookbuilder.citing").joinpath("styles")
    return folder.joinpath(f"{Path(name).name}.csl").read_bytes()
