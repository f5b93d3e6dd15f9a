"""The overall rankings as a form, a row for each."""

from __future__ import annotations

from typing import Any

from wtforms import FieldList, Form, FormField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_overall.settings import (
    MAX_RANKINGS,
    MAX_ROUNDS,
    ONE,
    Combine,
    OverallRanking,
    OverallSettings,
    Weighted,
)

COMBINE = {Combine.SUM: _l("are added up"), Combine.MEAN: _l("count by their mean")}
_PERCENT = 10


class RankingRow(Form):
    """One overall ranking."""

    round = StringField(_l("Code of its round"), [InputRequired(), Length(max=40)])
    rounds = StringField(
        _l("Codes of the rounds that count"),
        [Length(max=400)],
        description=_l("Separated by commas, “week-1×1.5” with a weight; empty for all rounds of other formats."),
    )
    combine = SelectField(_l("Their points"), choices=select_choices((str(one), text) for one, text in COMBINE.items()))
    best = IntegerField(
        _l("Only so many best rounds"), [Optional(), NumberRange(0, MAX_ROUNDS)], description=_l("0: all.")
    )
    least = IntegerField(_l("Rounds to take part in, at least"), [Optional(), NumberRange(1, MAX_ROUNDS)])
    division = StringField(
        _l("Code of the division"), [Length(max=40)], description=_l("Empty: everybody is ranked together.")
    )
    pass_percent = IntegerField(_l("Passed from (percent of the points)"), [Optional(), NumberRange(0, 100)])
    added = StringField(
        _l("Measure to be added up"),
        [Length(max=40)],
        description=_l("A measure of the rounds' format, such as prediction_error."),
    )

    def to_ranking(self) -> OverallRanking:
        """Return the ranking that the row describes; raises SettingsError."""
        return OverallRanking(
            round=(self.round.data or "").strip(),
            rounds=tuple(_weighted(one) for one in (self.rounds.data or "").split(",") if one.strip()),
            combine=Combine(self.combine.data),
            best=self.best.data or 0,
            least=self.least.data or 1,
            division=(self.division.data or "").strip(),
            pass_mark=(self.pass_percent.data or 0) * _PERCENT,
            added=(self.added.data or "").strip(),
        )


class OverallForm(BaseForm):
    """The settings of overall rankings; ``act`` buttons add and remove rows without storing anything."""

    rankings = FieldList(FormField(RankingRow), label=_l("Overall rankings"), max_entries=MAX_RANKINGS)

    @classmethod
    def from_settings(cls, settings: OverallSettings) -> OverallForm:
        """Return the form filled with settings."""
        return cls(data={"rankings": [_row(one) for one in settings.rankings]})

    def to_settings(self) -> OverallSettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        return OverallSettings(tuple(row.form.to_ranking() for row in self.rankings))

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so ("add-rankings", "remove-rankings-2"); tell whether it did."""
        verb, _dash, target = act.partition("-")
        if verb == "add" and target == self.rankings.name and len(self.rankings) < MAX_RANKINGS:
            self.rankings.append_entry()
            return True
        removed = [place for place, entry in enumerate(self.rankings) if entry.name == target]
        if verb == "remove" and removed:
            del self.rankings.entries[removed[0]]
            return True
        return False


def _row(of: OverallRanking) -> dict[str, Any]:
    return {
        "round": of.round,
        "rounds": ", ".join(_written(one) for one in of.rounds),
        "combine": str(of.combine),
        "best": of.best,
        "least": of.least,
        "division": of.division,
        "pass_percent": of.pass_mark // _PERCENT,
        "added": of.added,
    }


def _written(one: Weighted) -> str:
    whole, rest = divmod(one.weight, ONE)
    weight = f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)
    return one.round if one.weight == ONE else f"{one.round}×{weight}"


def _weighted(text: str) -> Weighted:
    key, _, weight = text.strip().replace("*", "×").partition("×")
    whole, _, rest = weight.strip().replace(",", ".").partition(".")
    if not weight.strip():
        return Weighted(key.strip())
    if not (whole.isdecimal() and (not rest or rest.isdecimal()) and len(rest) <= 3):  # noqa: PLR2004 - thousandths
        raise SettingsError(T("“%(text)s” is no weight: write 2 or 1.5.", text=weight.strip()), field="rankings")
    return Weighted(key.strip(), int(whole) * ONE + int(rest.ljust(3, "0") or 0))
