"""Pictures as the EPUB carries them, against Pillow's reading of what was written."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bookbuilder import Report, write
from books import load_files
from epub_books import Package

TOML = '[book]\ntitle = "T"\nauthors = "A"\nlanguage = "en"\n'


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 80).convert("RGB")


def written(
    folder: Path, name: str, data: bytes, size: int | None = None
) -> tuple[str, bytes, str]:
    """Return name and bytes of a book's only picture, and what was reported of it."""
    book, _ = load_files(folder, {"book.toml": TOML, "a.md": f"# A\n\n![x]({name})\n", name: data})
    if size is not None:
        config = book.config
        book = replace(book, config=replace(config, epub=replace(config.epub, picture_size=size)))
    output = write(book, folder / "t.epub", Report())
    package = Package(folder / "t.epub")
    (source,) = package.find("a.xhtml", "//x:img/@src")
    return source, package.files[f"EPUB/{source}"], "; ".join(output.changes)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.slow
def test_large_pictures_are_shrunk_and_it_is_said(tmp_path: Path) -> None:
    data = encoded(noise(2000, 1000), "JPEG", quality=95)
    name, now, said = written(tmp_path, "wide.jpg", data)
    assert (name, opened(now).size) == ("images/wide.jpg", (1600, 800))
    assert len(now) < len(data)
    assert said.startswith("images/wide.jpg: shrunk to 1600 × 800 pixels; ")


@pytest.mark.slow
@pytest.mark.parametrize(("size", "expected"), [(500, (500, 250)), (0, (2000, 1000))])
def test_the_size_is_the_authors_choice(
    size: int, expected: tuple[int, int], tmp_path: Path
) -> None:
    data = encoded(noise(2000, 1000), "JPEG", quality=95)
    assert opened(written(tmp_path, "wide.jpg", data, size)[1]).size == expected


def test_a_picture_is_shrunk_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(noise(500, 400), "PNG")
    first = written(tmp_path, "once.png", data, 200)
    assert opened(first[1]).size == (200, 160)

    def again(*_: object, **__: object) -> Image.Image:
        raise AssertionError("the picture is shrunk again")

    monkeypatch.setattr(Image.Image, "resize", again)
    assert written(tmp_path, "once.png", data, 200) == first
    with pytest.raises(AssertionError, match="shrunk again"):
        written(tmp_path, "once.png", data, 100)


def test_a_picture_of_the_right_size_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encoded(noise(50, 40), "PNG")
    files: dict[str, str | bytes] = {
        "book.toml": TOML,
        "a.md": "# A\n\n![x](x.png)\n",
        "x.png": data,
    }
    book, _ = load_files(tmp_path, files)

    def unpacked(*_: object) -> None:
        raise AssertionError("the picture is unpacked")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", unpacked)
    write(book, tmp_path / "t.epub", Report())
    assert Package(tmp_path / "t.epub").files["EPUB/images/x.png"] == data


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_png_is_turned_wherever_it_says_so(place: str, tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("black", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(image, "PNG", exif=exif)
    if place == "after":
        start = data.index(b"eXIf") - 4
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        last = data.index(b"IEND") - 4
        data = data[:start] + data[end:last] + data[start:end] + data[last:]
    _, now, said = written(tmp_path, "turned.png", data)
    assert opened(now).size == (40, 60)
    assert opened(now).getpixel((20, 10)) == (0, 0, 0)
    assert "turned upright" in said


def test_a_picture_that_would_grow_stays_as_it_is(tmp_path: Path) -> None:
    stripes = Image.new("1", (4000, 40))
    stripes.paste(1, (0, 0, 4000, 20))
    data = encoded(stripes, "PNG", optimize=True)
    photograph = encoded(noise(900, 900), "JPEG", quality=30)
    assert written(tmp_path, "small.jpg", photograph)[1:] == (photograph, "")
    _, now, _ = written(tmp_path, "stripes.png", data)
    assert len(now) <= len(data)


def test_orientation_is_baked_in(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    _, now, said = written(tmp_path, "turned.jpg", encoded(image, "JPEG", exif=exif))
    shown = opened(now)
    assert shown.size == (20, 40)
    assert shown.getexif().get(0x0112, 1) == 1
    red = shown.convert("RGB").getpixel((10, 5))
    assert isinstance(red, tuple)
    assert red[0] - red[1] > 150
    assert "turned upright" in said


def test_webp_becomes_what_every_reader_shows(tmp_path: Path) -> None:
    name, now, said = written(tmp_path, "photo.webp", encoded(noise(60, 40), "WEBP"))
    assert (name, opened(now).format) == ("images/photo.jpg", "JPEG")
    assert "WebP" in said
    clear = Image.new("RGBA", (60, 40), (255, 0, 0, 0))
    name, now, _ = written(tmp_path, "clear.webp", encoded(clear, "WEBP", lossless=True))
    assert (name, opened(now).format) == ("images/clear.png", "PNG")
    assert opened(now).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_a_moving_webp_stands_still_and_a_gif_moves(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    options = {"save_all": True, "append_images": frames[1:], "duration": 100}
    _, now, said = written(tmp_path, "moving.webp", encoded(frames[0], "WEBP", **options))
    assert not getattr(opened(now), "is_animated", False)
    assert "reduced to its first picture" in said
    data = encoded(frames[0], "GIF", **options)
    assert written(tmp_path, "moving.gif", data) == ("images/moving.gif", data, "")
    assert Package(tmp_path / "t.epub").meta("schema:accessibilityHazard") == ["unknown"]


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    deep = Image.new("I;16", (30, 20), 65535)
    deep.paste(0, (0, 0, 15, 20))
    _, now, said = written(tmp_path, "deep.png", encoded(deep, "PNG"))
    shown = opened(now)
    assert shown.mode == "L"
    assert [shown.getpixel((x, 10)) for x in (5, 25)] == [0, 255]
    assert "16 bits" in said


def deep_png(width: int, height: int, samples: bytes) -> bytes:
    """Make a PNG of 16 bits in colour, which Pillow reads and does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + samples * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_sixteen_bits_in_colour_become_eight(tmp_path: Path) -> None:
    data = deep_png(30, 20, struct.pack(">HHH", 65535, 32768, 0))
    _, now, said = written(tmp_path, "deep.png", data)
    assert now[24] == 8
    assert opened(now).getpixel((3, 3)) == (255, 128, 0)
    assert said == "images/deep.png: brought from 16 bits"


def test_a_compressed_drawing_is_unpacked(tmp_path: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9"/></svg>'
    name, now, said = written(tmp_path, "plan.svgz", gzip.compress(svg))
    assert name == "images/plan.svg"
    assert b"<rect" in now
    assert said == "images/plan.svg: unpacked"


def test_a_palette_keeps_its_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (40, 20), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 20, 20))
    data = encoded(image, "PNG", transparency=0)
    assert written(tmp_path, "sign.png", data)[1] == data
    shown = opened(written(tmp_path, "sign.png", data, 10)[1]).convert("RGBA")
    assert [shown.getpixel((x, 2))[3] for x in (0, 9)] == [0, 255]  # type: ignore[index]


def test_more_pixels_than_apple_takes_are_shrunk_even_if_bytes_grow(tmp_path: Path) -> None:
    stripes = Image.new("1", (3000, 2000))
    stripes.paste(1, (0, 0, 3000, 1000))
    _, now, _ = written(tmp_path, "wide.png", encoded(stripes, "PNG", optimize=True))
    assert opened(now).size == (1600, 1067)


@pytest.mark.slow
def test_a_gif_of_a_thousand_pictures_moves_on(tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 4), n % 256) for n in range(1000)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)
    assert written(tmp_path, "film.gif", data)[1] == data


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    data = encoded(Image.new("CMYK", (30, 20), (0, 255, 255, 0)), "JPEG")
    _, now, said = written(tmp_path, "print.jpg", data)
    assert opened(now).mode == "RGB"
    assert said == "images/print.jpg: brought from CMYK"


def test_two_pictures_that_get_one_name_stay_two(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "book.toml": TOML,
        "a.md": "# A\n\n![x](one/p.webp)\n\n![y](two/p.jpg)\n",
        "one/p.webp": encoded(noise(20, 20), "WEBP"),
        "two/p.jpg": encoded(noise(30, 30), "JPEG"),
    }
    book, _ = load_files(tmp_path, files)
    write(book, tmp_path / "t.epub", Report())
    package = Package(tmp_path / "t.epub")
    names = package.find("a.xhtml", "//x:img/@src")
    assert len(set(names)) == 2
    assert [opened(package.files[f"EPUB/{n}"]).size for n in names] == [(20, 20), (30, 30)]
