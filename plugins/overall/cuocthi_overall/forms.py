"""The overall rankings as a form, a row for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from wtforms import FieldList, Form, FormField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.context import registry
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm, change_rows
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate
from cuocthi_overall.settings import (
    MAX_RANKINGS,
    MAX_ROUNDS,
    ONE,
    OWNER,
    Combine,
    OverallRanking,
    OverallSettings,
    Weighted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cuocthi.campaigns.models import Division
    from cuocthi.timelines.models import Phase

COMBINE = {Combine.SUM: _l("are added up"), Combine.MEAN: _l("count by their mean")}
_PERCENT = 10


class RankingRow(Form):
    """One overall ranking; its choices are offered by the form around it."""

    round = SelectField(_l("Round of this overall ranking"), [InputRequired()])
    rounds = SelectMultipleField(
        _l("Rounds that count"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Leave all unticked for all rounds of other formats."),
    )
    weights = TextAreaField(
        _l("Weights"),
        [Length(max=2_000)],
        description=_l("One a line, for instance “Week 3 = 1.5”; a round that is not named has the weight 1."),
    )
    combine = SelectField(_l("Their points"), choices=select_choices((str(one), text) for one, text in COMBINE.items()))
    best = IntegerField(
        _l("Only so many best rounds"), [Optional(), NumberRange(0, MAX_ROUNDS)], description=_l("0: all.")
    )
    least = IntegerField(_l("Rounds to take part in, at least"), [Optional(), NumberRange(1, MAX_ROUNDS)])
    division = SelectField(_l("Division"), default="")
    pass_percent = IntegerField(_l("Passed from (percent of the points)"), [Optional(), NumberRange(0, 100)])
    added = SelectField(
        _l("Measure to be added up"), default="", description=_l("Beside points and time, which always are.")
    )

    def to_ranking(self) -> OverallRanking:
        """Return the ranking that the row describes; raises SettingsError."""
        keys = self.rounds.data or []
        weights = dict(self._weight(line) for line in (self.weights.data or "").splitlines() if line.strip())
        if not keys and weights:
            raise SettingsError(T("Please tick the rounds that count where one has a weight."), field="rankings")
        return OverallRanking(
            round=self.round.data or "",
            rounds=tuple(Weighted(key, weights.get(key, ONE)) for key in keys),
            combine=Combine(self.combine.data),
            best=self.best.data or 0,
            least=self.least.data or 1,
            division=self.division.data or "",
            pass_mark=(self.pass_percent.data or 0) * _PERCENT,
            added=self.added.data or "",
        )

    def _weight(self, line: str) -> tuple[str, int]:
        """Return what a line says: the round that counts, by title or code, and its weight in thousandths."""
        name, _equals, weight = line.rpartition("=")
        counted = self.rounds.data or []
        offered = self.rounds.iter_choices() if self.rounds.choices else ()
        titles = {value: title for value, title, *_rest in offered}
        named = {fold(text): key for key in counted for text in (key, str(titles.get(key, key)))}
        if fold(name.strip()) not in named:
            message = T("“%(name)s” is not a round that counts.", name=name.strip() or line.strip())
            raise SettingsError(message, field="rankings")
        return named[fold(name.strip())], _thousandths(weight)


class OverallForm(BaseForm):
    """The settings of overall rankings; ``act`` buttons add and remove rows without storing anything."""

    rankings = FieldList(FormField(RankingRow), label=_l("Overall rankings"), max_entries=MAX_RANKINGS)

    _titles: Mapping[str, str] = {}
    _own: Sequence[str] = ()
    _measures: Mapping[str, str] = {}
    _divisions: Mapping[str, str] = {}

    @classmethod
    def from_settings(cls, settings: OverallSettings) -> OverallForm:
        """Return the form filled with settings."""
        return cls(data={"rankings": [_row(one) for one in settings.rankings]})

    def offer_rounds(self, rounds: Sequence[Phase]) -> None:
        """Let the campaign's rounds be chosen from: those of this format as rankings, all others to count.

        What a ranking names and is not there (any more) stays and is called so.
        """
        self._titles = {round_.key: round_.title for round_ in rounds}
        self._own = [round_.key for round_ in rounds if round_.source == OWNER]
        formats = registry().formats
        self._measures = {
            measure.key: translate(measure.title)
            for source in dict.fromkeys(round_.source for round_ in rounds if round_.source != OWNER)
            for measure in (formats[source].measures if source in formats else ())
        }
        self._offer_rows()
        for row in self.rankings:
            lines = (line.rpartition("=") for line in (row.form.weights.data or "").splitlines())
            named = ((self._titles.get(name.strip(), name.strip()), weight.strip()) for name, _equals, weight in lines)
            row.form.weights.data = "\n".join(f"{name} = {weight}" if name else weight for name, weight in named)

    def offer_divisions(self, divisions: Sequence[Division]) -> None:
        """Let one of the campaign's divisions be chosen."""
        self._divisions = {division.key: division.name for division in divisions}
        self._offer_rows()

    def _offer_rows(self) -> None:
        for row in self.rankings:
            part = row.form
            part.round.choices = _choices(self._titles, [("", "–")], [part.round.data], among=self._own)
            part.rounds.choices = _choices(self._titles, [], part.rounds.data or ())
            part.division.choices = _choices(
                self._divisions, [("", _("Everybody is ranked together"))], [part.division.data]
            )
            part.added.choices = _choices(self._measures, [("", _("None"))], [part.added.data])

    def to_settings(self) -> OverallSettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        return OverallSettings(tuple(row.form.to_ranking() for row in self.rankings))

    def change_rows(self, act: str) -> bool:
        """Add or remove a row if ``act`` says so; tell whether it did."""
        changed = change_rows(act, self.rankings, most=MAX_RANKINGS)
        self._offer_rows()
        return changed


def _choices(
    titles: Mapping[str, str],
    first: Sequence[tuple[str, str]],
    named: Iterable[str | None],
    among: Iterable[str] | None = None,
) -> Any:
    """Return what can be chosen, by its title, and what is named though it is not there."""
    offered = dict(titles) if among is None else {key: titles[key] for key in among}
    offered |= {key: titles.get(key) or _("not there any more (%(key)s)", key=key) for key in named if key}
    return select_choices([*first, *offered.items()])


def _row(of: OverallRanking) -> dict[str, Any]:
    return {
        "round": of.round,
        "rounds": [one.round for one in of.rounds],
        "weights": "\n".join(f"{one.round} = {_written(one.weight)}" for one in of.rounds if one.weight != ONE),
        "combine": str(of.combine),
        "best": of.best,
        "least": of.least,
        "division": of.division,
        "pass_percent": of.pass_mark // _PERCENT,
        "added": of.added,
    }


def _written(weight: int) -> str:
    whole, rest = divmod(weight, ONE)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def _thousandths(weight: str) -> int:
    whole, _point, rest = weight.strip().replace(",", ".").partition(".")
    if not (whole.isdecimal() and (not rest or rest.isdecimal()) and len(rest) <= 3):  # noqa: PLR2004 - thousandths
        raise SettingsError(T("“%(text)s” is no weight: write 2 or 1.5.", text=weight.strip()), field="rankings")
    return int(whole) * ONE + int(rest.ljust(3, "0") or 0)
