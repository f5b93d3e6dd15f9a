"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "award_list": T("Award list"),
    },
    fields={
        "allotted": T("Sum allotted"),
        "collective": T("Collective prizes"),
        "quantity": T("Quantity"),
        "round": T("Round"),
        "tiers": T("Individual prizes"),
        "value": T("Value"),
    },
)
