"""Drawing up a paper: what it says, from the data of the campaign and what its plugins tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import AwardList, ReportSection
from cuocthi.documents.queries import documents
from cuocthi.enrolments.public_names import unnamed_in_public
from cuocthi.errors import Blocked, Missing
from cuocthi.standings.integrity import check_intact
from cuocthi.text import T
from cuocthi_publishing import queries as figures
from cuocthi_publishing.domain.masking import Masking
from cuocthi_publishing.reports import decree
from cuocthi_publishing.reports.content import Block, Paper, Signed
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.facts import Core
from cuocthi_publishing.reports.queries import report_settings
from cuocthi_publishing.reports.tables import as_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import ReportTable
    from cuocthi.documents.models import Document
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.reports.content import Annex
    from cuocthi_publishing.reports.settings import PaperSettings, ReportSettings

    Write = Callable[[Text], str]


#: A name that begins so says itself that it is a contest.
_CONTESTS = ("cuộc thi", "hội thi", "giải thi")


@dataclass(frozen=True, slots=True)
class Material:
    """What papers are made of, read once. ``write`` puts a text into the language of papers.

    ``entered`` are those of the ``ranked`` rounds that people enter.
    """

    campaign: Campaign
    settings: ReportSettings
    ranked: Sequence[tuple[Phase, Ranking]]
    entered: Sequence[tuple[Phase, Ranking]]
    award_lists: Sequence[AwardList]
    documents: Sequence[Document]
    unnamed: frozenset[int]
    year: int
    write: Write

    @property
    def core(self) -> Core:
        """What the core's sections are made of."""
        return Core(self.campaign, self.entered, self.write)

    @property
    def masking(self) -> Masking:
        """How people are named: winners in full, but for children whose names must not be published."""
        awards = (award for found in self.award_lists for award in found.awards)
        winners = [award.enrolment_id for award in awards if award.enrolment_id is not None]
        return Masking(winners, self.unnamed, self.write(T("name not published")))

    @property
    def issuer(self) -> str:
        """Who issues the papers."""
        return self.settings.issuer.strip() or self.campaign.host_name

    @property
    def superior(self) -> str:
        """The body directly above the issuer; empty where there is none."""
        return self.settings.superior.strip() or self.campaign.host_parent

    @property
    def contest(self) -> str:
        """The name of the contest as it stands within a sentence."""
        name = self.campaign.name
        return name if name.lower().startswith(_CONTESTS) else f"Cuộc thi “{name}”"


def gather(ctx: Context, *, campaign: Campaign, write: Write, check: bool = False) -> Material:
    """Read what papers are made of.

    Raises Blocked before any ranking is adopted; with ``check`` also for a ranking that was changed past the platform,
    which reads all places.
    """
    ranked = figures.adopted_rankings(ctx, campaign_id=campaign.id)
    if not ranked:
        raise Blocked(T("Nothing can be drawn up yet."), [T("No ranking has been adopted yet.")])
    for _round, ranking in ranked if check else ():
        check_intact(ctx, ranking=ranking)
    return Material(
        campaign=campaign,
        settings=report_settings(ctx, campaign=campaign),
        ranked=ranked,
        entered=figures.entered(ctx, ranked=ranked),
        award_lists=ctx.hooks.collect(ctx, campaign, "award_lists", AwardList),
        documents=documents(ctx, campaign_id=campaign.id, public_only=False),
        unnamed=unnamed_in_public(ctx, campaign_id=campaign.id),
        year=ctx.now.astimezone(LOCAL_ZONE).year,
        write=write,
    )


def round_named(material: Material, key: str) -> tuple[Phase, Ranking]:
    """Return a round that has an adopted ranking, with that. Raises Missing."""
    found = next((pair for pair in material.ranked if pair[0].key == key), None)
    if found is None:
        raise Missing(T("This round has no adopted ranking."))
    return found


def list_named(material: Material, key: str) -> AwardList:
    """Return an adopted list of awards. Raises Missing."""
    found = next((one for one in material.award_lists if one.key == key), None)
    if found is None:
        raise Missing(T("There is no such adopted list of awards."))
    return found


def told(ctx: Context, material: Material, *, round_: Phase | None = None) -> list[ReportSection]:
    """Return what the plugins tell in a report, or of a round, in their order."""
    return ctx.hooks.collect(
        ctx, material.campaign, "report_sections", ReportSection, round_=round_, write=material.write
    )


# --- blocks -----------------------------------------------------------------------------------------------------------


def parts(ctx: Context, material: Material, sections: Sequence[ReportSection]) -> Iterator[Block]:
    """Yield sections as parts with their headings, without a number; those that say nothing are left out."""
    for section in sections:
        if not section.paragraphs and not section.tables:
            continue
        yield Block("part", section.title)
        yield from paragraphs(section.paragraphs)
        for table in section.tables:
            yield from table_blocks(ctx, material, table)


def table_blocks(ctx: Context, material: Material, table: ReportTable) -> Iterator[Block]:
    """Yield a table below its caption; nothing for one without rows."""
    if table.rows:
        if table.title:
            yield Block("caption", table.title)
        cells = as_cells(ctx, table, campaign_id=material.campaign.id, masking=material.masking)
        yield Block("table", table=cells)


def paragraphs(texts: Sequence[str]) -> Iterator[Block]:
    """Yield paragraphs; what begins with a dash is an item of an enumeration."""
    for text in texts:
        stripped = text.strip()
        if stripped:
            yield Block("item" if stripped.startswith("- ") else "text", stripped)


def numbered(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks with their parts counted in Roman numerals, in capitals, and the points within each part."""
    found, part, point = [], 0, 0
    for block in blocks:
        if block.kind == "part":
            part, point = part + 1, 0
            found.append(Block("part", f"{decree.roman(part)}. {block.text.upper()}"))
        elif block.kind == "point":
            point += 1
            found.append(Block("point", f"{point}. {block.text}"))
        else:
            found.append(block)
    return found


def ended(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks of which the last one ends as a paper ends: "./."."""
    *before, last = blocks
    return [*before, Block(last.kind, last.text.rstrip(". ") + decree.END, last.lead, last.table)]


# --- the frame --------------------------------------------------------------------------------------------------------


def framed(
    material: Material,
    kind: PaperKind,
    *,
    subject: str,
    blocks: Sequence[Block],
    annexes: Sequence[Annex] = (),
    competence: str = "",
    first_recipient: str = "",
    second: Signed | None = None,
) -> Paper:
    """Return a paper with everything around its text: heads, number, date, who signs, who receives it."""
    settings, own = material.settings, material.settings.of(kind)
    return Paper(
        kind=str(kind),
        superior=material.superior.upper(),
        issuer=material.issuer.upper(),
        number=decree.symbol(kind, settings.abbreviation),
        place_and_date=decree.place_and_date(settings.place, material.year),
        title=decree.TITLES[kind].upper(),
        subject=subject,
        addressee=own.addressee if kind is PaperKind.REPORT else "",
        competence=competence,
        blocks=blocks,
        signature=_signed(own),
        second=second,
        recipients=decree.recipient_lines(own.recipients, first=first_recipient, archive=settings.archive or "VT"),
        annexes=annexes,
    )


def _signed(own: PaperSettings) -> Signed:
    return Signed(decree.signature_lines(own.signatory), own.name.strip())


def annex_note(material: Material, kind: PaperKind) -> str:
    """Return with which paper an annex goes."""
    return decree.annex_note(kind, material.settings.abbreviation, material.issuer, material.year)
