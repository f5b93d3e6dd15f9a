"""How questions did their work in a round: all of them in a table, and each on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import abort, g, request, url_for

from cuocthi.text import T, Text
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.contributed_keys import LOOK
from cuocthi_quiz.domain import item_analysis as analysis
from cuocthi_quiz.domain.item_analysis import Flag, ItemFigures
from cuocthi_quiz.domain.kinds import KINDS, right_options
from cuocthi_quiz.domain.responses import WAYS, Way, chosen_in
from cuocthi_quiz.queries import item_analysis as queries
from cuocthi_quiz.queries.wrong_keys import being_remarked
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.live import chosen_round
from cuocthi_quiz.words import FLAG_NAMES, FLAGS, LETTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Response

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.models import Revision

_POINT = 1000
#: How many different answers in words are listed.
_ANSWERS = 12


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A question in the table."""

    asked: queries.Asked
    figures: ItemFigures
    flags: Sequence[Flag]
    seconds: int | None

    @property
    def facility(self) -> float:
        """The mean share of the full points, in per cent."""
        return round(100 * self.figures.facility, 1)

    @property
    def discrimination(self) -> float | None:
        """The corrected discrimination, to two decimals."""
        return None if self.figures.discrimination is None else round(self.figures.discrimination, 2)

    @property
    def omitted(self) -> float:
        """How many per cent left it open."""
        return round(100 * self.figures.omitted, 1)

    @property
    def flag_names(self) -> str:
        """What stands out, in the reader's language."""
        return "; ".join(translate(FLAG_NAMES[flag]) for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Analysed:
    """A round's questions with what is said of the whole."""

    papers: int
    scores: list[tuple[int, int]]
    rows: list[ItemRow]
    reliability: analysis.Reliability


def _analysed(ctx: Context, round_: Phase, division_id: int | None) -> Analysed:
    scores = queries.distribution(ctx, round_=round_, division_id=division_id)
    papers = sum(number for _, number in scores)
    tallies = queries.tallies(ctx, round_=round_, groups=analysis.cuts(scores), division_id=division_id)
    asked = queries.asked(ctx, revision_ids=sorted({tally.revision_id for tally in tallies}))
    found = analysis.figures(tallies, worths={key: one.revision.worth for key, one in asked.items()})
    seconds = queries.times(ctx, round_=round_, papers=papers, division_id=division_id)
    rows = [_row(asked[item.revision_id], item, seconds.get(item.revision_id)) for item in found]
    return Analysed(papers, scores, rows, analysis.reliability(scores, found, tallies))


def _row(asked: queries.Asked, item: ItemFigures, seconds: int | None) -> ItemRow:
    choices = {name: number for name, number, right in option_counts(asked.revision, item) if not right}
    return ItemRow(asked, item, analysis.flags(item, worth=asked.revision.worth, choices=choices), seconds)


def option_counts(revision: Revision, item: ItemFigures) -> list[tuple[str, int, bool]]:
    """Return each option of a choice with how many chose it and whether it is right; nothing for other types."""
    if WAYS[revision.type] is not Way.CHOICE:
        return []
    right = right_options(revision.content, revision.key)
    return [
        (f"{LETTERS[at]}. {text}", sum(one.papers for one in item.tallies if _has(one, at)), at in right)
        for at, text in enumerate(revision.content["options"])
    ]


def _has(tally: queries.Tally, at: int) -> bool:
    return at in chosen_in(int(tally.response or 0))


_SORTS: Mapping[str, Callable[[ItemRow], Any]] = {
    "key": lambda row: row.asked.key,
    "papers": lambda row: row.figures.papers,
    "facility": lambda row: row.figures.facility,
    "discrimination": lambda row: row.figures.discrimination if row.figures.discrimination is not None else 2.0,
    "omitted": lambda row: row.figures.omitted,
    "seconds": lambda row: row.seconds or 0,
}


def _table(round_: Phase) -> Table:
    divisions = [(str(division.id), division.name) for division in g.campaign.divisions]
    return Table(
        id="items",
        path=url_for("quiz.items", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("key", T("Code"), sortable=True, cell=lambda row: row.asked.key),
            Column("text", T("Question"), cell=lambda row: row.asked.revision.text),
            Column("papers", T("Papers"), sortable=True, kind="number", cell=lambda row: row.figures.papers),
            Column("facility", T("Facility, %"), sortable=True, kind="number", cell=lambda row: row.facility),
            Column(
                "discrimination", T("Discrimination"), sortable=True, kind="number", cell=lambda row: row.discrimination
            ),
            Column("omitted", T("Left open, %"), sortable=True, kind="number", cell=lambda row: row.omitted),
            Column("seconds", T("Seconds"), sortable=True, kind="number", cell=lambda row: row.seconds),
            Column("flags", T("What stands out"), cell=lambda row: row.flag_names),
        ],
        sort="key",
        filters=[
            Filter("flag", T("What stands out"), [(str(flag), name) for flag, name in FLAG_NAMES.items()]),
            *([Filter("division", T("Division"), divisions)] if divisions else []),
        ],
        in_files=[
            Column("topic", T("Topic"), cell=lambda row: row.asked.topic),
            Column("revision", T("Revision"), cell=lambda row: row.asked.revision.number),
            Column("round", T("Round"), cell=lambda _row: round_.title),
        ],
    )


@blueprint.page("/staff/items/", permission=LOOK, on_record=T("Looked at how questions did their work"))
def items() -> Response:
    """Show all questions of a round with their figures, and what is said of the scores as a whole."""
    ctx = reading_context()
    own, round_ = chosen_round(ctx)
    if round_ is None:
        return render("quiz/items.html", round=None)
    table = _table(round_)
    division = table.filtered.get("division")
    division_id = int(division) if division else None
    if table.export:
        summary = T("Exported how questions did their work")
        return download(
            table,
            lambda ctx: _matching(_analysed(ctx, round_, division_id).rows, table),
            of="quiz:items",
            summary=summary,
        )
    found = _analysed(ctx, round_, division_id)
    matching = _matching(found.rows, table)
    return render(
        "quiz/items.html",
        rounds=own,
        round=round_,
        found=found,
        remarked=being_remarked(ctx, campaign_id=g.campaign.id),
        columns=[_column(score, papers) for score, papers in found.scores],
        sample=queries.SAMPLE,
        fewest=analysis.FEWEST,
        flags=FLAG_NAMES,
        table=table.show(table.part_of(matching), len(matching)),
    )


def _matching(rows: Sequence[ItemRow], table: Table) -> list[ItemRow]:
    words, flag = table.search.casefold().split(), table.filtered["flag"]
    matching = [
        row
        for row in rows
        if (not flag or flag in row.flags)
        and all(word in f"{row.asked.key} {row.asked.revision.text}".casefold() for word in words)
    ]
    return sorted(sorted(matching, key=_SORTS["key"]), key=_SORTS[table.sort_key], reverse=table.descending)


def _column(score: int, papers: int) -> dict[str, object]:
    said = T("%(papers)s papers", papers=papers)
    return {"label": f"{score / _POINT:g}".replace(".", ","), "value": papers, "text": translate(said)}


@blueprint.page("/staff/items/<int:revision_id>", permission=LOOK, on_record=T("Looked at how a question did its work"))
def item(revision_id: int) -> Response:
    """Show how one question did: who chose what, in the lower, middle and upper group."""
    ctx = reading_context()
    _own, round_ = chosen_round(ctx)
    if round_ is None:
        abort(404)
    scores = queries.distribution(ctx, round_=round_)
    tallies = queries.tallies(ctx, round_=round_, groups=analysis.cuts(scores), revision_id=revision_id)
    asked = queries.asked(ctx, revision_ids=[revision_id]).get(revision_id)
    found = analysis.figures(tallies, worths={revision_id: asked.revision.worth}) if asked else []
    if asked is None or not found:
        abort(404)
    row = _row(asked, found[0], None)
    return render(
        "quiz/item.html",
        round=round_,
        remarked=being_remarked(ctx, campaign_id=g.campaign.id),
        row=row,
        said=[FLAGS[flag] for flag in row.flags],
        chosen=_chosen(asked.revision, row.figures),
        choice=WAYS[asked.revision.type] is Way.CHOICE,
        fewest=analysis.FEWEST,
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option, or an answer, with how many per cent of all and of each group chose it."""

    label: str | Text
    right: bool
    all: float
    lower: float | None
    middle: float | None
    upper: float | None


def _chosen(revision: Revision, figures: ItemFigures) -> list[Chosen]:
    kind, options = KINDS[revision.type], option_counts(revision, figures)
    open_ = [one for one in figures.tallies if not one.response]
    if options:
        rows = [
            _share(figures, name, [one for one in figures.tallies if _has(one, at)], right=right)
            for at, (name, _number, right) in enumerate(options)
        ]
    else:
        rows = [
            _share(
                figures,
                "; ".join(kind.words(revision.content, one.response)),
                [one],
                right=one.points == revision.worth,
            )
            for one in figures.tallies
            if one.response
        ][:_ANSWERS]
    return [*rows, _share(figures, T("left open"), open_)]


def _share(figures: ItemFigures, label: str | Text, tallies: Sequence[queries.Tally], *, right: bool = False) -> Chosen:
    papers, lower, upper = (sum(getattr(one, name) for one in tallies) for name in ("papers", "lower", "upper"))
    middle = figures.papers - figures.lower - figures.upper
    return Chosen(
        label,
        right,
        round(100 * papers / figures.papers, 1),
        _percent(lower, figures.lower),
        _percent(papers - lower - upper, middle),
        _percent(upper, figures.upper),
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
