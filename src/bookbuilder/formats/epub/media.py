"""Media types from the bytes, for the core media types of EPUB 3.3 that stylesheets use."""

from __future__ import annotations

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF8", "image/gif", ".gif"),
    (b"\0\1\0\0", "font/ttf", ".ttf"),
    (b"true", "font/ttf", ".ttf"),
    (b"OTTO", "font/otf", ".otf"),
    (b"wOFF", "font/woff", ".woff"),
    (b"wOF2", "font/woff2", ".woff2"),
)


def media_type_of(data: bytes) -> tuple[str, str] | None:
    """The media type and the usual suffix; None for anything but a raster picture or a font."""
    for magic, media_type, suffix in _MAGIC:
        if data.startswith(magic):
            return media_type, suffix
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return None
