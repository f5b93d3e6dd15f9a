"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "inquiry": T("Question of a participant"),
        "statement": T("Public answer"),
        "false_information": T("Case of false information"),
        "complaint": T("Complaint"),
    },
    fields={
        "about": T("About"),
        "addresses": T("Genuine addresses"),
        "anonymous": T("Questions without signing in"),
        "assessment": T("Assessment"),
        "body": T("Text"),
        "capture": T("Capture"),
        "claim": T("Claim"),
        "committee": T("Committee"),
        "complaint_award_hours": T("Hours for complaints about awards"),
        "complaint_extra_hours": T("Further hours for complaints"),
        "complaint_late": T("Late complaints are taken"),
        "complaint_working_days": T("Working days for the answer to a complaint"),
        "files": T("Files"),
        "found_on": T("Found on"),
        "heading": T("Heading"),
        "late": T("Late"),
        "outcome": T("Outcome"),
        "place": T("Place"),
        "referred_to": T("Referred to"),
        "reply": T("Answer"),
        "result": T("Result"),
        "round": T("Round"),
        "working_days": T("Working days"),
    },
)
