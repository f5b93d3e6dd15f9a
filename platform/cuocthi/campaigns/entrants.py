"""Who may take part in a campaign by age, and what it asks of people beyond name, contact and unit.

A campaign asks nothing more unless it says so. What it asks is stored in versions as other settings are, so that each
enrolment keeps the version that it answered.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import SettingsError, load_settings, save_settings, unstructure
from cuocthi.errors import Conflict
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.campaigns.settings import Loaded
    from cuocthi.context import Context

#: The owner of the settings, and their table in a campaign file.
ENTRANTS_OWNER = "entrants"
#: From this age a child is asked too whether its name may be published.
CHILD_ASKED_FROM = 7
OLDEST = 120
MOST_FIELDS = 10
MAX_ANSWER = 200
_MAJORITY = 18

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LABEL_LENGTH = 120


class Ask(StrEnum):
    """Whether something is asked."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class OwnField:
    """Something only this campaign asks, such as the grade at school: a choice where there are choices, else a text.

    ``key`` never changes once people have answered.
    """

    key: str
    label: str
    choices: tuple[str, ...] = ()
    required: bool = False

    def __post_init__(self) -> None:
        """Raise SettingsError for a key, label or choice that cannot be."""
        if not _KEY.fullmatch(self.key):
            message = T("The code “%(key)s” must begin with a letter and hold a–z, 0–9 and _ only.", key=self.key)
            raise SettingsError(message, field="key")
        if not self.label.strip() or len(self.label) > _LABEL_LENGTH:
            message = T("“%(key)s” needs a label of at most %(most)s characters.", key=self.key, most=_LABEL_LENGTH)
            raise SettingsError(message, field="label")
        if len(set(self.choices)) < len(self.choices) or len(self.choices) == 1:
            raise SettingsError(T("“%(label)s” needs at least two different choices.", label=self.label))
        if any(not choice.strip() or len(choice) > MAX_ANSWER for choice in self.choices):
            message = T("A choice of “%(label)s” is empty or too long.", label=self.label)
            raise SettingsError(message, field="choices")


@dataclass(frozen=True, slots=True)
class EntrantRules:
    """What a campaign asks of people, and who may take part by age.

    ``min_age`` and ``max_age`` are completed years on the day ``ages_as_of`` ("2024-09-15"; empty: the day of
    joining), which also holds for the ages of divisions. Somebody younger than ``guardian_below`` on the day of joining
    takes part with the consent of a parent or guardian, in the words ``guardian_text``; 0 asks for none.
    ``shared_phones``: several people may give one phone number. ``shared_devices``: people are helped to take part one
    after another on one device.
    """

    birth_date: Ask = Ask.NO
    citizen_id: Ask = Ask.NO
    fields: tuple[OwnField, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    ages_as_of: str = ""
    guardian_below: int = 16
    guardian_text: str = ""
    shared_phones: bool = False
    shared_devices: bool = False

    def __post_init__(self) -> None:
        """Raise SettingsError for what contradicts itself."""
        check_ages(self.min_age, self.max_age)
        if (self.min_age, self.max_age) != (None, None) and self.birth_date is not Ask.REQUIRED:
            message = T("Limits of age need the date of birth: please ask for it as required.")
            raise SettingsError(message, field="birth_date")
        if not 0 <= self.guardian_below <= _MAJORITY:
            message = T("Nobody needs a guardian from %(age)s on.", age=_MAJORITY)
            raise SettingsError(message, field="guardian_below")
        if self.ages_as_of and _day(self.ages_as_of) is None:
            raise SettingsError(T("Write the day as 2024-09-15."), field="ages_as_of")
        keys = Counter(field.key for field in self.fields)
        if keys and max(keys.values()) > 1:
            message = T("The code “%(key)s” stands there twice.", key=keys.most_common(1)[0][0])
            raise SettingsError(message, field="fields")
        if len(self.fields) > MOST_FIELDS:
            message = T("At most %(most)s own questions can be asked.", most=MOST_FIELDS)
            raise SettingsError(message, field="fields")

    @property
    def ages_on(self) -> date | None:
        """The day on which ages count; None: the day of joining."""
        return _day(self.ages_as_of)

    @property
    def asks(self) -> bool:
        """Whether anything is asked beyond name, contact and unit."""
        return bool(self.fields) or (self.birth_date, self.citizen_id) != (Ask.NO, Ask.NO)


def check_ages(youngest: int | None, oldest: int | None) -> None:
    """Raise SettingsError (field ``min_age`` or ``max_age``) for limits of age that nobody can meet."""
    for field, age in (("min_age", youngest), ("max_age", oldest)):
        if age is not None and not 0 <= age <= OLDEST:
            raise SettingsError(T("An age lies between 0 and %(oldest)s years.", oldest=OLDEST), field=field)
    if youngest is not None and oldest is not None and youngest > oldest:
        raise SettingsError(T("The upper limit of age lies below the lower one."), field="max_age")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def entrant_rules(ctx: Context, *, campaign: Campaign) -> Loaded[EntrantRules]:
    """Return what a campaign asks of people now, and who may take part by age (one statement)."""
    return load_settings(ctx, owner=ENTRANTS_OWNER, schema=EntrantRules, campaign=campaign)


def set_entrant_rules(ctx: Context, *, campaign: Campaign, rules: EntrantRules) -> None:
    """Change what a campaign asks of people; enrolments keep what they answered.

    Raises Conflict if a question would vanish, or become another one, after the opening, and SettingsError (field
    ``birth_date``) if a division has limits of age and the date of birth would not be asked.
    """
    limited = next((item for item in campaign.divisions if (item.min_age, item.max_age) != (None, None)), None)
    if limited is not None and rules.birth_date is not Ask.REQUIRED:
        message = T("The division “%(name)s” has limits of age: they need the date of birth.", name=limited.name)
        raise SettingsError(message, field="birth_date")
    before = entrant_rules(ctx, campaign=campaign)
    after = {field.key: bool(field.choices) for field in rules.fields}
    lost = next((field for field in before.value.fields if after.get(field.key) is not bool(field.choices)), None)
    if lost is not None and campaign.opened_at is not None:
        message = T("The campaign has opened: “%(label)s” can be worded anew, but not taken away.", label=lost.label)
        raise Conflict(message, field="fields")
    version = save_settings(ctx, owner=ENTRANTS_OWNER, campaign=campaign, value=rules)
    if version.id == before.version_id:
        return
    record(
        ctx,
        action="core:entrants:edit",
        summary=T("Changed what is asked of people, and who may take part"),
        campaign=campaign,
        object_kind="settings",
        object_id=version.id,
        before={"version": before.version_id, "values": str(unstructure(before.value))},
        after={"version": version.id, "digest": version.digest, "values": str(unstructure(rules))},
    )
