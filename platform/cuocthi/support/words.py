"""The words for what tells support who somebody is."""

from __future__ import annotations

from cuocthi.support.models import Proof
from cuocthi.text import T

PROOFS = {
    Proof.CARD: T("The citizen ID card was seen, face to face or in a video call"),
    Proof.UNIT: T("The unit confirmed it; the note says who"),
    Proof.CALLED_BACK: T("Called back on a number that was known before"),
    Proof.DETAILS: T("Date of birth and citizen ID number are those given at the registration"),
    Proof.ENTRY: T("Knows the contest number and when the entry was made"),
}
