"""Bring pictures to a size and a format that every e-reader shows."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from bookbuilder.book import Asset, Book
from bookbuilder.passes.pictures import PICTURE_FORMATS
from bookbuilder.runtime.made_pictures import MadePictures, made_pictures

if TYPE_CHECKING:
    from PIL import Image

# Kindle's own limit, which suits every screen.
MOST_PIXELS = 5_600_000
QUALITY = 85
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}
# WebP came with EPUB 3.3: Kindle and older readers leave a hole.
_EVERYWHERE = ("image/jpeg", "image/png", "image/gif")
# The texts in a PNG that may say how to turn it.
_TURNING = (b"eXIf", b"Raw profile type exif", b"XML:com.adobe.xmp")


class _Remade(Struct, frozen=True):
    """A picture that was made of another one, and how, in words; without `changes`, it stays."""

    media_type: str
    data: bytes
    changes: tuple[str, ...]


def pictures_for_readers(book: Book) -> tuple[dict[str, Asset], tuple[str, ...]]:
    """Return the pictures of `book` for screens, by their names in the trees, and what changed."""
    made = made_pictures(book.config.pdf.cache)
    found: dict[str, Asset] = {}
    changes = []
    for name, asset in book.assets.items():
        found[name], change = for_readers(asset, book.config.epub.picture_size, made)
        if change:
            changes.append(change)
    made.trim()
    return found, tuple(changes)


def for_readers(asset: Asset, longest: int, made: MadePictures) -> tuple[Asset, str]:
    """Return `asset` as the EPUB carries it, and what was changed, in words.

    The long side has at most `longest` pixels; 0 is no limit. A new format has its own suffix.
    What was `made` for an earlier build is not made again.
    """
    before = f"{asset.name}: {asset.change}" if asset.change else ""
    if asset.media_type == "image/svg+xml":
        return asset, before
    name = made.name_of(b"for readers", f"{asset.media_type} {longest}".encode(), asset.data)
    remade = made.recall(name, _Remade)
    if remade is None or (remade.changes and remade.media_type not in _SUFFIXES):
        remade = _remade(asset, longest)
        made.keep(name, remade)
    if not remade.changes:
        return asset, before
    name = asset.name
    if remade.media_type != asset.media_type:
        name = name.rpartition(".")[0] + _SUFFIXES[remade.media_type]
    sizes = f"{len(asset.data) // 1000} kB before, {len(remade.data) // 1000} kB now"
    changed = Asset(name, remade.media_type, remade.data, asset.path)
    said = ", ".join(filter(None, (asset.change, *remade.changes)))
    return changed, f"{asset.name}: {said}; {sizes}"


def _remade(asset: Asset, longest: int) -> _Remade:
    """Turn a picture upright, shrink it to `longest` and encode it, each where it is needed."""
    from PIL import Image, ImageOps

    stays = _Remade(asset.media_type, b"", ())
    with Image.open(io.BytesIO(asset.data), formats=PICTURE_FORMATS) as image:
        is_animated = bool(getattr(image, "is_animated", False))
        if is_animated and asset.media_type == "image/gif":
            return stays
        is_turned = _is_turned(image, asset)
        is_for_all = asset.media_type in _EVERYWHERE
        is_large = bool(longest) and max(image.size) > longest
        if is_for_all and not is_turned and not is_large:
            return stays
        must = is_turned or not is_for_all or image.width * image.height > MOST_PIXELS
        changes = []
        image.load()
        turned: Image.Image = image
        if is_turned:
            turned = ImageOps.exif_transpose(image)
            changes.append("turned upright")
        if not is_for_all:
            changes.append("reduced to its first picture" if is_animated else "converted from WebP")
        if is_large:
            turned = _shrunk(turned, longest)
            changes.append(f"shrunk to {turned.width} × {turned.height} pixels")
        kind, data = _encode(turned, asset.media_type)
    if not must and len(data) >= len(asset.data):
        return stays
    return _Remade(kind, data, tuple(changes))


def _is_turned(image: Image.Image, asset: Asset) -> bool:
    """Return whether EXIF says that `image` is to be turned."""
    from PIL import Image

    exif = image.getexif
    if asset.media_type == "image/png":
        pixels = asset.data.find(b"IDAT")
        if not any(asset.data.find(text, pixels) >= 0 for text in _TURNING):
            # That of PNGs would unpack all pixels, to look for a text behind them.
            exif = partial(Image.Image.getexif, image)
    return bool(exif().get(0x0112, 1) != 1)


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    """Shrink `image`. Palettes and bits would leave stairs: they become full colour or grey."""
    from PIL import Image

    scale = longest / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encode(image: Image.Image, media_type: str) -> tuple[str, bytes]:
    """Encode as JPEG what was one, or was WebP without transparency; all else as PNG."""
    out = io.BytesIO()
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    profile = image.info.get("icc_profile")
    if media_type == "image/jpeg" or (media_type == "image/webp" and not has_alpha):
        mode = image.mode if image.mode in ("L", "RGB") else "RGB"
        image.convert(mode).save(
            out, "JPEG", quality=QUALITY, optimize=True, progressive=True, icc_profile=profile
        )
        return "image/jpeg", out.getvalue()
    image.save(out, "PNG", icc_profile=profile)
    return "image/png", out.getvalue()
