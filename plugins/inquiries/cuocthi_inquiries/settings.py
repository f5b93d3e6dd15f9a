"""How a campaign takes questions and complaints, and at which addresses it is genuine."""

from __future__ import annotations

from dataclasses import dataclass

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

OWNER = "inquiries"

#: Bounds that only a slip of the hand crosses.
MAX_DAYS = 30
MAX_ADDRESSES = 20
ADDRESS_LENGTH = 200
MAX_HOURS = 31 * 24


@dataclass(frozen=True, slots=True)
class InquirySettings:
    """How questions and complaints are taken.

    ``anonymous`` lets people ask who have not signed in; they leave a contact. ``working_days`` is how long an answer
    should take. ``addresses`` are the genuine places of the contest beside its own pages, a line each.

    A complaint comes in time while a round's provisional ranking is public and for ``complaint_extra_hours`` longer,
    one about awards also for ``complaint_award_hours`` after their adoption; later ones are taken and marked as such
    where ``complaint_late`` says so. ``complaint_working_days`` is how long their answer should take.
    """

    anonymous: bool = True
    working_days: int = 3
    addresses: tuple[str, ...] = ()
    complaint_extra_hours: int = 0
    complaint_award_hours: int = 0
    complaint_late: bool = True
    complaint_working_days: int = 5

    def __post_init__(self) -> None:
        """Raise SettingsError for values that cannot be meant."""
        if not 1 <= self.working_days <= MAX_DAYS:
            message = T("An answer takes 1 to %(most)s working days.", most=MAX_DAYS)
            raise SettingsError(message, field="working_days")
        if not 1 <= self.complaint_working_days <= MAX_DAYS:
            message = T("An answer takes 1 to %(most)s working days.", most=MAX_DAYS)
            raise SettingsError(message, field="complaint_working_days")
        for field in ("complaint_extra_hours", "complaint_award_hours"):
            if not 0 <= getattr(self, field) <= MAX_HOURS:
                raise SettingsError(T("There are between 0 and %(most)s hours for it.", most=MAX_HOURS), field=field)
        if len(self.addresses) > MAX_ADDRESSES or any(len(line) > ADDRESS_LENGTH for line in self.addresses):
            message = T(
                "There may be at most %(lines)s addresses of at most %(letters)s characters.",
                lines=MAX_ADDRESSES,
                letters=ADDRESS_LENGTH,
            )
            raise SettingsError(message, field="addresses")
