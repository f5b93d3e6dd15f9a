"""Everything a ranking rests on as files, from which somebody else can compute it again without this program.

The files name nobody: people stand there by their contest numbers. Values are those that were compared, whole numbers
in the units of the measures (thousandths of a point, milliseconds, microseconds since 1970). ``docs/inspection.md``
says what stands in each file, and ``examples/inspection/recompute.py`` computes them again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Division, Headcount
from cuocthi.contributions import InspectionFile
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.criteria import criteria_of, measures_of
from cuocthi.standings.domain import results_digest_of
from cuocthi.standings.lot_files import published_file
from cuocthi.standings.lot_models import Lot
from cuocthi.standings.lot_queries import shown_lots
from cuocthi.standings.lots import OPENED
from cuocthi.standings.models import Decision, Result, ResultMeasure, Standing, TieDecision
from cuocthi.standings.placing import KEYS
from cuocthi.standings.queries import result_set
from cuocthi.text import T
from cuocthi.units.models import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.timelines.models import Phase

#: The file that names all others with their digests.
MANIFEST = "manifest.json"
#: The version of the files' form, counted up when a reader has to learn something new.
FORM = 1
_BATCH = 5_000
#: The same files give the same archive, whenever it is made.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def inspection_files(ctx: Context, *, campaign: Campaign, round_: Phase, ranking: Ranking) -> Iterator[InspectionFile]:
    """Yield the files of one version of a ranking, the core's and those of the campaign's plugins.

    The lines of a file are read from the database as they are taken.
    """
    yield InspectionFile("ranking.json", _json(_about(ctx, round_, ranking)))
    yield InspectionFile("entries.csv", _entries(ctx, round_))
    yield InspectionFile("persons.csv", _persons(ctx, campaign))
    yield InspectionFile("decisions.csv", _decisions(ctx, campaign))
    yield InspectionFile("standings.csv", _standings(ctx, ranking))
    yield InspectionFile("ties.json", _json(_ties(ctx, campaign, round_, ranking)))
    yield InspectionFile("units.csv", _units(ctx, campaign))
    yield from ctx.hooks.collect(ctx, campaign, "inspection_files", InspectionFile, round_=round_, ranking=ranking)


def write_archive(ctx: Context, *, campaign: Campaign, round_: Phase, ranking: Ranking, to: IO[bytes]) -> str:
    """Write the files of a ranking into a ZIP archive; return the digest of its manifest, which covers them all."""
    digests: dict[str, str] = {}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in inspection_files(ctx, campaign=campaign, round_=round_, ranking=ranking):
            digests[file.name] = _write(archive, file)
        manifest = InspectionFile(MANIFEST, _json({"form": FORM, "sha256": digests}))
        return _write(archive, manifest)


def record_inspection(ctx: Context, *, campaign: Campaign, ranking: Ranking, digest: str) -> None:
    """Put on record that the files of a ranking were handed out; ``digest`` is that of their manifest."""
    record(
        ctx,
        action="core:inspection:export",
        summary=T("Handed out the files from which version %(number)s can be computed again", number=ranking.number),
        campaign=campaign,
        object_kind="ranking",
        object_id=ranking.id,
        after={"digest": digest},
    )


def _write(archive: zipfile.ZipFile, file: InspectionFile) -> str:
    hashed = hashlib.sha256()
    entry = zipfile.ZipInfo(file.name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as target:
        for line in file.lines:
            piece = line.encode()
            hashed.update(piece)
            target.write(piece)
    return hashed.hexdigest()


# --- the files ------------------------------------------------------------------------------------------------------


def _about(ctx: Context, round_: Phase, ranking: Ranking) -> dict[str, Any]:
    return {
        "round": round_.key,
        "number": ranking.number,
        "state": ranking.state.value,
        "counted": ranking.criteria["counted"],
        "criteria": [
            {"key": one.key, "unit": one.unit, "direction": one.direction.value, "gate": one.gate}
            for one in criteria_of(ranking.criteria)
        ],
        "persons": ranking.persons,
        "entries": ranking.entries,
        "digest": ranking.digest,
        "built_at": ranking.created_at.isoformat(),
        "adopted_at": ranking.adopted_at and ranking.adopted_at.isoformat(),
        "entries_unchanged": ranking.results_digest == results_digest_of(result_set(ctx, round_=round_)),
    }


def _entries(ctx: Context, round_: Phase) -> Iterator[str]:
    own = list(measures_of(ctx, source=round_.source))
    result = Result.__table__.c
    held = ("entry_key", "score", "max_score", "duration_ms")
    moments = (sa.type_coerce(result[name], sa.BigInteger) for name in ("started_at", "finished_at"))
    joined: Any = sa.join(Result, Enrolment, Enrolment.id == Result.enrolment_id)
    measured: dict[str, Any] = {}
    for key in own:
        if key in result or key == "full_marks":
            continue
        measure = sa.orm.aliased(ResultMeasure)
        joined = sa.outerjoin(joined, measure, sa.and_(measure.result_id == Result.id, measure.key == key))
        measured[key] = measure.value
    columns = (Enrolment.__table__.c.code, *(result[name] for name in held), *moments, *measured.values())
    rows = sa.select(*columns).select_from(joined).where(Result.phase_id == round_.id)
    headings = ["contest_number", "entry", *held[1:], "started_at", "finished_at", *measured]
    yield from _csv(headings, _rows(ctx, rows.order_by(Enrolment.code, result.entry_key)))


def _persons(ctx: Context, campaign: Campaign) -> Iterator[str]:
    takes_part = sa.case((Enrolment.state == EnrolmentState.ACTIVE, "yes"), else_="no")
    rows = (
        sa.select(Enrolment.code, takes_part, Enrolment.unit_id, Division.key)
        .outerjoin(Division, Division.id == Enrolment.division_id)
        .where(Enrolment.campaign_id == campaign.id)
        .order_by(Enrolment.code)
    )
    yield from _csv(["contest_number", "takes_part", "unit", "division"], _rows(ctx, rows))


def _decisions(ctx: Context, campaign: Campaign) -> Iterator[str]:
    """Yield who was excluded or restored, when; reasons may say something of people, and stay on record here."""
    rows = (
        sa.select(Enrolment.code, Decision.kind, sa.type_coerce(Decision.decided_at, sa.BigInteger))
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .where(Decision.campaign_id == campaign.id)
        .order_by(Decision.id)
    )
    yield from _csv(["contest_number", "decision", "decided_at"], _rows(ctx, rows))


def _standings(ctx: Context, ranking: Ranking) -> Iterator[str]:
    standing = Standing.__table__.c
    criteria = criteria_of(ranking.criteria)
    qualified = sa.case((standing.qualified, "yes"), else_="no")
    moments = (sa.type_coerce(standing[name], sa.BigInteger) for name in ("started_at", "finished_at"))
    held = ("entries", "entry_key", "score", "max_score", "duration_ms")
    keys = KEYS[: len(criteria)]
    rows = (
        sa.select(
            standing.rank,
            standing.tied,
            standing.tie_place,
            Enrolment.__table__.c.code,
            qualified,
            *(standing[name] for name in held),
            *moments,
            *(standing[key] for key in keys),
        )
        .join_from(Standing, Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(standing.ranking_id == ranking.id)
        .order_by(standing.rank, standing.tie_place, Enrolment.__table__.c.code)
    )
    headings = ["rank", "tied", "place_in_tie", "contest_number", "qualified", "entries", "entry", *held[2:]]
    yield from _csv([*headings, "started_at", "finished_at", *keys], _rows(ctx, rows))


def _ties(ctx: Context, campaign: Campaign, round_: Phase, ranking: Ranking) -> list[dict[str, Any]]:
    decided = ctx.session.scalars(
        sa.select(TieDecision).where(TieDecision.ranking_id == ranking.id).order_by(TieDecision.rank)
    ).all()
    ids = [one.lot_id for one in decided if one.lot_id is not None]
    lots = ctx.session.scalars(sa.select(Lot).where(Lot.id.in_(ids))).all()
    files = {
        shown.lot.id: published_file(ctx, campaign=campaign, round_=round_, shown=shown)
        for shown in shown_lots(ctx, lots=lots, action=OPENED)
    }
    return [
        {
            "rank": one.rank,
            "method": one.method.value,
            "decided_at": one.decided_at.isoformat(),
            "lot": files.get(one.lot_id or 0),
        }
        for one in decided
    ]


def _units(ctx: Context, campaign: Campaign) -> Iterator[str]:
    number = sa.func.sum(Headcount.number)
    entitled = sa.select(Headcount.unit_id, sa.cast(number, sa.BigInteger).label("number"))
    entitled_of = entitled.where(Headcount.campaign_id == campaign.id).group_by(Headcount.unit_id).subquery()
    taking_part = sa.select(Enrolment.unit_id).where(Enrolment.campaign_id == campaign.id)
    rows = (
        sa.select(Unit.id, Unit.name, Unit.block, entitled_of.c.number)
        .outerjoin(entitled_of, entitled_of.c.unit_id == Unit.id)
        .where(sa.or_(Unit.id.in_(taking_part), entitled_of.c.number.is_not(None)))
        .order_by(Unit.id)
    )
    yield from _csv(["unit", "name", "block", "headcount"], _rows(ctx, rows))


# --- their form -----------------------------------------------------------------------------------------------------


def _rows(ctx: Context, select: Any) -> Iterable[Any]:
    return ctx.session.execute(select.execution_options(yield_per=_BATCH))


def _csv(headings: Iterable[str], rows: Iterable[Any]) -> Iterator[str]:
    """Yield a CSV file for programs: plain UTF-8, nothing where there is no value."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(headings)
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % _BATCH == 0:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def _json(value: object) -> Iterator[str]:
    yield json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
