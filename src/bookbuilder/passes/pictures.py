"""Convert pictures into formats that writers know."""

from __future__ import annotations

import io
import re
import warnings
import zlib
from typing import TYPE_CHECKING

from msgspec import Struct

from bookbuilder.passes.cleaning.svg import sanitize_svg
from bookbuilder.runtime.made_pictures import MadePictures
from bookbuilder.runtime.text_files import LFS_POINTER

if TYPE_CHECKING:
    from PIL import Image

LARGEST_IMAGE = 50_000_000
MOST_PIXELS = 60_000_000
LARGEST_PROFILE = 4_000_000
_DRAWING = "image/svg+xml"
# Not all formats that Pillow reads: for EPS it would run Ghostscript.
PICTURE_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "DIB", "TIFF", "ICO", "PPM", "TGA")
EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    _DRAWING: ".svg",
}
# Formats of phones, printers and drawing programs: the files are fine, so name their format.
_NOT_READ = (
    (re.compile(rb"....ftyp(?:hei[cmsx]|hev[cx]|mif1|msf1)", re.DOTALL), "HEIC"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "JPEG 2000"),
    (re.compile(rb"\0\0\0\x0cJXL |\xff\x0a"), "JPEG XL"),
    (re.compile(rb"8BPS"), "Photoshop"),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"), "PostScript"),
)
# Of its last form, and of the file that a broken symbolic link becomes on Windows.
_ANNEX_POINTER = re.compile(rb"(?:\.\./){0,20}(?:\.git)?/annex/objects/[^\n]{1,500}\s*\Z")
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_PNG = b"\x89PNG\r\n\x1a\n"
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L")


def pointer_of(data: bytes) -> str:
    """Return the tool that left a pointer in a picture's place; empty if `data` is none."""
    if data.startswith(LFS_POINTER):
        return "Git LFS"
    return "git-annex" if _ANNEX_POINTER.match(data[:2_000]) else ""


def how_to_fetch(tool: str) -> str:
    """Return the hint for pointers of `tool`."""
    return f"fetch the pictures with `{'git lfs pull' if tool == 'Git LFS' else 'git annex get'}`"


class _Normal(Struct, frozen=True):
    """Hold what `normalise` makes of a picture; no `data` if it stays as it is."""

    media_type: str
    change: str
    data: bytes | None


def normalised(data: bytes, made: MadePictures) -> tuple[bytes, str, list[str], str]:
    """Return what `normalise` does, without its work if it was `made` for an earlier build.

    Drawings are cleaned each time: nothing that runs gets into a book, whoever wrote to the cache.
    """
    name = made.name_of(b"normalised", data)
    known = made.recall(name, _Normal)
    if known is not None and known.media_type in EXTENSIONS and known.media_type != _DRAWING:
        return data if known.data is None else known.data, known.media_type, [], known.change
    now, media_type, removed, change = normalise(data)
    if media_type != _DRAWING:
        made.keep(name, _Normal(media_type, change, None if now is data else now))
    return now, media_type, removed, change


def normalise(data: bytes) -> tuple[bytes, str, list[str], str]:
    """Return bytes, media type, what was removed and what was changed.

    Raise ValueError, in plain words, for anything but a picture.
    """
    if not data:
        raise ValueError("the file is empty")
    if tool := pointer_of(data):
        raise ValueError(f"it is a pointer of {tool}, and the picture itself was not fetched")
    drawing = _gunzipped(data)
    if _looks_like_svg(drawing):
        clean, removed = sanitize_svg(drawing)
        return clean, _DRAWING, removed, "" if drawing is data else "unpacked"
    if data.startswith(_PNG) and _count_profiles(data) > 1:
        # Each is unpacked, to up to a thousand times its size, whenever somebody opens the file.
        raise ValueError("it has more than one colour profile")
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"{image.width} × {image.height} pixels are too many")
                kind = Image.MIME.get(image.format or "", "")
                image.load()
                if kind in EXTENSIONS and image.mode != "CMYK" and not _is_deep(image, data):
                    return data, kind, [], ""
                return *_reencode(image), [], f"brought from {_kind_of(image, data)}"
    except ValueError as error:
        if "MAX_TEXT" in str(error):
            raise ValueError("its texts or its colour profile would unpack to too much") from None
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"more than {MOST_PIXELS // 10**6} million pixels are too many") from None
    except Exception as error:
        text = str(error) if isinstance(error, OSError) and "<_io" not in str(error) else ""
        raise ValueError(text or _unknown(data)) from None


def _count_profiles(png: bytes) -> int:
    """Count the colour profiles in a PNG, which may have one (section 11.3.2.3 of its standard)."""
    count, at = 0, len(_PNG)
    while at + 8 <= len(png):
        count += png[at + 4 : at + 8] == b"iCCP"
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    return count


def _unknown(data: bytes) -> str:
    if _WEB_PAGE.match(data):
        return "it is a web page, saved under a picture's name"
    kind = next((kind for sign, kind in _NOT_READ if sign.match(data)), "")
    return f"it is {kind}, which e-readers cannot show" if kind else "the format is unknown"


def _gunzipped(data: bytes) -> bytes:
    """Unpack a compressed drawing (SVGZ); return anything else unchanged."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, LARGEST_IMAGE)
    except zlib.error:
        return data
    if unpacker.unconsumed_tail:
        raise ValueError(f"it would unpack to more than {LARGEST_IMAGE // 10**6} MB")
    return unpacked


def _kind_of(image: Image.Image, data: bytes) -> str:
    if _is_deep(image, data):
        return "16 bits"
    return "CMYK" if image.mode == "CMYK" else image.format or "another format"


def _is_deep(image: Image.Image, data: bytes) -> bool:
    """Return whether a channel has more than 8 bits; Pillow reads colour PNGs at 8 regardless."""
    return image.mode in _DEEP or (image.format == "PNG" and data[24:25] == b"\x10")


def _reencode(image: Image.Image) -> tuple[bytes, str]:
    """Save the first frame, upright, at 8 bits: as JPEG if it is a photograph, else as PNG."""
    from PIL import ImageOps

    out = io.BytesIO()
    is_photograph = image.mode == "CMYK" or image.format == "AVIF"
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    upright = ImageOps.exif_transpose(image)
    if is_photograph and not has_alpha:
        _to_rgb(upright).save(out, "JPEG", quality=90)
        return out.getvalue(), "image/jpeg"
    if upright.mode in _DEEP:
        upright = _to_8_bits(upright)
    elif upright.mode != "LA":
        upright = upright.convert("RGBA" if has_alpha else "RGB")
    # A colour profile is valid only for the original mode.
    profile = image.info.get("icc_profile") if upright.mode == image.mode else None
    upright.save(out, "PNG", optimize=True, icc_profile=profile)
    return out.getvalue(), "image/png"


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert a picture to sRGB, by its own colour profile where it has one that can be read.

    Inks are not the opposites of lights: computed so, a printer's green would glow.
    """
    from PIL import ImageCms

    profile = image.info.get("icc_profile", b"")
    if image.mode == "CMYK" and 0 < len(profile) <= LARGEST_PROFILE:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _to_8_bits(image: Image.Image) -> Image.Image:
    grey = image.convert("F")
    scale = 255 / 65535 if max(map(float, grey.getextrema())) > 255 else 1.0  # type: ignore[arg-type]
    return grey.point(lambda value: value * scale + 0).convert("L")


def _looks_like_svg(data: bytes) -> bool:
    head = data[:4096].lstrip()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    return head.lstrip(b"\xef\xbb\xbf").startswith(b"<") and b"<svg" in head.lower()
