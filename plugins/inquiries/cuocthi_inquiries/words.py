"""The words by which the pages call things."""

from __future__ import annotations

from cuocthi.text import T
from cuocthi_inquiries.models import ComplaintAbout, ComplaintState, InquiryState, Outcome, StatementKind

STATES = {
    InquiryState.OPEN: T("Waits for an answer"),
    InquiryState.ANSWERED: T("Answered"),
    InquiryState.CLOSED: T("Closed without an answer"),
}
KINDS = {StatementKind.FAQ: T("Frequent questions"), StatementKind.CORRECTION: T("Official information")}

COMPLAINT_STATES = {
    ComplaintState.RECEIVED: T("Received"),
    ComplaintState.HANDLING: T("Being dealt with"),
    ComplaintState.ANSWERED: T("Answered"),
    ComplaintState.WITHDRAWN: T("Taken back"),
}
ABOUT = {
    ComplaintAbout.RESULT: T("A result"),
    ComplaintAbout.RANKING: T("A place in the ranking"),
    ComplaintAbout.AWARD: T("An award"),
}
OUTCOMES = {
    Outcome.UPHELD: T("The complaint is right"),
    Outcome.PARTLY: T("The complaint is right in part"),
    Outcome.REJECTED: T("The complaint is not accepted"),
}
