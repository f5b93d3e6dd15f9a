"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "inquiry": T("Question of a participant"),
        "statement": T("Public answer"),
        "false_information": T("Case of false information"),
    },
    fields={
        "addresses": T("Genuine addresses"),
        "anonymous": T("Questions without signing in"),
        "assessment": T("Assessment"),
        "body": T("Text"),
        "capture": T("Capture"),
        "claim": T("Claim"),
        "committee": T("Committee"),
        "found_on": T("Found on"),
        "heading": T("Heading"),
        "outcome": T("Outcome"),
        "place": T("Place"),
        "referred_to": T("Referred to"),
        "reply": T("Answer"),
        "working_days": T("Working days"),
    },
)
