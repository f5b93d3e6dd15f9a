"""The clauses of the rules that follow from what the core knows. Pure: rows in, Markdown out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cuocthi.campaigns.entrants import EntrantRules
from cuocthi.contributions import RuleClause
from cuocthi.rules.entrants import asked_more, by_age, on_children
from cuocthi.rules.wording import Wording, wording
from cuocthi.timelines.localtime import day_and_time

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.committees.models import Committee
    from cuocthi.standings.criteria import Admission, RankingRules
    from cuocthi.timelines.models import Phase, Window
    from cuocthi.units.models import Unit

_PADDED_MONTHS = 2
#: So many rounds are named by the first and the last.
_MANY = 3

#: The clause that says by what places are given.
RANKING_CLAUSE = "ranking"


def core_clauses(
    campaign: Campaign,
    *,
    rounds: Sequence[Phase],
    committees: Sequence[Committee],
    rankings: Sequence[tuple[Sequence[Phase], RankingRules]],
    measure_titles: Mapping[str, str],
    units: Mapping[int, Unit] | None = None,
    entrants: EntrantRules | None = None,
    made_of_others: Sequence[Phase] = (),
) -> list[RuleClause]:
    """Return the core's clauses in the campaign's language.

    ``rankings`` are the ranking rules, each with the rounds in which it holds. ``measure_titles`` are the titles, in
    that language, of the measures that contest formats add to the core's own. ``units`` are those that have windows of
    their own in a round. ``entrants`` says what is asked of people: by default name, contact and unit only.
    ``made_of_others`` are the rounds in which nobody takes part, as their results are what others came to.
    """
    words, asked = wording(campaign.language), entrants or EntrantRules()
    found = [
        RuleClause("name", words.name.heading, _name(campaign, words), 10),
        RuleClause("entrants", words.entrants.heading, _entrants(campaign, asked, words), 20),
    ]
    barring = [committee.title for committee in committees if committee.role.bars]
    if barring:
        barred = words.joined(barring)
        found.append(RuleClause("barred", words.barred.heading, words.barred.body.format(list=barred), 22))
    if campaign.content:
        found.append(
            RuleClause("content", words.content.heading, words.content.body.format(content=campaign.content), 30)
        )
    if rounds:
        conduct = _conduct(rounds, made_of_others, units or {}, asked, _admissions(rankings, words), words)
        found.append(RuleClause("conduct", words.conduct.heading, conduct, 40))
    return [
        *found,
        RuleClause(
            RANKING_CLAUSE, words.ranking.heading, _rankings(rankings, made_of_others, words, measure_titles), 60
        ),
        RuleClause("results", words.results.heading, _results(campaign, words), 80),
        RuleClause("violations", words.violations.heading, words.violations.body, 84),
        RuleClause("data", words.data.heading, _data(rankings, committees, words) + on_children(asked, words), 88),
        RuleClause("final", words.final.heading, _final(campaign, words), 95),
    ]


def _name(campaign: Campaign, words: Wording) -> str:
    parts = [words.name.body.format(name=campaign.name, host=campaign.host_name)]
    if campaign.purpose:
        parts.append(words.purpose.format(text=campaign.purpose))
    if campaign.requirements:
        parts.append(words.requirements.format(text=campaign.requirements))
    return _paragraphs(parts)


def _entrants(campaign: Campaign, asked: EntrantRules, words: Wording) -> str:
    parts = [words.entrants.body.format(audience=campaign.audience)]
    if campaign.categories:
        parts.append(words.categories.format(list="; ".join(campaign.categories.values())))
    return _paragraphs([*parts, *by_age(campaign, asked, words)])


def _conduct(  # noqa: PLR0917 - what one clause is made of
    rounds: Sequence[Phase],
    made_of_others: Sequence[Phase],
    units: Mapping[int, Unit],
    asked: EntrantRules,
    admissions: Mapping[str, str],
    words: Wording,
) -> str:
    lines = [
        words.round.format(title=phase.title, span=_times(phase.windows, units, words)) + admissions.get(phase.key, "")
        for phase in rounds
    ]
    held = words.rounds.format(number=f"{len(rounds):02}")
    parts = [words.conduct.body + asked_more(asked, words), held, "\n".join(lines)]
    if made_of_others:
        parts.append(words.overall.format(list=words.joined([f"“{phase.title}”" for phase in made_of_others])))
    return _paragraphs([*parts, words.deadline])


def _admissions(rankings: Sequence[tuple[Sequence[Phase], RankingRules]], words: Wording) -> dict[str, str]:
    """Write, for each round that is not for everybody, who may take part in it."""
    titles = {phase.key: phase.title for held, _ in rankings for phase in held}
    return {
        phase.key: f" {_admission(rules.admission, titles, words)}"
        for held, rules in rankings
        for phase in held
        if not rules.admission.is_open
    }


def _admission(admission: Admission, titles: Mapping[str, str], words: Wording) -> str:
    said, within = words.admission, words.admission[str(admission.within)]
    parts = []
    if admission.best:
        parts.append(said["best"].format(number=admission.best, within=within))
    if admission.share:
        parts.append(said["share"].format(share=_percent(admission.share, words), within=within))
    if admission.pass_mark:
        parts.append(said["passed"].format(share=_percent(admission.pass_mark, words)))
    ties = said["ties"] if admission.best or admission.share else ""
    return said["sentence"].format(list=words.joined(parts), of=titles.get(admission.of, admission.of), ties=ties)


def _percent(thousandths: int, words: Wording) -> str:
    return f"{thousandths / 10:g}".replace(".", words.admission["point"])


def _times(windows: Sequence[Window], units: Mapping[int, Unit], words: Wording) -> str:
    """Write when a round is open: for everybody, and for each unit that has windows of its own."""
    everybody = [window for window in windows if window.unit_id is None]
    parts = [_spans(everybody, words)] if everybody else []
    for unit_id, unit in units.items():
        own = [window for window in windows if window.unit_id == unit_id]
        if own:
            parts.append(words.unit.format(unit=unit.name, spans=_spans(own, words)))
    return "; ".join(parts)


def _spans(windows: Sequence[Window], words: Wording) -> str:
    spans = [
        words.span.format(
            opens=_moment(window.opens_at, words, closing=False),
            closes=_moment(window.closes_at, words, closing=True),
        )
        for window in windows
    ]
    return spans[0] if len(spans) == 1 else words.windows.format(list="; ".join(spans))


def _moment(moment: datetime, words: Wording, *, closing: bool) -> str:
    """Write a moment as documents do: 17h00 ngày 05/10/2024; the end of a day is 24h00 of that day."""
    day, clock = day_and_time(moment, closing=closing)
    # Who closes a round by hand does so between two seconds; nobody reads that.
    hour, _, minute = clock.partition(".")[0].partition(":")
    # Documents put a zero before days below ten and before the first two months only.
    month = f"{day.month:02}" if day.month <= _PADDED_MONTHS else str(day.month)
    return words.moment.format(hour=hour, minute=minute, day=f"{day.day:02}", month=month, year=day.year)


def _rankings(
    rankings: Sequence[tuple[Sequence[Phase], RankingRules]],
    made_of_others: Sequence[Phase],
    words: Wording,
    titles: Mapping[str, str],
) -> str:
    by_text: dict[str, list[Phase]] = {}
    for held, rules in rankings:
        others = [phase for phase in held if phase in made_of_others]
        entered = [phase for phase in held if phase not in made_of_others]
        if entered or not others:
            by_text.setdefault(_ranking(rules, words, titles), []).extend(entered)
        if others:
            by_text.setdefault(_ranking(rules, words, titles, of_others=True), []).extend(others)
    if len(by_text) == 1:
        return next(iter(by_text))
    return _paragraphs(f"{words.ranked.format(rounds=_named(held, words))}\n\n{text}" for text, held in by_text.items())


def _named(held: Sequence[Phase], words: Wording) -> str:
    """Name rounds; many that follow one another by the first and the last."""
    held = sorted(held, key=lambda phase: phase.number or 0)
    numbers = [phase.number or 0 for phase in held]
    if len(held) >= _MANY and numbers == list(range(numbers[0], numbers[0] + len(held))):
        return words.through.format(first=held[0].title, last=held[-1].title)
    return words.joined([phase.title for phase in held])


def _ranking(rules: RankingRules, words: Wording, titles: Mapping[str, str], *, of_others: bool = False) -> str:
    lines, known = [], {**titles, **words.measures, **(words.measures_of_others if of_others else {})}
    for number, criterion in enumerate(rules.criteria, 1):
        measure = known.get(criterion.key, criterion.key)
        less = words.less.get(criterion.key, words.less["other"])
        form = words.gate if criterion.gate else words.direction[str(criterion.direction)]
        lines.append(form.format(number=number, measure=measure, less=less))
    counted = words.ranking.body.format(counted=words.counted["of_others" if of_others else str(rules.counted)])
    # It stands in this clause, so that places cannot be adopted after less time than the issued rules leave.
    objections = [words.objections.format(hours=rules.objection_hours)] if rules.objection_hours else []
    return _paragraphs([counted, "\n".join(lines), words.ties, *objections])


def _data(
    rankings: Sequence[tuple[Sequence[Phase], RankingRules]], committees: Sequence[Committee], words: Wording
) -> str:
    public = max(rules.public_places for _, rules in rankings)
    places = words.places.format(number=public) if public else ""
    told = [committee.title for committee in committees if committee.sees_names]
    names = words.told.format(list=words.joined(told)) if told else ""
    return words.data.body.format(places=places) + names


def _results(campaign: Campaign, words: Wording) -> str:
    parts = [words.results.body]
    if campaign.portal_url:
        parts.append(words.portal.format(portal=campaign.portal_url))
    return _paragraphs(parts)


def _final(campaign: Campaign, words: Wording) -> str:
    office = f" ({campaign.standing_office})" if campaign.standing_office else ""
    phone = f", {campaign.support_phone}" if campaign.support_phone else ""
    return _paragraphs([words.final.body, words.support.format(office=office, phone=phone)])


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(parts)
