"""Forms by which ties are ordered: a lot that two persons draw, or the jury's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_NEEDED = _l("Please fill this in.")


class OpenLotForm(BaseForm):
    """Where the two parts of the seed will come from; and why there is another lot, where one has been drawn."""

    source_1 = StringField(
        _l("Where the first part will come from"),
        [InputRequired(_NEEDED), Length(max=200)],
        description=_l("For instance ten throws of a die by the head of the jury at the public session."),
    )
    source_2 = StringField(
        _l("Where the second part will come from"),
        [InputRequired(_NEEDED), Length(max=200)],
        description=_l("For instance the special prize of a named lottery that has not been drawn yet, with its day."),
    )
    reason = StringField(
        _l("Why there is another lot"),
        [Length(max=400)],
        description=_l("Everybody sees it, beside the earlier lot."),
    )


class JuryForm(BaseForm):
    """The jury's order; the places are typed beside the names."""

    reason = StringField(
        _l("Reason"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        description=_l("Everybody sees it. For instance the minutes in which this was agreed."),
    )


class PartForm(BaseForm):
    """One part of a lot's seed."""

    number = RadioField(_l("Which part"), coerce=int)
    part = StringField(
        _l("The part"),
        [InputRequired(_NEEDED), Length(max=200)],
        description=_l("Exactly as thrown or drawn. It stays hidden until the other person has given theirs."),
    )

    def offer(self, sources: Mapping[int, str], given: Collection[int]) -> None:
        """Let the parts be chosen that nobody has given yet, by where they come from."""
        free = [(key, words) for key, words in sources.items() if key not in given]
        self.number.choices = select_choices(free)
        if self.number.data is None and free and not self.is_submitted():
            self.number.data = free[0][0]


class AbandonForm(BaseForm):
    """Why a lot is given up before it is drawn."""

    reason = StringField(
        _l("Reason"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        description=_l("Everybody sees it."),
    )
