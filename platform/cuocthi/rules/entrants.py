"""What the rules say of who may take part by age, of divisions, of what people are asked, and of children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.entrants import CHILD_ASKED_FROM, Ask

if TYPE_CHECKING:
    from cuocthi.campaigns.entrants import EntrantRules
    from cuocthi.campaigns.models import Campaign, Division
    from cuocthi.rules.wording import Wording


def by_age(campaign: Campaign, asked: EntrantRules, words: Wording) -> list[str]:
    """Return the paragraphs on the ages of a campaign and on its divisions; none where there are none."""
    found = []
    ages = _ages(asked.min_age, asked.max_age, words)
    if ages:
        found.append(words.aged.format(ages=ages, day=_age_day(asked, words)))
    if campaign.divisions:
        found.append(words.divisions.format(list="; ".join(_division(item, words) for item in campaign.divisions)))
    if any((item.min_age, item.max_age) != (None, None) for item in campaign.divisions):
        found.append(words.division_ages.format(day=_age_day(asked, words)))
    return found


def _ages(youngest: int | None, oldest: int | None, words: Wording) -> str:
    if youngest is None and oldest is None:
        return ""
    form = "to" if youngest is None else "from" if oldest is None else "between"
    return words.ages[form].format(youngest=youngest, oldest=oldest)


def _age_day(asked: EntrantRules, words: Wording) -> str:
    day = asked.ages_on
    return words.joining_day if day is None else words.day.format(day=f"{day:%d/%m/%Y}")


def _division(division: Division, words: Wording) -> str:
    ages = _ages(division.min_age, division.max_age, words)
    return f"{division.name} ({ages})" if ages else division.name


def asked_more(asked: EntrantRules, words: Wording) -> str:
    """Return the sentence on what people are asked beyond name, contact and unit, "" where that is all."""
    more = [words.asked[name] for name in ("birth_date", "citizen_id") if getattr(asked, name) is not Ask.NO]
    more += [own.label for own in asked.fields]
    return words.asked_more.format(list=words.joined(more)) if more else ""


def on_children(asked: EntrantRules, words: Wording) -> str:
    """Return the sentences on the consent of parents and guardians, "" where nobody's age is known."""
    if asked.birth_date is Ask.NO or not asked.guardian_below:
        return ""
    return words.children.format(age=asked.guardian_below, asked=CHILD_ASKED_FROM)
