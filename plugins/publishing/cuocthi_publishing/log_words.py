"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "release": T("Release"),
        "paper": T("Administrative paper"),
        "approval": T("Standing approval"),
        "delivery": T("Delivery of a release"),
    },
    fields={
        "depth": T("Places that are published"),
        "everybody": T("Everybody on each ranking"),
        "full_names": T("Full names on the rankings"),
        "statistics": T("Statistics"),
        "units": T("Units"),
        "published_at": T("Public from"),
        "groups": T("Kinds of statistics"),
        "clocks": T("Times of day"),
        "approval": T("Standing approval"),
        "failed_at": T("Moment that was missed"),
        "failure": T("What stood against it"),
        "target": T("Target"),
        "tries": T("Tries"),
    },
)
