"""Bring pictures to a size and a format that every e-reader shows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from bookbuilder.book import Asset, Book
from bookbuilder.passes.pictures import PICTURE_FORMATS

if TYPE_CHECKING:
    from PIL import Image

# Kindle's own limit, which suits every screen.
MOST_PIXELS = 5_600_000
QUALITY = 85
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}
# WebP came with EPUB 3.3: Kindle and older readers leave a hole.
_EVERYWHERE = ("image/jpeg", "image/png", "image/gif")


def pictures_for_readers(book: Book) -> tuple[dict[str, Asset], tuple[str, ...]]:
    """Return the pictures of `book` for screens, by their names in the trees, and what changed."""
    found: dict[str, Asset] = {}
    changes = []
    for name, asset in book.assets.items():
        found[name], change = for_readers(asset, book.config.epub.picture_size)
        if change:
            changes.append(change)
    return found, tuple(changes)


def for_readers(asset: Asset, longest: int) -> tuple[Asset, str]:
    """Return `asset` as the EPUB carries it, and what was changed, in words.

    The long side has at most `longest` pixels; 0 is no limit. A new format has its own suffix.
    """
    before = f"{asset.name}: {asset.change}" if asset.change else ""
    if asset.media_type == "image/svg+xml":
        return asset, before
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(asset.data), formats=PICTURE_FORMATS) as image:
        is_animated = bool(getattr(image, "is_animated", False))
        if is_animated and asset.media_type == "image/gif":
            return asset, before
        changes = []
        turned = ImageOps.exif_transpose(image)
        if turned.size != image.size or image.getexif().get(0x0112, 1) != 1:
            changes.append("turned upright")
        must = bool(changes) or asset.media_type not in _EVERYWHERE
        must = must or turned.width * turned.height > MOST_PIXELS
        if asset.media_type not in _EVERYWHERE:
            changes.append("reduced to its first picture" if is_animated else "converted from WebP")
        if longest and max(turned.size) > longest:
            turned = _shrunk(turned, longest)
            changes.append(f"shrunk to {turned.width} × {turned.height} pixels")
        if not changes:
            return asset, before
        kind, data = _encode(turned, asset.media_type)
    if not must and len(data) >= len(asset.data):
        return asset, before
    name = asset.name
    if kind != asset.media_type:
        name = name.rpartition(".")[0] + _SUFFIXES[kind]
    sizes = f"{len(asset.data) // 1000} kB before, {len(data) // 1000} kB now"
    changed = Asset(name, kind, data, asset.path)
    said = ", ".join(filter(None, (asset.change, *changes)))
    return changed, f"{asset.name}: {said}; {sizes}"


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
