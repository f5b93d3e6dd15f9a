"""The part of the scheme's form that is about candidates."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_prizes.settings import MAX_ANSWER_DAYS, Check, PrizeSettings

CHECKS = {
    Check.CONTACT: _l("The person was reached"),
    Check.IDENTITY: _l("It was checked who the person is"),
    Check.ENTRY: _l("The entry, and what is known of it, was looked at"),
}


class CandidateRulesForm(BaseForm):
    """What is demanded of each candidate before a list is adopted."""

    candidate_checks = SelectMultipleField(
        _l("Checked of each candidate before a list is adopted"),
        choices=select_choices(CHECKS.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Candidates are compared with members of the committees in any case."),
    )
    answer_days = IntegerField(
        _l("Days that candidates have to give ID number and account"),
        [Optional(), NumberRange(0, MAX_ANSWER_DAYS)],
        description=_l(
            "Who does not answer in that time can be passed over by a decision. Empty where lists are adopted without "
            "an answer."
        ),
    )

    @staticmethod
    def rules_of(scheme: PrizeSettings) -> dict[str, Any]:
        """Return what the fields show of a scheme."""
        return {
            "candidate_checks": [check.value for check in scheme.candidate_checks],
            "answer_days": scheme.answer_days or None,
        }

    @property
    def rules(self) -> dict[str, Any]:
        """What was entered, by the names of the scheme."""
        chosen = set(self.candidate_checks.data or ())
        return {
            "candidate_checks": tuple(check for check in Check if check.value in chosen),
            "answer_days": self.answer_days.data or 0,
        }
