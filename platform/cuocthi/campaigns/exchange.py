"""Campaign files and the database: importing one, all or nothing, and exporting a campaign in canonical form."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.contents import Contents
from cuocthi.campaigns.divisions import DivisionFacts, add_division
from cuocthi.campaigns.domain import basics_of, create_campaign, replace_headcounts
from cuocthi.campaigns.entrants import ENTRANTS_OWNER, EntrantRules, entrant_rules
from cuocthi.campaigns.files import CampaignSource, Files, invalid, moved, read_source, times, write_source
from cuocthi.campaigns.models import Campaign, Headcount
from cuocthi.campaigns.register import document_contents, document_parts, enter_documents
from cuocthi.campaigns.round_settings import enter_round_settings, round_settings
from cuocthi.campaigns.schema import (
    FORMAT,
    AnnouncementPart,
    CampaignFile,
    CommitteePart,
    DivisionPart,
    HeadcountsPart,
    PhasePart,
    PrerequisitePart,
    TaskPart,
    WindowPart,
)
from cuocthi.campaigns.settings import load_settings, save_settings
from cuocthi.campaigns.unit_lists import listed_units
from cuocthi.committees.domain import set_up_committee
from cuocthi.committees.queries import committees
from cuocthi.contributions import CampaignPart
from cuocthi.errors import InvalidData
from cuocthi.news.domain import AnnouncementFacts, write_announcement
from cuocthi.news.models import AnnouncementState
from cuocthi.news.queries import announcements
from cuocthi.personal.retention import load_retention
from cuocthi.personal.settings import RETENTION_OWNER, Retention
from cuocthi.prerequisites.domain import PrerequisiteFacts, default_prerequisites, list_prerequisites
from cuocthi.prerequisites.queries import prerequisites
from cuocthi.rules.prose import OWNER as PROSE_OWNER
from cuocthi.rules.prose import RulesProse
from cuocthi.rules.writing import load_prose
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.tasks.domain import TaskFacts, add_tasks
from cuocthi.tasks.queries import tasks
from cuocthi.text import T, Text
from cuocthi.timelines.describing import plans
from cuocthi.timelines.domain import PhaseDraft, add_phases
from cuocthi.timelines.moving import Move, unmoved
from cuocthi.timelines.queries import phases
from cuocthi.units.domain import import_units
from cuocthi.units.models import Unit
from cuocthi.units.rows import UnitRow, write_rows

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.context import Context
    from cuocthi.tasks.models import Task


def import_campaign(
    ctx: Context, *, files: Files, folder: Path | None = None, move: Move = unmoved, slug: str = ""
) -> Campaign:
    """Create a campaign as a draft from the files of a campaign folder.

    ``folder`` is where the installation keeps files; without it those of documents are left out. ``move`` brings the
    days of every phase to others; ``slug`` replaces the file's own. Units are created, or updated by their codes.
    Raises InvalidData with every problem, or another DomainError; then nothing was changed.
    """
    source = read_source(files)
    core = dataclasses.replace(moved(source.core, move), slug=slug or source.core.slug)
    return import_source(ctx, source=dataclasses.replace(source, core=core), folder=folder)


def import_source(ctx: Context, *, source: CampaignSource, folder: Path | None = None) -> Campaign:
    """Create a campaign as a draft from a campaign file that was read. Raises as :func:`import_campaign`."""
    with ctx.session.begin_nested():
        campaign = _create(ctx, source)
        _import_parts(ctx, campaign, source)
        enter_round_settings(ctx, campaign=campaign, given=source.core.rounds)
        # The last thing that may be refused: what is kept on the disk is not rolled back.
        enter_documents(ctx, campaign=campaign, parts=source.core.documents, files=source.files, folder=folder)
    return campaign


def export_campaign(ctx: Context, *, campaign: Campaign, folder: Path | None = None) -> Files:
    """Return a campaign as the files of a campaign folder; importing them elsewhere gives the same files again.

    Left out are people, and everything that came of the campaign: entries, results, issued versions. ``folder`` is
    where the installation keeps files; without it those of documents are left out too. They are read when they are
    asked for, which raises Missing for one that is damaged or gone.
    """
    ranking = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign)
    parts = dict(ctx.hooks.collect_by_plugin(ctx, campaign, "export_campaign", CampaignPart))
    core, units = _core(ctx, campaign, with_files=folder is not None), unit_list(ctx, campaign=campaign)
    files = write_source(CampaignSource(core, ranking.value if ranking.version_id else None, (), parts), units)
    return Contents(files, document_contents(core.documents, folder)) if folder else files


def _create(ctx: Context, source: CampaignSource) -> Campaign:
    core = source.core
    campaign = create_campaign(
        ctx, slug=core.slug, basics=core.campaign, plugins=core.plugins, categories=core.categories
    )
    if core.entrants != EntrantRules():
        save_settings(ctx, owner=ENTRANTS_OWNER, campaign=campaign, value=core.entrants)
    for division in core.divisions:
        facts = DivisionFacts(division.name, division.min_age, division.max_age)
        add_division(ctx, campaign=campaign, facts=facts, key=division.key)
    units = import_units(ctx, rows=source.units, campaign=campaign)
    counted = core.headcounts
    set_headcounts(ctx, campaign=campaign, rows=source.units, units=units, source=counted.source, as_of=counted.as_of)
    add_phases(ctx, campaign=campaign, drafts=_drafts(ctx, core.phases))
    for committee in core.committees:
        set_up_committee(ctx, campaign=campaign, **dataclasses.asdict(committee))
    _set_tasks(ctx, campaign, core.tasks)
    _write_announcements(ctx, campaign, core.announcements)
    _list_prerequisites(ctx, campaign, core)
    if core.rules != RulesProse():
        save_settings(ctx, owner=PROSE_OWNER, campaign=campaign, value=core.rules)
    if core.retention != Retention():
        save_settings(ctx, owner=RETENTION_OWNER, campaign=campaign, value=core.retention)
    if source.ranking is not None:
        save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=source.ranking)
    return campaign


def _drafts(ctx: Context, parts: Sequence[PhasePart]) -> list[PhaseDraft]:
    """Return the phases of a file as drafts. Raises InvalidData for units of their windows that are not there."""
    units = _units_named(ctx, "phases", {window.unit for part in parts for window in part.windows if window.unit})
    return [
        PhaseDraft(
            key=part.key,
            kind=part.kind,
            title=part.title,
            windows=[
                dataclasses.replace(times(window), unit_id=units[window.unit].id if window.unit else None)
                for window in part.windows
            ],
            description=part.description,
            source=part.source,
            number=part.number,
        )
        for part in parts
    ]


def _units_named(ctx: Context, table: str, codes: Collection[str]) -> dict[str, Unit]:
    """Return by its code each unit that a table of a file names. Raises InvalidData for those that are not there."""
    found = ctx.session.scalars(sa.select(Unit).where(Unit.code.in_(codes))) if codes else ()
    units = {unit.code: unit for unit in found}
    missing = sorted(set(codes) - set(units))
    if missing:
        raise invalid([T("%(table)s: there is no unit “%(code)s”", table=table, code=code) for code in missing])
    return units


def set_headcounts(
    ctx: Context,
    *,
    campaign: Campaign,
    rows: Sequence[UnitRow],
    units: Mapping[str, Unit],
    source: str,
    as_of: date | None = None,
) -> None:
    """Replace a campaign's numbers of people entitled by those of a list; ``units`` are its units by their codes."""
    numbers = {(units[row.code].id, category): number for row in rows for category, number in row.headcounts.items()}
    replace_headcounts(ctx, campaign=campaign, numbers=numbers, source=source, as_of=as_of)


def _set_tasks(ctx: Context, campaign: Campaign, parts: Sequence[TaskPart]) -> None:
    timeline = {phase.key: phase for phase in phases(ctx, campaign_id=campaign.id)}
    bodies = {committee.key: committee for committee in committees(ctx, campaign_id=campaign.id)}
    facts = [
        TaskFacts(
            title=part.title,
            phase=timeline[part.phase],
            due_edge=part.edge,
            due_days=part.days,
            note=part.note,
            committee=bodies[part.committee] if part.committee else None,
        )
        for part in parts
    ]
    add_tasks(ctx, campaign=campaign, facts=facts)


def _task(task: Task) -> TaskPart:
    return TaskPart(
        title=task.title,
        phase=task.phase.key,
        edge=task.due_edge,
        days=task.due_days,
        committee=task.committee.key if task.committee else "",
        note=task.note,
    )


def _write_announcements(ctx: Context, campaign: Campaign, parts: Sequence[AnnouncementPart]) -> None:
    """Write the announcements of a file as drafts. Raises InvalidData for units that are not there."""
    timeline = {phase.key: phase for phase in phases(ctx, campaign_id=campaign.id)}
    units = _units_named(ctx, "announcements", {part.unit for part in parts if part.unit})
    for part in parts:
        facts = AnnouncementFacts(
            subject=part.subject,
            body=part.body,
            audience=part.audience,
            unit=units.get(part.unit),
            is_public=part.public,
            phase=timeline[part.phase],
            edge=part.edge,
            days=part.days,
            clock=part.clock,
        )
        write_announcement(ctx, campaign=campaign, facts=facts)


def _announcements(ctx: Context, campaign: Campaign) -> list[AnnouncementPart]:
    """Return what is announced on a day that follows the timeline, in the order in which it was written.

    What went out on a day of its own, or was stopped, is of this one time.
    """
    return [
        AnnouncementPart(
            subject=item.subject,
            body=item.body,
            phase=item.phase.key,
            edge=item.edge,
            days=item.days,
            clock=item.clock,
            audience=item.audience,
            unit=item.unit.code if item.unit else "",
            public=item.is_public,
        )
        for item in reversed(announcements(ctx, campaign_id=campaign.id))
        if item.phase is not None and item.edge is not None and item.state is not AnnouncementState.STOPPED
    ]


def _list_prerequisites(ctx: Context, campaign: Campaign, core: CampaignFile) -> None:
    listed = core.prerequisites
    facts = (
        default_prerequisites(campaign.language)
        if listed is None
        else [PrerequisiteFacts(part.title, part.required) for part in listed]
    )
    list_prerequisites(ctx, campaign=campaign, facts=facts)


def _prerequisites(ctx: Context, campaign: Campaign) -> list[PrerequisitePart] | None:
    """Return the conditions of a campaign, None for those with which every one begins."""
    found = [(item.title, item.required) for item in prerequisites(ctx, campaign_id=campaign.id)]
    usual = [(item.title, item.required) for item in default_prerequisites(campaign.language)]
    return None if found == usual else [PrerequisitePart(*item) for item in found]


def _import_parts(ctx: Context, campaign: Campaign, source: CampaignSource) -> None:
    problems: list[Text] = []
    for name, part in source.parts.items():
        if name not in ctx.hooks.plugins:
            problems.append(T("“%(name)s” is not installed", name=name))
            continue
        try:
            with ctx.session.begin_nested():
                ctx.hooks.notify(ctx, campaign, "import_campaign", only=name, part=part)
        except InvalidData as error:
            problems += [T("%(place)s: %(problem)s", place=name, problem=problem) for problem in error.problems]
    if problems:
        raise InvalidData(T("The campaign file cannot be used; nothing was changed."), problems)


def _core(ctx: Context, campaign: Campaign, *, with_files: bool) -> CampaignFile:
    return CampaignFile(
        format=FORMAT,
        slug=campaign.slug,
        campaign=basics_of(campaign),
        plugins=list(campaign.plugins),
        categories=dict(campaign.categories),
        entrants=entrant_rules(ctx, campaign=campaign).value,
        divisions=[
            DivisionPart(division.key, division.name, division.min_age, division.max_age)
            for division in campaign.divisions
        ],
        phases=[
            PhasePart(
                key=phase.key,
                kind=phase.kind,
                title=phase.title,
                windows=[WindowPart(**window) for window in planned["windows"]],
                description=phase.description,
                number=phase.number,
                source=phase.source,
            )
            for phase, planned in plans(ctx, phases(ctx, campaign_id=campaign.id))
        ],
        committees=[
            CommitteePart(item.key, item.role, item.title, item.decision, item.sees_names)
            for item in committees(ctx, campaign_id=campaign.id)
        ],
        documents=document_parts(ctx, campaign=campaign, with_files=with_files),
        headcounts=_headcounts(ctx, campaign),
        tasks=[_task(item) for item in tasks(ctx, campaign_ids=[campaign.id])],
        announcements=_announcements(ctx, campaign),
        prerequisites=_prerequisites(ctx, campaign),
        rounds=round_settings(ctx, campaign=campaign),
        retention=load_retention(ctx, campaign=campaign),
        rules=load_prose(ctx, campaign=campaign),
    )


def _headcounts(ctx: Context, campaign: Campaign) -> HeadcountsPart:
    found = ctx.session.execute(
        sa.select(Headcount.source, Headcount.as_of).where(Headcount.campaign_id == campaign.id).limit(1)
    ).first()
    return HeadcountsPart(found.source, found.as_of) if found else HeadcountsPart()


def unit_list(ctx: Context, *, campaign: Campaign) -> bytes:
    """Return the whole tree as a list with a campaign's numbers; each unit stands before those below it."""
    rows, categories = listed_units(ctx, campaign=campaign)
    return write_rows(rows, categories)
