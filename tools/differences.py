"""Say in words what differs in two EPUBs or PDFs that are not the same byte for byte."""

from __future__ import annotations

import zipfile
from itertools import zip_longest
from pathlib import Path

import pikepdf
import pypdfium2

MOST_NAMED = 8
SCALE = 0.7


def compare_files(before: Path, now: Path) -> list[str]:
    """Return what differs in two files that are not the same."""
    try:
        if before.suffix == ".epub":
            return compare_zips(before, now)
        if before.suffix == ".pdf":
            return compare_pdfs(before, now)
    except (zipfile.BadZipFile, pypdfium2.PdfiumError, pikepdf.PdfError) as error:
        return [f"bytes differ, and cannot be read: {error}"]
    return ["bytes differ"]


def compare_zips(before: Path, now: Path) -> list[str]:
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(now) as new:
        names = old.namelist(), new.namelist()
        found = [f"{name} gone" for name in names[0] if name not in names[1]]
        found += [f"{name} new" for name in names[1] if name not in names[0]]
        common = [name for name in names[0] if name in names[1]]
        found += [f"{name} differs" for name in common if old.read(name) != new.read(name)]
    if not found and names[0] != names[1]:
        found = ["members in another order"]
    return shortened(found) or ["members are the same, how they are packed differs"]


def compare_pdfs(before: Path, now: Path) -> list[str]:
    """The first page that differs, and what is on it that does; else the objects that differ."""
    with pypdfium2.PdfDocument(before) as old, pypdfium2.PdfDocument(now) as new:
        counts = len(old), len(new)
        found = [] if counts[0] == counts[1] else ["{} pages before, {} now".format(*counts)]
        for index in range(min(counts)):
            if words := compare_pages(old[index], new[index]):
                return [*found, f"page {index + 1} is the first to differ: {words}"]
    if found:
        return [*found, f"the first {min(counts)} look the same"]
    return [f"all {counts[0]} pages look the same", *compare_objects(before, now)]


def compare_pages(old: pypdfium2.PdfPage, new: pypdfium2.PdfPage) -> str:
    if old.get_size() != new.get_size():
        return f"its size is {old.get_size()} before, {new.get_size()} now"
    one, other = (page.get_textpage().get_text_range() for page in (old, new))
    if one != other:
        lines = zip_longest(one.splitlines(), other.splitlines(), fillvalue="")
        pair = next((pair for pair in lines if pair[0] != pair[1]), ("", ""))
        return "“{}” before, “{}” now".format(*pair)
    pictures = [page.render(scale=SCALE).to_pil().convert("L") for page in (old, new)]
    if pictures[0].tobytes() != pictures[1].tobytes():
        return "the same text, set or drawn differently"
    return ""


def compare_objects(before: Path, now: Path) -> list[str]:
    with pikepdf.open(before) as old, pikepdf.open(now) as new:
        pairs = list(zip_longest(old.objects, new.objects))
        found = []
        for number, (one, other) in enumerate(pairs, 1):
            if one is None or other is None:
                found.append(f"object {number} is {'new' if one is None else 'gone'}")
            elif words := compare_one_object(one, other):
                found.append(f"object {number}{words}")
    return shortened(found) or ["objects are the same, how they are written differs"]


def compare_one_object(old: pikepdf.Object, new: pikepdf.Object) -> str:
    """Return what differs, to go after the object's number; nothing if they are the same."""
    kinds = [isinstance(each, pikepdf.Dictionary | pikepdf.Stream) for each in (old, new)]
    if not all(kinds):
        return "" if old.unparse() == new.unparse() else " differs"
    keys = sorted({*old.keys(), *new.keys()})
    shown = [[repr_of(each.get(key)) for key in keys] for each in (old, new)]
    named = [key for key, one, other in zip(keys, *shown, strict=True) if one != other]
    if isinstance(old, pikepdf.Stream) and isinstance(new, pikepdf.Stream):
        named += [] if old.read_bytes() == new.read_bytes() else ["content"]
    kind = old.get("/Type")
    of = "" if kind is None else f" ({kind})"
    return f"{of} differs in {', '.join(named)}" if named else ""


def repr_of(value: object) -> bytes | str:
    return value.unparse() if isinstance(value, pikepdf.Object) else repr(value)


def shortened(found: list[str]) -> list[str]:
    more = len(found) - MOST_NAMED
    return [*found[:MOST_NAMED], f"and {more} more"] if more > 0 else found
