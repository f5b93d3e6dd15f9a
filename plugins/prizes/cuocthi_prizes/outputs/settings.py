"""How awards are handed over: the order of the ceremony, the tax that is held back, what certificates say and show."""

from __future__ import annotations

from dataclasses import dataclass

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

#: Under this name the settings are stored; no plugin can be called so.
OWNER = "prizes:outputs"

#: Of the whole in thousandths, and a sum that only a slip of the hand exceeds, in đồng.
WHOLE, MAX_THRESHOLD = 1000, 1_000_000_000_000

_LENGTHS = {"place": 60, "issuer": 160, "authority": 160, "office": 160, "signatory": 80}


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """What is the same for all award lists of a campaign.

    ``lowest_first`` is the order of the ceremony. ``tax_permille`` (thousandths) is held back of what a person's prize
    exceeds ``tax_threshold`` (đồng) by. The defaults are those of the tax on winnings in Vietnam, 10 % of the part
    above 10,000,000 đồng for each time somebody wins: Law 04/2007/QH12 on personal income tax, articles 3 (6), 15 and
    23, as Circular 111/2013/TT-BTC, article 15, explains it. Laws change: which rate and which sum hold on the day of
    the payment is for the organisers' accountants to say, and set here.

    ``place``, ``issuer``, ``authority``, ``office`` and ``signatory`` stand on certificates; what is empty is left
    blank, for writing by hand, but for the issuer, which is the organising committee then. ``template`` is the number
    of the stored file that replaces the template of certificates, 0 for the one that comes along.
    """

    lowest_first: bool = True
    tax_permille: int = 100
    tax_threshold: int = 10_000_000
    place: str = ""
    issuer: str = ""
    authority: str = ""
    office: str = ""
    signatory: str = ""
    template: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        if not 0 <= self.tax_permille <= WHOLE:
            raise SettingsError(T("A rate lies between 0 and 100 percent."), field="tax_permille")
        if not 0 <= self.tax_threshold <= MAX_THRESHOLD:
            message = T("Enter a whole number from %(least)s to %(most)s.", least=0, most=MAX_THRESHOLD)
            raise SettingsError(message, field="tax_threshold")
        for field, most in _LENGTHS.items():
            if len(getattr(self, field)) > most:
                raise SettingsError(T("This text may have at most %(most)s letters.", most=most), field=field)
