"""The words by which the pages call things."""

from __future__ import annotations

from cuocthi.text import T
from cuocthi_inquiries.models import InquiryState, StatementKind

STATES = {
    InquiryState.OPEN: T("Waits for an answer"),
    InquiryState.ANSWERED: T("Answered"),
    InquiryState.CLOSED: T("Closed without an answer"),
}
KINDS = {StatementKind.FAQ: T("Frequent questions"), StatementKind.CORRECTION: T("Official information")}
