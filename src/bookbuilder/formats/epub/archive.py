"""The zip container (OCF 3.3, section 4), packed so that its bytes depend on its members alone."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from ebooklib.epub import EpubBook, EpubWriter

MIMETYPE = "mimetype"
_NEVER = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


def pack(package: EpubBook, modified: datetime) -> bytes:
    """`package` as the bytes of an EPUB."""
    packed = io.BytesIO()
    options = {"mtime": modified, "compresslevel": 0, "package_direction": True}
    writer = _Writer(packed, package, options)
    writer.process()
    writer.write()
    return _normalise(packed.getvalue())


class _Writer(EpubWriter):  # type: ignore[misc]
    """ebooklib's writer, with the language that EPUB Accessibility asks of the package document."""

    def _write_opf_file(self, root: Any) -> None:
        root.set("{http://www.w3.org/XML/1998/namespace}lang", self.book.language)
        super()._write_opf_file(root)


def _normalise(archive: bytes) -> bytes:
    """`archive` packed again: `mimetype` first and stored, the rest deflated in sorted order.

    Times, permissions, extra fields and the packing system's name are fixed.
    """
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(result, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != MIMETYPE, "META-INF" not in n, n)):
            info = zipfile.ZipInfo(name, _NEVER)
            info.create_system = _UNIX
            info.external_attr = _REGULAR_FILE
            is_mimetype = name == MIMETYPE
            info.compress_type = zipfile.ZIP_STORED if is_mimetype else zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name), compresslevel=None if is_mimetype else 9)
    return result.getvalue()
