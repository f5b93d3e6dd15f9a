"""Workbooks made of an adopted award list. What people were not asked for, or have not said, stays empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cuocthi.papers.words import amount_in_words
from cuocthi.sheets.writing import Money
from cuocthi.text import T
from cuocthi.web.formats import number
from cuocthi.web.i18n import language, translate
from cuocthi_prizes.candidates.models import Way
from cuocthi_prizes.models import Award
from cuocthi_prizes.outputs.order import by_name, in_ceremony_order
from cuocthi_prizes.outputs.payments import payment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.sheets.writing import Value
    from cuocthi.text import Text
    from cuocthi_prizes.acts.models import Finality, LegalAct
    from cuocthi_prizes.candidates.details import Details
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.outputs.order import Recipient
    from cuocthi_prizes.outputs.settings import OutputSettings

    Row = list[Value]
    Sheets = list[tuple[str, list[Row]]]


@dataclass(frozen=True, slots=True)
class Source:
    """What workbooks are made of: an adopted list, by what it is final, how it is handed over, and who is paid how."""

    campaign: Campaign
    award_list: AwardList
    finality: Finality | None
    settings: OutputSettings
    details: Mapping[int, tuple[Way, Details]] = field(default_factory=dict)

    @property
    def recipients(self) -> list[Recipient]:
        """All who receive a prize, in the order of the ceremony."""
        return in_ceremony_order(self.award_list, lowest_first=self.settings.lowest_first)


def ceremony(source: Source) -> Sheets:
    """Return the award list in the order in which it is read out, with its sum."""
    head = [T("No."), T("Turn"), T("Prize"), T("Full name or unit"), T("Unit"), T("Value (đồng)"), T("In kind")]
    rows: list[Row] = [
        [place, one.turn, one.title, one.name, one.unit, Money(one.value), one.in_kind]
        for place, one in enumerate(source.recipients, start=1)
    ]
    total = source.award_list.total_value
    rows.append(["", "", "", _say(T("Sum")), "", Money(total), ""])
    rows.append(["", "", "", _say(T("Sum in words")), _in_words(total), "", ""])
    return [(_say(T("Award list")), [_said(head), *rows]), _basis(source)]


def seating(source: Source) -> Sheets:
    """Return who is called to the stage in which turn, and the same by name for the desk at the entrance."""
    called = [T("No."), T("Turn"), T("Prize"), T("Full name or unit"), T("Unit"), T("Seat"), T("Present")]
    called += [T("Received by"), T("Handed over by")]
    desk = [T("No."), T("Full name or unit"), T("Unit"), T("Prize"), T("Turn"), T("Seat"), T("Present")]
    recipients = source.recipients
    order = [
        [place, one.turn, one.title, one.name, one.unit, *_empty(4)] for place, one in enumerate(recipients, start=1)
    ]
    names = [
        [place, one.name, one.unit, one.title, one.turn, *_empty(2)]
        for place, one in enumerate(by_name(recipients), start=1)
    ]
    return [(_say(T("Calling order")), [_said(called), *order]), (_say(T("By name")), [_said(desk), *names])]


def signatures(source: Source) -> Sheets:
    """Return the sheet on which each signs for the prize, with room for the paper that proves who it is."""
    head = [T("No."), T("Full name or unit"), T("Unit"), T("Prize"), T("Value (đồng)"), T("Paid out (đồng)")]
    head += [T("In kind"), T("ID number"), T("Signature and full name"), T("Note")]
    rows: list[Row] = []
    paid_out = 0
    for place, one in enumerate(by_name(source.recipients), start=1):
        paid = payment_of(one.value, source.settings, collective=one.collective).paid
        paid_out += paid
        number = _how_paid(source, one)[0]
        sums_paid: Row = [Money(one.value), Money(paid)]
        rows.append([place, one.name, one.unit, one.title, *sums_paid, one.in_kind, number, *_empty(2)])
    sums = [Money(source.award_list.total_value), Money(paid_out)]
    rows.append(["", _say(T("Sum")), "", "", *sums, *_empty(4)])
    return [(_say(T("Signatures")), [_said(head), *rows]), _basis(source)]


def payments(source: Source) -> Sheets:
    """Return what is paid to whom, in figures and words, with the tax held back and the sums."""
    head = [T("No."), T("Full name or unit"), T("Unit"), T("Prize"), T("Value (đồng)"), T("Tax held back (đồng)")]
    head += [T("Paid out (đồng)"), T("Paid out in words"), T("ID number"), T("Tax code")]
    head += [T("Account number"), T("Bank"), T("Holder of the account"), T("Note")]
    rows: list[Row] = []
    held_back = paid_out = 0
    for place, one in enumerate(by_name(source.recipients), start=1):
        payment = payment_of(one.value, source.settings, collective=one.collective)
        held_back += payment.tax
        paid_out += payment.paid
        sums = [Money(payment.value), Money(payment.tax), Money(payment.paid)]
        paid = [one.name, one.unit, one.title, *sums, _in_words(payment.paid), *_how_paid(source, one)]
        rows.append([place, *paid])
    total = [Money(source.award_list.total_value), Money(held_back), Money(paid_out)]
    rows.append(["", _say(T("Sum")), "", "", *total, _in_words(paid_out), *_empty(6)])
    return [(_say(T("Payments")), [_said(head), *rows]), _basis(source)]


def commendations(source: Source, decision: LegalAct) -> list[Row]:
    """Return the merge data for the prescribed form of a Giấy khen, the heading first: who, where, for what, by what.

    The form itself is not made here: a Giấy khen is given by a head who is competent for it, on a form of its own.
    """
    head = [T("No."), T("Full name or unit"), T("Unit"), T("Kind"), T("Prize"), T("Achievement")]
    head += [T("Number of the decision"), T("Date of the decision"), T("Host")]
    kinds = {False: _say(T("Individual")), True: _say(T("Collective"))}
    rows: list[Row] = [
        [
            place,
            one.name,
            one.unit,
            kinds[one.collective],
            one.title,
            _say(T("%(prize)s in %(contest)s", prize=one.title, contest=source.campaign.name)),
            decision.symbol,
            decision.issued_on,
            source.campaign.host_name,
        ]
        for place, one in enumerate(source.recipients, start=1)
    ]
    return [_said(head), *rows]


def _basis(source: Source) -> tuple[str, list[Row]]:
    """Return the sheet that says what the figures rest on, so that a printed page can be checked."""
    award_list, settings = source.award_list, source.settings
    rate = f"{number(settings.tax_permille / 10, language())} %"
    tax = T("%(rate)s of what exceeds the sum that is free", rate=rate)
    rows: list[Row] = [
        [_say(T("Contest")), source.campaign.name],
        [_say(T("Host")), source.campaign.host_name],
        [_say(T("Award list")), award_list.number],
        [_say(T("Set of prizes")), award_list.set_title],
        [_say(T("Adopted")), award_list.adopted_at],
        *_acts(source.finality),
        [_say(T("Sum of all prizes (đồng)")), Money(award_list.total_value)],
        [_say(T("Sum in words")), _in_words(award_list.total_value)],
        [_say(T("Tax held back of persons")), _say(tax)],
        [_say(T("Sum that is free (đồng)")), Money(settings.tax_threshold)],
        [_say(T("Digest of the list")), award_list.digest],
    ]
    return _say(T("Basis")), [_said([T("What"), T("Value")]), *rows]


def _acts(finality: Finality | None) -> Iterator[Row]:
    """Yield by what the list is final; a sheet that was printed before the decision says so."""
    if finality is None:
        yield [_say(T("Decision")), _say(T("adopted, the decision is not there yet"))]
        return
    minutes, decision = finality.minutes, finality.decision
    yield [_say(T("Minutes of a meeting")), minutes.symbol]
    yield [_say(T("Date of the minutes")), minutes.issued_on]
    yield [_say(T("Decision")), decision.symbol]
    yield [_say(T("Date of the decision")), decision.issued_on]
    yield [_say(T("Decided by")), decision.issuer]
    yield [_say(T("Signed by")), " ".join(filter(None, (decision.authority, decision.office, decision.signatory)))]
    yield [_say(T("Digest of the final list")), finality.digest]


def as_texts(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Yield rows as a CSV file holds them; days as documents write them."""
    for row in rows:
        yield ["" if cell is None else f"{cell:%d/%m/%Y}" if hasattr(cell, "year") else str(cell) for cell in row]


def _in_words(value: int) -> str:
    words = amount_in_words(value)
    return words[:1].upper() + words[1:]


def _how_paid(source: Source, recipient: Recipient) -> Row:
    """Return ID number, tax code, account number, bank, holder and note, as far as the candidate has said them."""
    award = recipient.award
    known = source.details.get(award.enrolment_id) if isinstance(award, Award) else None
    if known is None:
        return _empty(6)
    way, said = known
    if way is Way.CASH:
        return [said.citizen_id, *_empty(4), _say(T("In cash"))]
    return [said.citizen_id, None, said.account, said.bank, said.holder, None]


def _empty(columns: int) -> list[Value]:
    return [None] * columns


def _said(texts: Sequence[Text]) -> Row:
    return [translate(text) for text in texts]


def _say(text: Text) -> str:
    return translate(text)
