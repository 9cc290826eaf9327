"""Draw pages of PDFs as pictures."""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import Any

from bookbuilder.preview.resident import Tell, Work

MOST_DOCUMENTS = 6
WIDEST = 3000


def draw(document: Any, index: int, width: int) -> bytes:
    """Return page `index` of a pypdfium2 document as a PNG of about `width` pixels."""
    page = document[index]
    scale = min(max(width, 50), WIDEST) / page.get_width()
    picture = page.render(scale=scale).to_pil()
    page.close()
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def open_document(data: bytes) -> Any:
    import pypdfium2

    return pypdfium2.PdfDocument(data)


def start_drawing(_argument: Any) -> Work:
    """Return what draws pages: the message names document, page and width, and may have its data.

    The answer is a PNG, or None if the data of the document is not known any more.
    """
    documents: OrderedDict[str, Any] = OrderedDict()

    def work(message: tuple[str, bytes | None, int, int], _tell: Tell) -> bytes | None:
        name, data, index, width = message
        if data is not None and name not in documents:
            documents[name] = open_document(data)
            while len(documents) > MOST_DOCUMENTS:
                documents.popitem(last=False)[1].close()
        if name not in documents:
            return None
        documents.move_to_end(name)
        return draw(documents[name], index, width)

    return work
