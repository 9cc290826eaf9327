"""Contact sheets of a PDF's spreads, to be looked at.

    python tools/proofs.py FILE.pdf FOLDER [--spreads 6]

Writes FOLDER/FILE-01.png and so on: pages two by two as they lie open, rectos on the right.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

GAP = 24
DESK = "#8a8a8a"
SPREADS_IN_A_ROW = 2


def spreads(pages: int) -> list[tuple[int | None, int | None]]:
    """Page indices, left and right: the first page lies alone on the right."""
    sides = [None, *range(pages), None]
    return [(sides[i], sides[i + 1]) for i in range(0, len(sides) - 1, 2)]


def spread_picture(
    pdf: pypdfium2.PdfDocument, pair: tuple[int | None, int | None], scale: float
) -> Image.Image:
    pages = [pdf[i].render(scale=scale).to_pil() if i is not None else None for i in pair]
    width, height = next(page.size for page in pages if page is not None)
    picture = Image.new("RGB", (2 * width + 1, height), DESK)
    for side, page in enumerate(pages):
        if page is not None:
            picture.paste(page, (side * (width + 1), 0))
    ImageDraw.Draw(picture).line([(width, 0), (width, height)], "#bbbbbb")
    return picture


def sheet(pictures: list[Image.Image]) -> Image.Image:
    width, height = pictures[0].size
    rows = -(-len(pictures) // SPREADS_IN_A_ROW)
    made = Image.new(
        "RGB",
        (SPREADS_IN_A_ROW * (width + GAP) + GAP, rows * (height + GAP) + GAP),
        DESK,
    )
    for number, picture in enumerate(pictures):
        row, column = divmod(number, SPREADS_IN_A_ROW)
        made.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spreads", type=int, default=6, help="spreads on a sheet")
    parser.add_argument("--scale", type=float, default=1.2, help="pixels for a point")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with pypdfium2.PdfDocument(arguments.file) as pdf:
        pairs = spreads(len(pdf))
        for number, start in enumerate(range(0, len(pairs), arguments.spreads), 1):
            chosen = pairs[start : start + arguments.spreads]
            pictures = [spread_picture(pdf, pair, arguments.scale) for pair in chosen]
            path = arguments.folder / f"{arguments.file.stem}-{number:02}.png"
            sheet(pictures).save(path, optimize=True)
            print(path)


if __name__ == "__main__":
    main()
