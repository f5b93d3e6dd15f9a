"""The four papers: report, notice of a round's results, decision on prizes, minutes of the meeting that adopts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.queries import committees_with_members
from cuocthi.contributions import Column, ReportTable, Role
from cuocthi.papers.words import amount_in_words
from cuocthi.text import T
from cuocthi_publishing.reports import decree
from cuocthi_publishing.reports.citing import cited, in_force, plans
from cuocthi_publishing.reports.content import Annex, Block, Cells, Paper, Signed
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.drawing_up import (
    annex_note,
    ended,
    framed,
    list_named,
    numbered,
    paragraphs,
    parts,
    round_named,
    table_blocks,
    told,
)
from cuocthi_publishing.reports.facts import core_sections, span, unit_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.context import Context
    from cuocthi.contributions import AwardList, ReportSection
    from cuocthi.text import Text
    from cuocthi_publishing.reports.drawing_up import Material

#: What stands in minutes for what the secretary writes by hand.
_DOTS = "……………………"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a paper can be of: the key by which it is asked for, and its title."""

    key: str
    title: str


#: So many letters of a digest stand together.
_GROUP = 8


def subjects(material: Material, kind: PaperKind) -> list[Subject]:
    """Return what a kind of paper can be drawn up of now: the whole campaign, each round, each adopted list."""
    if kind is PaperKind.NOTICE:
        return [Subject(round_.key, round_.title) for round_, _ in material.ranked]
    if kind is PaperKind.DECISION:
        return [Subject(found.key, found.title) for found in material.award_lists]
    return [Subject("", material.contest)]


def draw_up(ctx: Context, *, material: Material, kind: PaperKind, subject: str) -> Paper:
    """Return a paper. Raises Missing for a ``subject`` that there is not."""
    return _DRAWN[kind](ctx, material, subject)


# --- the report -------------------------------------------------------------------------------------------------------


def _report(ctx: Context, material: Material, _subject: str) -> Paper:
    write = material.write
    sections = sorted([*core_sections(ctx, core=material.core), *told(ctx, material)], key=lambda one: one.order)
    blocks = [Block("text", _opening(material)), *parts(ctx, material, sections)]
    blocks += _differences(material, sections)
    own = material.settings.of(PaperKind.REPORT)
    if own.remarks.strip():
        blocks += [Block("part", write(T("Assessment and proposals"))), *paragraphs(own.remarks.splitlines())]
    blocks = numbered(blocks)
    blocks.append(Block("text", _closing(material, own.addressee)))
    contest = {"contest": material.contest}
    return framed(
        material,
        PaperKind.REPORT,
        subject=write(T("Results of %(contest)s", **contest)),
        blocks=ended(blocks),
        annexes=_annexes(ctx, material),
        first_recipient=write(T("As above")) if own.addressee else "",
    )


def _opening(material: Material) -> str:
    write = material.write
    found = plans(in_force(material.documents))
    values = {"issuer": material.issuer, "contest": material.contest}
    if not found:
        return write(T("%(issuer)s reports on the results of %(contest)s as follows:", **values))
    named = "; ".join(cited(plan) for plan in found)
    text = T(
        "Carrying out %(plans)s, %(issuer)s reports on the results of %(contest)s as follows:",
        plans=named,
        **values,
    )
    return write(text)


def _closing(material: Material, addressee: str) -> str:
    values = {"issuer": material.issuer, "contest": material.contest}
    if addressee:
        text = T(
            "This is the report on the results of %(contest)s; %(issuer)s submits it to %(addressee)s.",
            addressee=addressee,
            **values,
        )
        return material.write(text)
    return material.write(T("This is the report of %(issuer)s on the results of %(contest)s.", **values))


def _differences(material: Material, sections: Sequence[ReportSection]) -> list[Block]:
    write = material.write
    found = [text for section in sections for text in section.differences]
    blocks = [Block("part", write(T("Differences to the plan")))]
    if not found:
        return [*blocks, Block("text", write(T("The contest was held as planned.")))]
    blocks.append(Block("text", write(T("What came out otherwise than planned, by the data of the contest:"))))
    return [*blocks, *(Block("item", f"- {text}") for text in found)]


def _annexes(ctx: Context, material: Material) -> list[Annex]:
    write = material.write
    units = unit_table(ctx, core=material.core)
    bodies: list[tuple[str, list[Block]]] = []
    if units.rows:
        untitled = ReportTable("", units.columns, units.rows, units.summed)
        bodies.append((units.title, list(table_blocks(ctx, material, untitled))))
    if material.award_lists:
        blocks = [block for found in material.award_lists for block in _awards(ctx, material, found)]
        bodies.append((write(T("Persons and collectives awarded")), blocks))
    note = annex_note(material, PaperKind.REPORT)
    return [
        Annex(decree.annex_title(place, len(bodies)), title.upper(), note, blocks)
        for place, (title, blocks) in enumerate(bodies, start=1)
    ]


def _awards(ctx: Context, material: Material, found: AwardList) -> list[Block]:
    caption = found.title if len(material.award_lists) > 1 else ""
    return list(table_blocks(ctx, material, _award_table(material, found, caption)))


def _award_table(material: Material, found: AwardList, caption: str, *, public: bool = True) -> ReportTable:
    """Return a list of awards as a table; ``public`` leaves out the names of children that must not be published."""
    write, masking = material.write, material.masking
    columns = [
        Column("recipient", write(T("Full name, or collective"))),
        Column("unit", write(T("Unit")), "unit"),
        Column("prize", write(T("Prize"))),
        Column("value", write(T("Value (đồng)")), "money"),
    ]
    rows = [
        (
            masking.person(award.recipient, award.enrolment_id) if public and award.enrolment_id else award.recipient,
            award.unit if award.enrolment_id else "",
            award.title,
            award.value,
        )
        for award in found.awards
    ]
    return ReportTable(caption, columns, rows, frozenset({"value"}))


# --- the notice of a round --------------------------------------------------------------------------------------------


def _notice(ctx: Context, material: Material, subject: str) -> Paper:
    write = material.write
    round_, ranking = round_named(material, subject)
    values = {"round": round_.title, "contest": material.contest}
    held = T("“%(round)s” was held %(span)s.", round=round_.title, span=span(write, round_.opens_at, round_.closes_at))
    counted = T(
        "%(persons)s persons have a counted result, with %(entries)s entries.",
        persons=ranking.persons,
        entries=ranking.entries,
    )
    own = material.settings.of(PaperKind.NOTICE)
    sections = told(ctx, material, round_=round_)
    blocks = [
        Block("text", write(T("%(issuer)s announces the results of this round as follows:", issuer=material.issuer))),
        Block("part", write(T("Time and participation"))),
        Block("text", f"{write(held)} {write(counted)}"),
        *parts(ctx, material, sections),
    ]
    differences = [text for section in sections for text in section.differences]
    if differences:
        blocks += [Block("part", write(T("Please note"))), *(Block("item", f"- {text}") for text in differences)]
    blocks = numbered([*blocks, *paragraphs(own.remarks.splitlines())])
    told_by = T("%(issuer)s announces this to units and to all who take part.", issuer=material.issuer)
    blocks.append(Block("text", write(told_by)))
    subject_text = write(T("Results of “%(round)s”, %(contest)s", **values))
    return framed(material, PaperKind.NOTICE, subject=subject_text, blocks=ended(blocks))


# --- the decision on prizes -------------------------------------------------------------------------------------------


def _decision(ctx: Context, material: Material, subject: str) -> Paper:
    write = material.write
    found = list_named(material, subject)
    own = material.settings.of(PaperKind.DECISION)
    # Somebody may be given several prizes.
    persons = {award.enrolment_id for award in found.awards if award.enrolment_id is not None}
    collectives = {(award.unit_id, award.recipient) for award in found.awards if award.enrolment_id is None}
    total = sum(award.value for award in found.awards)
    words = amount_in_words(total)
    articles = [
        _given(material, len(persons), len(collectives)),
        T(
            "The prizes are worth %(total)s đồng altogether (in words: %(words)s), paid from the funds of the contest.",
            total=total,
            words=words,
        ),
        T(
            "This decision takes effect on the day of its signature. %(office)s, the units concerned, and the persons "
            "and collectives named in article 1 carry it out.",
            office=material.campaign.standing_office or material.issuer,
        ),
    ]
    blocks = [
        *_bases(material, found, own.bases),
        Block("middle", f"{decree.TITLES[PaperKind.DECISION].upper()}:"),
        *(
            Block("article", write(text), lead=write(T("Article %(number)s.", number=place)))
            for place, text in enumerate(articles, start=1)
        ),
    ]
    table = _award_table(material, found, "", public=False)
    annex = Annex(
        decree.annex_title(1, 1),
        write(T("Persons and collectives awarded")).upper(),
        annex_note(material, PaperKind.DECISION),
        list(table_blocks(ctx, material, table)),
    )
    return framed(
        material,
        PaperKind.DECISION,
        subject=write(T("On giving prizes of %(contest)s", contest=material.contest)),
        blocks=ended(blocks),
        annexes=[annex],
        competence=_competence(material),
        first_recipient=write(T("As in article 3")),
    )


def _given(material: Material, persons: int, collectives: int) -> Text:
    """Return to how many prizes are given; of none is not spoken."""
    contest = material.contest
    if not collectives:
        return T(
            "Prizes of %(contest)s are given to %(persons)s persons (list attached).", contest=contest, persons=persons
        )
    if not persons:
        return T(
            "Prizes of %(contest)s are given to %(collectives)s collectives (list attached).",
            contest=contest,
            collectives=collectives,
        )
    return T(
        "Prizes of %(contest)s are given to %(persons)s persons and %(collectives)s collectives (list attached).",
        contest=contest,
        persons=persons,
        collectives=collectives,
    )


def _bases(material: Material, found: AwardList, own: Sequence[str]) -> list[Block]:
    write = material.write
    lines = [line.strip() for line in own if line.strip()]
    lines += [write(T("By virtue of %(document)s", document=cited(one))) for one in in_force(material.documents)]
    day = decree.long_date(found.adopted_at.astimezone(LOCAL_ZONE).date())
    lines.append(write(T("By virtue of the results that were adopted on %(day)s", day=day)))
    if material.campaign.standing_office:
        lines.append(write(T("At the proposal of %(office)s", office=material.campaign.standing_office)))
    ends = [";"] * (len(lines) - 1) + ["."]
    return [Block("basis", line.rstrip(";. ") + end) for line, end in zip(lines, ends, strict=True)]


def _competence(material: Material) -> str:
    """Return who decides, in capitals: the collective, or the head of the issuing body."""
    signatory = material.settings.of(PaperKind.DECISION).signatory
    if signatory.body:
        return signatory.body.upper()
    head = signatory.head if signatory.for_the_head else signatory.position
    return f"{head} {material.issuer}".strip().upper()


# --- minutes ----------------------------------------------------------------------------------------------------------


def _minutes(ctx: Context, material: Material, _subject: str) -> Paper:
    write = material.write
    own = material.settings.of(PaperKind.MINUTES)
    begun = T("Begun at: %(dots)s", dots=_DOTS)
    lines = [
        begun,
        T("Place: %(dots)s", dots=_DOTS),
        T("Chair: %(dots)s", dots=_DOTS),
        T("Secretary: %(dots)s", dots=_DOTS),
    ]
    blocks = [
        *(Block("text", write(line)) for line in lines),
        Block("part", write(T("Members present"))),
        Block("table", table=_present(ctx, material)),
        Block("part", write(T("What the meeting was told"))),
        *(Block("item", f"- {text}") for text in _results(material)),
        Block("part", write(T("Discussion"))),
        *(paragraphs(own.remarks.splitlines()) if own.remarks.strip() else [Block("text", _DOTS)]),
        Block("part", write(T("Conclusion"))),
        Block("text", write(T("The meeting adopts the results of the contest that are set out above."))),
        Block("text", write(T("In favour: %(dots)s; against: %(dots)s; other opinions: %(dots)s", dots="……"))),
    ]
    closing = T("The meeting ended at %(dots)s; these minutes were read out and agreed to.", dots=_DOTS)
    return framed(
        material,
        PaperKind.MINUTES,
        subject=write(T("Meeting that adopts the results of %(contest)s", contest=material.contest)),
        blocks=ended([*numbered(blocks), Block("text", write(closing))]),
        second=Signed([write(T("Secretary")).upper()]),
    )


def _present(ctx: Context, material: Material) -> Cells:
    """Return the members of organising committee and jury, with room to sign."""
    write = material.write
    titles = (write(T("Full name")), write(T("Committee, position")), write(T("Signature")))
    rows = [
        (seat.user.name, f"{committee.title}{f', {seat.position}' if seat.position else ''}", "")
        for committee in committees_with_members(ctx, campaign_id=material.campaign.id)
        if committee.role in {Role.ORGANISING, Role.JURY}
        for seat in committee.memberships
        if seat.ended_at is None
    ]
    columns = [("TT", "center", 1), (titles[0], "left", 5), (titles[1], "left", 6), (titles[2], "left", 4)]
    return Cells(columns, [[str(place), *row] for place, row in enumerate(rows, start=1)])


def _results(material: Material) -> list[str]:
    """Return what is adopted: each ranking with the digest by which it is known, each list of awards."""
    write = material.write
    told = []
    for round_, ranking in material.ranked:
        text = T(
            "“%(round)s”: %(persons)s persons, %(entries)s entries; version %(number)s of the ranking.",
            round=round_.title,
            persons=ranking.persons,
            entries=ranking.entries,
            number=ranking.number,
        )
        told += [write(text), write(T("Digest: %(digest)s", digest=_in_groups(ranking.digest)))]
    for found in material.award_lists:
        text = T(
            "%(list)s: %(count)s prizes worth %(total)s đồng.",
            list=found.title,
            count=len(found.awards),
            total=sum(award.value for award in found.awards),
        )
        told.append(write(text))
    return told


def _in_groups(digest: str) -> str:
    """Return a digest as people compare it, and so that a line can end within it."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))


_DRAWN: dict[PaperKind, Callable[[Context, Material, str], Paper]] = {
    PaperKind.REPORT: _report,
    PaperKind.NOTICE: _notice,
    PaperKind.DECISION: _decision,
    PaperKind.MINUTES: _minutes,
}
