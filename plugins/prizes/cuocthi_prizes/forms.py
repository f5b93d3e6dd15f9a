"""Forms of the staff pages: the scheme and one prize set of it, a new list's statement, a collective prize."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.documents.lines import to_choose
from cuocthi.users.names import fold
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm, change_rows
from cuocthi.web.forms import lazy_text as _l
from cuocthi_prizes.candidates.scheme_form import CandidateRulesForm
from cuocthi_prizes.domain.awarded import removed_rounds
from cuocthi_prizes.domain.extra import Decided
from cuocthi_prizes.fields import DongField, PercentField
from cuocthi_prizes.formula_forms import FormulaForm
from cuocthi_prizes.settings import (
    KEY_LENGTH,
    MAX_A_PERSON,
    MAX_QUANTITY,
    MAX_TIERS,
    MAX_VALUE,
    TITLE_LENGTH,
    CollectiveTier,
    ExtraPrizes,
    PrizeSet,
    PrizeSettings,
    Tier,
    Ties,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from cuocthi.campaigns.models import Division
    from cuocthi.documents.models import Document
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.models import UnitFigure
    from cuocthi_prizes.queries import Candidate

#: Parts of a row that are texts and may be empty.
_TEXTS = ("in_kind", "block")
_GRANTED = ("tier", "unit_id", "title", "value", "reason")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
#: What the choice of rounds sends for every round; no key of a round can be this.
_EACH = "*"
TIES = {
    Ties.DECIDE: _l("A lot or the jury orders them, before the ranking is adopted"),
    Ties.SHARE: _l("All who equal the last person of a prize get it, even if its quantity is exceeded by that"),
}


class _TierRow(Form):
    """One row of the table of tiers. The code is made of the name once and kept from then on."""

    key = HiddenField()
    title = StringField(_l("Prize"), [InputRequired(), Length(max=TITLE_LENGTH)])


class TierRow(_TierRow):
    """An individual prize; without a quantity, a threshold or a share limits it."""

    quantity = IntegerField(_l("Quantity"), [Optional(), NumberRange(0, MAX_QUANTITY)])
    value = DongField(_l("Value of each"), [Optional(), NumberRange(0, MAX_VALUE)])
    in_kind = StringField(
        _l("In kind"),
        [Optional(), Length(max=TITLE_LENGTH)],
        description=_l("What is given beside the sum, or instead of it."),
    )
    threshold = PercentField(
        _l("From how many points"),
        [Optional()],
        description=_l(
            "In per cent of the maximum score. Without a quantity, everybody who reaches it gets the prize."
        ),
    )
    share = PercentField(
        _l("At most so many of those ranked"),
        [Optional()],
        description=_l("In per cent of the persons in the ranking, rounded down."),
    )


class CollectiveRow(_TierRow):
    """A collective prize; what is empty is left to the decision."""

    quantity = IntegerField(_l("Quantity"), [Optional(), NumberRange(0, MAX_QUANTITY)])
    value = DongField(_l("Value of each"), [Optional(), NumberRange(0, MAX_VALUE)])
    block = SelectField(_l("Only for the block"), default="")


class SetForm(FormulaForm):
    """One prize set; ``act`` buttons add and remove rows without storing anything."""

    title = StringField(
        _l("Name of the prize set"),
        [InputRequired(), Length(max=TITLE_LENGTH)],
        description=_l("For instance “Giải tuần” or “Giải toàn cuộc thi”."),
    )
    awarded = SelectField(
        _l("What it awards"),
        validate_choice=True,
        description=_l("With each round, every round gets the same prizes and an award list of its own."),
    )
    but_for = SelectMultipleField(
        _l("Rounds left out"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Where each round is awarded: for instance the ranking of all rounds together."),
    )
    division = SelectField(
        _l("For whom"),
        default="",  # the page does not ask where there is nothing to choose
        description=_l("Those of a division stand in the order of the same ranking; nobody else gets these prizes."),
    )
    block = SelectField(
        _l("Units of which block"),
        default="",  # the page does not ask where there is nothing to choose
        description=_l(
            "Individual prizes are then for those alone whose unit belongs to this block, in the order of the same "
            "ranking. A collective prize names its block itself."
        ),
    )
    tiers = FieldList(FormField(TierRow), label=_l("Individual prizes"), max_entries=MAX_TIERS)
    collective = FieldList(FormField(CollectiveRow), label=_l("Collective prizes"), max_entries=MAX_TIERS)
    ties = RadioField(_l("Where equals would get different prizes"), choices=select_choices(TIES.items()))
    most_a_person = IntegerField(
        _l("Prizes of this set that a person may have over all rounds"),
        [Optional(), NumberRange(0, MAX_A_PERSON)],
        description=_l("Empty for any number. In one list it is one in any case."),
    )

    extra_most = IntegerField(
        _l("Extra prizes that a list may give by hand"),
        [Optional(), NumberRange(0, MAX_TIERS)],
        description=_l(
            "For instance for the oldest participant: decided by the committee, with a reason. Empty for none."
        ),
    )
    extra_total = DongField(_l("What they may be worth together in a list"), [Optional(), NumberRange(0, MAX_VALUE)])

    @classmethod
    def from_settings(cls, prize_set: PrizeSet) -> SetForm:
        """Return the form filled with a set."""
        return cls(
            data={
                "title": prize_set.title,
                "awarded": _EACH if prize_set.each_round else prize_set.round,
                "but_for": list(prize_set.but_for),
                "division": prize_set.division,
                "block": prize_set.block,
                "tiers": [_row(tier) for tier in prize_set.tiers],
                "collective": [_row(tier) for tier in prize_set.collective],
                "ties": prize_set.ties.value,
                "most_a_person": prize_set.most_a_person or None,
                "extra_most": prize_set.extra.most or None,
                "extra_total": prize_set.extra.total or None,
                **cls.of_formula(prize_set.formula),
            }
        )

    def offer(
        self, rounds: Sequence[Phase], divisions: Iterable[Division], blocks: Iterable[str], present: PrizeSet
    ) -> None:
        """Let the campaign's rounds and divisions, and the units' blocks, be chosen from.

        A round or a division that the ``present`` set names and the campaign has not any more is called so; a block
        that no unit belongs to stays what the set says.
        """
        gone = removed_rounds(present, rounds)
        named = [(one.key, one.title) for one in rounds] + [(key, removed_title(key)) for key in gone]
        self.awarded.choices = select_choices([("", _l("The only round")), (_EACH, _l("Each round")), *named])
        self.but_for.choices = select_choices(named)
        names = {division.key: division.name for division in divisions}
        if present.division not in {"", *names}:
            names[present.division] = _("a division that was removed (%(key)s)", key=present.division)
        self.division.choices = select_choices([("", _l("Everybody in the ranking")), *names.items()])
        own = {present.block, *(tier.block for tier in present.collective)} - {"", *blocks}
        in_blocks = select_choices([("", _l("All units")), *((block, block) for block in [*blocks, *sorted(own)])])
        self.block.choices = in_blocks
        for row in self.collective:
            row.form.block.choices = in_blocks

    def to_settings(self, key: str, others: Collection[str] = ()) -> PrizeSet:
        """Return the set that the form describes; raises SettingsError for what cannot be.

        An empty ``key`` stands for a new set, whose code is made of its name and is none of ``others``.
        """
        taken = {row["key"] for row in (*self.tiers.data, *self.collective.data) if row["key"]}
        return PrizeSet(
            key=key or _new_key(self.title.data or "", set(others)),
            title=(self.title.data or "").strip(),
            round="" if self.awarded.data == _EACH else self.awarded.data,
            each_round=self.awarded.data == _EACH,
            tiers=tuple(Tier(**_values(row, taken)) for row in self.tiers.data),
            collective=tuple(CollectiveTier(**_values(row, taken)) for row in self.collective.data),
            ties=Ties(self.ties.data),
            but_for=tuple(self.but_for.data or ()) if self.awarded.data == _EACH else (),
            division=self.division.data or "",
            block=self.block.data or "",
            formula=self.to_formula(),
            extra=ExtraPrizes(self.extra_most.data or 0, self.extra_total.data or 0),
            most_a_person=self.most_a_person.data or 0,
        )

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so; tell whether it did."""
        return change_rows(act, self.tiers, self.collective, self.by, self.weights, self.bands, most=MAX_TIERS)

    @property
    def individual_sum(self) -> int:
        """What the individual prizes as entered are worth, in đồng; rows that are not complete count as nothing."""
        return sum((row["quantity"] or 0) * (row["value"] or 0) for row in self.tiers.data)


class SchemeForm(CandidateRulesForm):
    """What all prize sets have in common."""

    allotted = DongField(
        _l("Sum allotted to prizes"),
        [Optional(), NumberRange(0, MAX_VALUE)],
        description=_l("For all prize sets together. Leave it empty while the sum is not known."),
    )
    once_a_round = BooleanField(_l("In a round, a person has one individual prize at most, of whichever set"))
    most_a_person = IntegerField(
        _l("Individual prizes that a person may have in the whole contest"),
        [Optional(), NumberRange(0, MAX_A_PERSON)],
        description=_l(
            "Empty for any number. Whoever has had that many by lists that were adopted before is passed over, and the "
            "list says so."
        ),
    )

    extra_counts = BooleanField(
        _l("An extra prize counts like one by rank"),
        description=_l("Then whoever has a prize in the same list, or as many as are allowed, gets none."),
    )
    unit_once_a_round = BooleanField(_l("In a round, a unit has one collective prize at most, of whichever set"))
    most_a_unit = IntegerField(
        _l("Collective prizes that a unit may have in the whole contest"),
        [Optional(), NumberRange(0, MAX_A_PERSON)],
        description=_l(
            "Empty for any number. A unit that has had that many by lists that were adopted before is passed over, and "
            "the list says so."
        ),
    )

    @classmethod
    def from_settings(cls, scheme: PrizeSettings) -> SchemeForm:
        """Return the form filled with a scheme."""
        return cls(
            data={
                "allotted": scheme.allotted or None,
                "once_a_round": scheme.once_a_round,
                "most_a_person": scheme.most_a_person or None,
                "extra_counts": scheme.extra_counts,
                "unit_once_a_round": scheme.unit_once_a_round,
                "most_a_unit": scheme.most_a_unit or None,
                **cls.rules_of(scheme),
            }
        )

    def applied_to(self, scheme: PrizeSettings) -> PrizeSettings:
        """Return a scheme with what was entered; raises SettingsError for what cannot be."""
        return replace(
            scheme,
            allotted=self.allotted.data or 0,
            once_a_round=bool(self.once_a_round.data),
            most_a_person=self.most_a_person.data or 0,
            extra_counts=bool(self.extra_counts.data),
            unit_once_a_round=bool(self.unit_once_a_round.data),
            most_a_unit=self.most_a_unit.data or 0,
            **self.rules,
        )


class StatementForm(BaseForm):
    """Why a new list replaces the adopted one, or names nobody; which set and round it is of."""

    set_key = HiddenField(name="set")
    round_key = HiddenField(name="round")
    statement = TextAreaField(_l("What the new list changes, and why"), [InputRequired(), Length(max=400)])

    def ask_why_nobody(self) -> None:
        """Ask for the reason of a list that names nobody."""
        self.statement.label.text = _("Why nobody is awarded, and what becomes of the prizes")


class DecidedForm(BaseForm):
    """A prize by hand, with the registered decision, or the minutes, that it rests on."""

    document = SelectField(_l("Decision, or minutes of the meeting"), [InputRequired()], coerce=int)

    def offer_documents(self, documents: Sequence[Document]) -> None:
        """Let one of the registered documents be chosen that have number and date."""
        self.known = {one.id: one for one in documents if one.symbol and one.issued_on is not None}
        self.document.choices = select_choices(to_choose(self.known.values()))

    @property
    def decision(self) -> tuple[str, date]:
        """Number and date of the document that was chosen."""
        chosen = self.known[self.document.data]
        return chosen.symbol, chosen.issued_on or date.min


class ExtraAwardForm(DecidedForm):
    """An individual prize by hand."""

    enrolment_id = RadioField(_l("Person awarded"), [InputRequired()], coerce=int)
    title = StringField(
        _l("Name of the prize"),
        [InputRequired(), Length(max=TITLE_LENGTH)],
        description=_l("For instance “Người dự thi cao tuổi nhất”."),
    )
    value = DongField(_l("Value"), [Optional(), NumberRange(0, MAX_VALUE)])
    in_kind = StringField(_l("In kind"), [Optional(), Length(max=TITLE_LENGTH)])
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=400)])

    def offer(self, persons: Iterable[Candidate]) -> None:
        """Let persons of the ranking be chosen from."""
        self.enrolment_id.choices = select_choices((one.enrolment_id, _who(one)) for one in persons)

    def decided(self) -> Decided:
        """Return what was decided."""
        number, day = self.decision
        return Decided(
            title=(self.title.data or "").strip(),
            value=self.value.data or 0,
            in_kind=(self.in_kind.data or "").strip(),
            reason=(self.reason.data or "").strip(),
            decision_number=number,
            decision_date=day,
        )


class UnitAwardForm(DecidedForm):
    """A collective prize."""

    tier = SelectField(_l("Collective prize"), [InputRequired()])
    unit_id = SelectField(_l("Unit"), [InputRequired()], coerce=int)
    title = StringField(
        _l("Name of the prize"),
        [Optional(), Length(max=TITLE_LENGTH)],
        description=_l("If the decision names it differently, for instance “Nhất tập thể”."),
    )
    value = DongField(_l("Value"), [Optional(), NumberRange(0, MAX_VALUE)])
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=400)])

    def offer(self, tiers: Iterable[CollectiveTier], units: Iterable[UnitFigure]) -> None:
        """Let the scheme's collective prizes and the units with figures be chosen from."""
        self.tier.choices = select_choices((tier.key, tier.title) for tier in tiers)
        self.unit_id.choices = select_choices((unit.unit_id, unit.unit_name) for unit in units)

    def values(self) -> dict[str, Any]:
        """Return what was entered, as :func:`cuocthi_prizes.domain.unit_awards.grant` takes it."""
        number, day = self.decision
        return {name: self[name].data for name in _GRANTED} | {"decision_number": number, "decision_date": day}


def removed_title(key: str) -> str:
    """Return what a round is called that a set names and the campaign has not any more."""
    return _("a round that was removed (%(key)s)", key=key)


def _who(person: Candidate) -> str:
    rank = _("rank %(rank)s", rank=person.rank)
    return f"{person.name} · {person.unit_name} · {person.code} · {rank}"


def _row(tier: Tier | CollectiveTier) -> dict[str, Any]:
    row = {"key": tier.key, "title": tier.title, "quantity": tier.quantity or None, "value": tier.value or None}
    if isinstance(tier, Tier):
        return row | {"in_kind": tier.in_kind, "threshold": tier.threshold or None, "share": tier.share or None}
    return row | {"block": tier.block}


def _values(row: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    key = row["key"] or _new_key(row["title"], taken)
    numbers = {name: row[name] or 0 for name in row if name not in {"key", "title", *_TEXTS}}
    texts = {name: (row[name] or "").strip() for name in _TEXTS if name in row}
    return {"key": key, "title": row["title"].strip(), **numbers, **texts}


def _new_key(title: str, taken: set[str]) -> str:
    """Return a code made of a name that no other has; adds it to ``taken``."""
    base = _NO_LETTER.sub("-", fold(title)).strip("-")[: KEY_LENGTH - 3].strip("-") or "prize"
    key, copies = base, 1
    while key in taken:
        copies += 1
        key = f"{base}-{copies}"
    taken.add(key)
    return key
