"""Pages of the quiz: those of participants and those of the organisers."""

from cuocthi_quiz.views import (
    bank,
    duplicates,
    entrance,
    evidence,
    exchange,
    extra_time,
    issues,
    live,
    meeting,
    papers,
    pictures,
    receipts,
    replay,
    review,
    saving,
    staff_attempts,
    validity,
)
from cuocthi_quiz.views.blueprint import blueprint

__all__ = [
    "bank",
    "blueprint",
    "duplicates",
    "entrance",
    "evidence",
    "exchange",
    "extra_time",
    "issues",
    "live",
    "meeting",
    "papers",
    "pictures",
    "receipts",
    "replay",
    "review",
    "saving",
    "staff_attempts",
    "validity",
]
