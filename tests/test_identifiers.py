"""Identifiers and dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from bookbuilder.config.dates import read_date
from bookbuilder.text.identifiers import Identifier, read_identifier

UUID = "6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10"


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        ("978-3-16-148410-0", "urn:isbn:9783161484100"),
        ("978 3 16 148410 0", "urn:isbn:9783161484100"),
        ("978\u201131616\u201148410\u20110", ""),
        ("ISBN 978-3-16-148410-0", "urn:isbn:9783161484100"),
        ("ISBN-13: 9783161484100", "urn:isbn:9783161484100"),
        ("isbn:9783161484100", "urn:isbn:9783161484100"),
        ("urn:isbn:978-3-16-148410-0", "urn:isbn:9783161484100"),
        ("ISBN-10 0-306-40615-2", "urn:isbn:0306406152"),
        ("0-8044-2957-x", "urn:isbn:080442957X"),
        (UUID, f"urn:uuid:{UUID}"),
        (UUID.upper().replace("-", ""), f"urn:uuid:{UUID}"),
        (f"{{{UUID}}}", f"urn:uuid:{UUID}"),
        (f"uuid:{UUID}", f"urn:uuid:{UUID}"),
        (f"urn:uuid:{UUID}", f"urn:uuid:{UUID}"),
        ("10.1000/182", "doi:10.1000/182"),
        ("doi: 10.1000/182", "doi:10.1000/182"),
        ("https://doi.org/10.1000/182", "doi:10.1000/182"),
        ("http://dx.doi.org/10.1000/182", "doi:10.1000/182"),
        ("https://example.org/book", "https://example.org/book"),
        ("4006381333931", "4006381333931"),
        ("my-book", "my-book"),
    ],
)
def test_an_identifier_becomes_a_uri(typed: str, uri: str) -> None:
    assert read_identifier(typed).uri == (uri or typed)
    assert not read_identifier(typed).is_wrong


def test_an_isbn_keeps_its_hyphens_for_readers() -> None:
    read = read_identifier("ISBN 978-3-16-148410-1")
    assert read == Identifier("urn:isbn:9783161484101", "978-3-16-148410-1", is_wrong=True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-11-01", "2026-11-01"),
        ("2026-11-01T10:00:00Z", "2026-11-01"),
        ("2026/11/1", "2026-11-01"),
        ("2026-11", "2026-11"),
        ("2026", "2026"),
        (2026, "2026"),
        ("2026-13", None),
        ("2026-11-31", None),
        ("yesterday", None),
        ("01.11.2026", None),
        ("20261101", None),
        (True, None),
        (1.5, None),
    ],
)
def test_a_date_says_what_is_known(typed: object, said: str | None) -> None:
    read = read_date(typed)
    assert (read.isoformat() if read else None) == said
    assert read is None or isinstance(read, date)
