"""Identifiers and dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from bookbuilder.config.dates import read_date
from bookbuilder.text.identifiers import Identifier, read_identifier

FAULT = "the check digit of ISBN 978-3-16-148410-1 is wrong"
UUID = "6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10"


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        ("978-3-16-148410-0", "urn:isbn:9783161484100"),
        ("978 3 16 148410 0", "urn:isbn:9783161484100"),
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
    assert not read_identifier(typed).fault


def test_an_isbn_keeps_its_hyphens_for_readers() -> None:
    read = read_identifier("ISBN 978-3-16-148410-1")
    assert read == Identifier("urn:isbn:9783161484101", "978-3-16-148410-1", FAULT)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("3161484101", "the check digit of ISBN 3161484101 is wrong"),
        ("978-3-16-148410", "ISBN 978-3-16-148410 has 12 digits, not 13 or 10"),
        ("ISBN 97831614841", "ISBN 97831614841 has 11 digits, not 13 or 10"),
        ("ISBN 978-3-16-148410-00", "ISBN 978-3-16-148410-00 has 14 digits, not 13 or 10"),
        ("978-3-16-148410-0 (print)", ""),
        ("978\u201131616\u201148410\u20110", "ISBN 978-31616-48410-0 has 14 digits, not 13 or 10"),
        ("9781", ""),
    ],
)
def test_what_is_meant_for_an_isbn_is_checked(typed: str, fault: str) -> None:
    assert read_identifier(typed).fault == fault


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
        ("01.11.2026", "2026-11-01"),
        ("1 November 2026", "2026-11-01"),
        ("November 1st, 2026", "2026-11-01"),
        ("Nov. 2026", "2026-11"),
        ("3. März 2026", "2026-03-03"),
        ("1er août 2026", "2026-08-01"),
        ("1 de noviembre de 2026", "2026-11-01"),
        ("1 ноября 2026 г.", "2026-11-01"),
        ("2026年11月1日", "2026-11-01"),
        ("2026. november 1.", "2026-11-01"),
        ("13/11/2026", "2026-11-13"),
        ("11/01/2026", None),
        ("Spring 2026", None),
        ("1 Ma 2026", None),
        (date(2026, 11, 1), "2026-11-01"),
        ("20261101", None),
        (True, None),
        (1.5, None),
    ],
)
def test_a_date_says_what_is_known(typed: object, said: str | None) -> None:
    read = read_date(typed)
    assert (read.isoformat() if read else None) == said
    assert read is None or isinstance(read, date)
