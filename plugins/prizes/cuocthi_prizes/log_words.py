"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "award_list": T("Award list"),
        "certificate": T("Certificate"),
    },
    fields={
        "allotted": T("Sum allotted"),
        "answer_days": T("Days that candidates have to give ID number and account"),
        "authority": T("Authority of who signs"),
        "candidate_checks": T("Checked of each candidate before a list is adopted"),
        "certificates": T("Certificates"),
        "collective": T("Collective prizes"),
        "decision": T("Decision"),
        "issuer": T("Who certifies"),
        "lowest_first": T("The lowest prize first"),
        "minutes": T("Minutes of a meeting"),
        "office": T("Position of who signs"),
        "place": T("Place of signing"),
        "quantity": T("Quantity"),
        "round": T("Round"),
        "signatory": T("Full name of who signs"),
        "tax_permille": T("Tax in thousandths"),
        "tax_threshold": T("Free of tax, for each prize"),
        "template": T("Template"),
        "tiers": T("Individual prizes"),
        "value": T("Value"),
    },
)
