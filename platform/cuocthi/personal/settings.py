"""How long a campaign keeps personal data."""

from __future__ import annotations

from dataclasses import dataclass

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

#: Under this name the periods are stored; no plugin can be called so.
RETENTION_OWNER = "core:retention"

MOST_MONTHS, MOST_YEARS = 120, 50


@dataclass(frozen=True, slots=True)
class Retention:
    """After how many months from the archiving people become anonymous, and how many years award records are kept.

    Raises SettingsError for periods that cannot be, or records that would go before the people do.
    """

    months: int = 12
    award_years: int = 10

    def __post_init__(self) -> None:
        """Refuse periods that cannot be."""
        if not 0 <= self.months <= MOST_MONTHS:
            message = T("Please choose between 0 and %(most)s months.", most=MOST_MONTHS)
            raise SettingsError(message, field="months")
        if not 0 <= self.award_years <= MOST_YEARS:
            message = T("Please choose between 0 and %(most)s years.", most=MOST_YEARS)
            raise SettingsError(message, field="award_years")
        if self.award_years * 12 < self.months:
            message = T("Award records are kept at least as long as other personal data.")
            raise SettingsError(message, field="award_years")
