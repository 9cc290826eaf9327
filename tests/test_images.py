"""Pictures: found, checked, converted where readers need it, and never fetched."""

from __future__ import annotations

import ast
import base64
import gzip
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from bookbuilder.passes.pictures import PICTURE_FORMATS
from bookbuilder.runtime.cache import Cache
from books import errors_of, load_files, rules_of


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def test_one_file_is_one_asset_however_often_it_is_shown(tmp_path: Path) -> None:
    text = "# One\n\n![a](p.png)\n\n![b](./p.png)\n"
    book, report = load_files(tmp_path, {"one.md": text, "p.png": picture()})
    assert list(book.assets) == ["images/p.png"]
    images = next(book.chapters).tree.find_all("img")
    assert [i["src"] for i in images] == ["images/p.png", "images/p.png"]
    assert not rules_of(report)


def test_the_media_type_comes_from_the_bytes(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, {"one.md": "# One\n\n![a](p.png)\n", "p.png": picture("JPEG")})
    asset = book.assets["images/p.jpg"]
    assert asset.media_type == "image/jpeg"


def test_a_picture_is_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# One\n\n![a](a.bmp)\n\n![b](p.png)\n"
    files: dict[str, str | bytes] = {"one.md": text, "a.bmp": picture("BMP"), "p.png": picture()}
    before, _ = load_files(tmp_path, files)

    def checked(data: bytes) -> None:
        raise AssertionError("the picture is checked again")

    monkeypatch.setattr("bookbuilder.passes.pictures.normalise", checked)
    after, _ = load_files(tmp_path, files)
    assert after.assets == before.assets
    with pytest.raises(AssertionError, match="checked again"):
        load_files(tmp_path, {**files, "p.png": picture(size=(51, 37))})


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO"])
def test_formats_that_readers_do_not_know_become_png(kind: str, tmp_path: Path) -> None:
    data = picture(kind, size=(16, 16))
    book, _ = load_files(tmp_path, {"one.md": "# One\n\n![a](p.x)\n", "p.x": data})
    assert Image.open(io.BytesIO(book.assets["images/p.png"].data)).format == "PNG"


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    data = picture("JPEG", "CMYK")
    book, _ = load_files(tmp_path, {"one.md": "# One\n\n![a](p.jpg)\n", "p.jpg": data})
    assert Image.open(io.BytesIO(book.assets["images/p.jpg"].data)).mode == "RGB"


def cmyk_profile() -> bytes:
    """Return a colour profile in which full cyan is a light grey."""

    def padded(data: bytes) -> bytes:
        return data + b"\0" * (-len(data) % 4)

    white = struct.pack(">3i", 63190, 65536, 54061)
    inks = [(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    grid = b"".join(bytes((0 if k else 255 - 60 * (c + m + y), 128, 128)) for c, m, y, k in inks)
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    straight = bytes(range(256))
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Test\0" + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": b"XYZ \0\0\0\0" + white,
        b"A2B0": b"mft1\0\0\0\0\4\3\2\0" + matrix + straight * 4 + grid + straight * 3,
    }
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(padded(data)))
        body += padded(data)
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + white
    return head + b"\0" * 48 + table + body


@pytest.mark.parametrize(
    ("profile", "colour"),
    [(cmyk_profile(), (189, 189, 189)), (None, (0, 255, 255)), (b"x" * 200, (0, 255, 255))],
)
def test_cmyk_is_converted_by_its_profile(
    profile: bytes | None, colour: tuple[int, int, int], tmp_path: Path
) -> None:
    out = io.BytesIO()
    Image.new("CMYK", (30, 20), (255, 0, 0, 0)).save(out, "JPEG", icc_profile=profile)
    book, _ = load_files(tmp_path, {"one.md": "# One\n\n![a](p.jpg)\n", "p.jpg": out.getvalue()})
    shown = Image.open(io.BytesIO(book.assets["images/p.jpg"].data)).getpixel((9, 9))
    assert isinstance(shown, tuple)
    assert all(abs(a - b) < 4 for a, b in zip(shown, colour, strict=True))


def test_what_is_brought_from_another_format_stands_upright(tmp_path: Path) -> None:
    out = io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("CMYK", (30, 20)).save(out, "JPEG", exif=turned)
    book, _ = load_files(tmp_path, {"one.md": "# One\n\n![a](p.jpg)\n", "p.jpg": out.getvalue()})
    assert Image.open(io.BytesIO(book.assets["images/p.jpg"].data)).size == (20, 30)


def test_a_photograph_of_a_new_kind_does_not_grow_into_png(tmp_path: Path) -> None:
    book, _ = load_files(
        tmp_path, {"one.md": "# One\n\n![a](p.avif)\n", "p.avif": picture("AVIF", size=(32, 32))}
    )
    assert [a.media_type for a in book.assets.values()] == ["image/jpeg"]


@pytest.mark.parametrize("name", ["my picture.png", "a&b.png", "(1).png", "50%20off.png"])
def test_odd_file_names_are_found_and_packed_under_safe_ones(name: str, tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, {"one.md": f"# One\n\n![a](<{name}>)\n", name: picture()})
    (asset,) = book.assets
    assert asset.isascii()
    assert not set(asset) & set(" &()%")


def test_names_that_differ_only_in_case_stay_apart(tmp_path: Path) -> None:
    text = "# One\n\n![a](X.png)\n\n![b](x.png)\n"
    files: dict[str, str | bytes] = {"one.md": text, "X.png": picture()}
    files["x.png"] = picture(size=(51, 37))
    book, _ = load_files(tmp_path, files)
    assert len({name.casefold() for name in book.assets}) == 2


def test_a_picture_in_the_text_itself(tmp_path: Path) -> None:
    data = base64.b64encode(picture()).decode()
    book, _ = load_files(tmp_path, {"one.md": f"# One\n\n![a](data:image/png;base64,{data})\n"})
    assert list(book.assets) == ["images/inline.png"]


def test_a_missing_picture_is_reported_with_its_line_and_a_hint(tmp_path: Path) -> None:
    text = "# One\n\nText.\n\n![the plan](plna.png)\n"
    book, report = load_files(tmp_path, {"one.md": text, "plan.png": picture()})
    (found,) = [d for d in report if d.rule.name == "missing-image"]
    assert found.span is not None
    assert (found.span.file, found.span.line, found.span.column) == ("one.md", 5, 1)
    assert "`plan.png`" in found.hint
    assert "[the plan]" in next(book.chapters).tree.get_text()


@pytest.mark.parametrize(
    "data", [b"", b"hello", picture()[:40], b"\x89PNG\r\n\x1a\n" + b"\0" * 50], ids=range(4)
)
@pytest.mark.attack("numbers, circles and data formats")
def test_a_broken_picture_is_reported_and_left_out(data: bytes, tmp_path: Path) -> None:
    book, report = load_files(tmp_path, {"one.md": "# One\n\n![a](p.png)\n", "p.png": data})
    assert rules_of(report) == ["bad-image"]
    assert not book.assets
    assert not next(book.chapters).tree.find("img")


# Pillow asks Ghostscript to draw it.
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n"


def bomb() -> bytes:
    """Make a PNG of a few bytes that says it has 2,500 million pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + struct.pack(">I", zlib.crc32(head)) + b"\0\0\0\0IDAT"
    )


def with_profiles(count: int, size: int = 1000) -> bytes:
    """A PNG with `count` colour profiles, each of which unpacks to `size` bytes."""
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(size // 1_000_000))
    body = b"iCCPx\0\0" + packed + packer.compress(b"\0" * (size % 1_000_000)) + packer.flush()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    plain = picture()
    return plain[:33] + chunk * count + plain[33:]


def avif(width: int, height: int) -> bytes:
    """An AVIF that says it is of this size, and has 40 × 40 pixels."""
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(out, "AVIF")
    head, _, rest = out.getvalue().partition(struct.pack(">II", 40, 40))
    return head + struct.pack(">II", width, height) + rest


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\1", "Photoshop"),
        (EPS, "`p.x`"),
        (bomb(), "60 million pixels"),
        # Large ones are made when their turn comes: every process reads this list.
        (lambda: picture(size=(8000, 7600), mode="1"), "8000 × 7600"),
        (lambda: gzip.compress(b"<svg>" + b" " * 60_000_000), "50 MB"),
        (gzip.compress(b"<svg>")[:-12], "`p.x`"),
        (with_profiles(2), "more than one colour profile"),
        (with_profiles(1, 2_000_000), "its colour profile would unpack"),
        (avif(16_384, 16_384), "60 million pixels"),
        (avif(2**31 - 1, 2**31 - 1), "`p.x`"),
        (avif(40, 40)[:-9], "`p.x`"),
    ],
    ids=[
        *("heic", "jp2", "pdf", "psd", "eps", "bomb", "large", "gzip bomb", "cut gzip"),
        *("profiles", "profile bomb", "avif", "avif bomb", "cut avif"),
    ],
)
@pytest.mark.attack("numbers, circles and data formats")
def test_a_picture_of_no_use_is_named_for_what_it_is(
    data: bytes | Callable[[], bytes], says: str, tmp_path: Path
) -> None:
    data = data() if callable(data) else data
    book, report = load_files(tmp_path, {"one.md": "# One\n\n![a](p.x)\n", "p.x": data})
    (found,) = [d for d in report if d.rule.name == "bad-image"]
    assert says in found.message
    assert found.span is not None
    assert found.span.line == 3
    assert not book.assets


@pytest.mark.slow
@pytest.mark.attack("numbers, circles and data formats")
def test_pictures_are_opened_only_in_formats_that_run_no_other_program() -> None:
    assert {"EPS", "PDF", "WMF", "PSD"}.isdisjoint(PICTURE_FORMATS)
    opened = [
        ast.unparse(node)
        for path in (Path(__file__).parent.parent / "src/bookbuilder").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Image.open"
    ]
    assert len(opened) > 3
    assert [call for call in opened if "formats=PICTURE_FORMATS" not in call] == []


def test_a_picture_on_the_web_becomes_a_link(tmp_path: Path) -> None:
    text = "# One\n\n![logo](https://example.org/logo.png)\n"
    book, report = load_files(tmp_path, {"one.md": text})
    assert rules_of(report) == ["remote-image"]
    link = next(book.chapters).tree.find("a")
    assert link is not None
    assert link["href"] == "https://example.org/logo.png"


@pytest.mark.parametrize("src", ["../out.png", "%2e%2e/out.png", "file:///etc/passwd"])
@pytest.mark.attack("reading outside the book")
def test_nothing_outside_the_folder_is_read(src: str, tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(picture())
    files = {"one.md": f"# One\n\n![a]({src})\n"}
    assert errors_of(tmp_path / "book", files) == [("image-outside", "one.md:3:1")]


@pytest.mark.attack("reading outside the book")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(picture())
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "in.png").symlink_to(tmp_path / "out.png")
    files = {"one.md": "# One\n\n![a](in.png)\n"}
    assert errors_of(folder, files) == [("image-outside", "one.md:3:1")]


def test_missing_alt_text_is_reported_unless_the_picture_decorates(tmp_path: Path) -> None:
    text = '# One\n\n![](p.png)\n\n![](q.png){role="presentation"}\n'
    files: dict[str, str | bytes] = {"one.md": text, "p.png": picture()}
    files["q.png"] = picture(size=(9, 9))
    _, report = load_files(tmp_path, files)
    (found,) = [d for d in report if d.rule.name == "image-without-alt"]
    assert "p.png" in found.message


@pytest.mark.attack("CSS and active content")
def test_a_drawing_is_made_safe(tmp_path: Path) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        b'<script>alert(1)</script><rect width="9" height="9" onclick="x()"/></svg>'
    )
    book, report = load_files(tmp_path, {"one.md": "# One\n\n![a](p.svg)\n", "p.svg": svg})
    assert "active-svg" in rules_of(report)
    data = book.assets["images/p.svg"].data
    assert b"script" not in data
    assert b"onclick" not in data
    assert b"rect" in data


def test_a_drawing_from_the_cache_is_made_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="7"/>'
    unsafe = b'<svg xmlns="http://www.w3.org/2000/svg"><script>run()</script></svg>'
    for kind in ("image/svg+xml", "text/html"):
        record = msgspec.msgpack.encode({"media_type": kind, "change": "", "data": unsafe})
        with monkeypatch.context() as written:
            written.setattr(Cache, "get", lambda _cache, _name, record=record: record)
            book, _ = load_files(tmp_path, {"one.md": "# One\n\n![a](a.svg)\n", "a.svg": drawing})
        (asset,) = book.assets.values()
        assert b"run()" not in asset.data
        assert asset.media_type == "image/svg+xml"


def test_a_picture_by_another_name_is_said_to_be_one(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "gray").save(out, "PNG")
    files = {"one.md": "# One\n\n![a](a.jpg) ![b](B.png) ![c](b.png)\n"}
    book, report = load_files(
        tmp_path, files | {"a.jpg": out.getvalue(), "b.png": out.getvalue(), "B.png": b"GIF"}
    )
    assert "images/a.png" in book.assets
    assert rules_of(report).count("mislabelled-image") == 1
