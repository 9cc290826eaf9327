"""Set citations in a plain way where citeproc-py is not installed, so that they can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bookbuilder.citing import marks
from bookbuilder.citing.clusters import Cluster, Mode
from bookbuilder.citing.entries import OTHERS, Entry
from bookbuilder.citing.listed import Listed
from bookbuilder.citing.punctuation import settle


class PlainProcessor:
    """Set "(Knuth 1997, 33)", and a list of sources with authors, year, title and publisher."""

    uses_notes = False
    raises = False

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self.keys: list[str] = []
        self.failures: dict[str, str] = {}

    def process(self, clusters: Sequence[Cluster], also: Iterable[str] = ()) -> list[str]:
        keys = [cite.key for cluster in clusters for cite in cluster.cites]
        self.keys = sorted(dict.fromkeys([*keys, *also]), key=self._order)
        return [self._cluster(cluster) for cluster in clusters]

    def _order(self, key: str) -> tuple[str, str]:
        return _names(self.entries[key]).casefold(), _year(self.entries[key])

    def _cluster(self, cluster: Cluster) -> str:
        texts = []
        before = ""
        for nth, cite in enumerate(cluster.cites):
            entry = self.entries[cite.key]
            names, year = _names(entry), _year(entry)
            part = f", {cite.locator}" if cite.locator else ""
            if cite.mode is Mode.AUTHOR_ONLY:
                return _linked(cite.key, names)
            if cite.mode is Mode.IN_TEXT and not nth:
                before, shown = f"{_linked(cite.key, names)} ", year
            else:
                shown = year if cite.mode is not Mode.BRACKETS else f"{names} {year}"
            texts.append(f"{cite.prefix}{_linked(cite.key, shown + part)}{cite.suffix}")
        inner = "; ".join(texts)
        return f"{before}{inner}" if cluster.bare else f"{before}({inner})"

    def listed(self) -> list[Listed]:
        return [Listed(key, _line(self.entries[key])) for key in self.keys]


def _linked(key: str, text: str) -> str:
    return f"{marks.CITE}{key}{marks.CITE_TEXT}{text}{marks.END_CITE}"


def _names(entry: Entry) -> str:
    for role in ("author", "editor", "translator"):
        people = [p for p in entry.people(role) if p.family != OTHERS]
        if people:
            names = [p.literal or p.family or p.given for p in people]
            is_long = len(names) > 2 or len(people) < len(entry.people(role))
            return f"{names[0]} et al." if is_long else " & ".join(names)
    return entry.text("title") or entry.key


def _year(entry: Entry) -> str:
    when = entry.when("issued")
    if when is None or when.start is None:
        return when.literal if when else "n.d."
    return str(when.start.year)


def _line(entry: Entry) -> str:
    names = [
        p.literal or ", ".join(filter(None, (p.family, p.given)))
        for p in entry.people("author") or entry.people("editor")
        if p.family != OTHERS
    ]
    where = [marks.wrapped(entry.text("container-title"), marks.ITALIC)]
    where += [entry.text("volume"), entry.text("page").replace("-", "–"), entry.text("publisher")]
    doi = f"https://doi.org/{entry.text('DOI')}" if entry.text("DOI") else entry.text("URL")
    parts = ["; ".join(names), _year(entry), entry.text("title"), ", ".join(filter(None, where))]
    said = ". ".join(filter(None, parts))
    return settle(f"{said}." + (f" {doi}" if doi else ""), in_quotes=False)
