"""When the book was last changed, by what the book and the environment say; never by the clock."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time

from bookbuilder.model.diagnostics import Report, Rule, Severity

BAD_EPOCH = Rule(
    "E001",
    "bad-source-date-epoch",
    Severity.ERROR,
    "SOURCE_DATE_EPOCH is a whole number of seconds since 1970-01-01 UTC"
    " (https://reproducible-builds.org/specs/source-date-epoch/). Guessing another time would make"
    " a book that cannot be built again byte for byte.",
)
_UNKNOWN = datetime(1980, 1, 1, tzinfo=UTC)


def modified(published: date | None, report: Report) -> datetime:
    """`SOURCE_DATE_EPOCH`, else midnight UTC of the book's date, else 1980-01-01."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        try:
            return datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            report.add(BAD_EPOCH, f"SOURCE_DATE_EPOCH is `{epoch[:40]}`", hint="unset it")
    return datetime.combine(published, time(), UTC) if published else _UNKNOWN
