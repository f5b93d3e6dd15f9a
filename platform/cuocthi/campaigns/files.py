"""Campaign files: reading and checking a folder with ``campaign.toml``, ``units.csv`` and plugins' sub-folders, and
writing one. No database here; see :mod:`cuocthi.campaigns.exchange`.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

import tomli_w

from cuocthi.campaigns.contents import Contents
from cuocthi.campaigns.entrants import EntrantRules
from cuocthi.campaigns.schema import DOCUMENTS, FORMAT, CampaignFile, PhasePart, WindowPart
from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi.errors import DomainError, InvalidData
from cuocthi.standings.criteria import RankingRules
from cuocthi.text import TN, T, Text
from cuocthi.timelines.localtime import move_text, parse_moment
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.moving import Move, by_days
from cuocthi.timelines.windows import Times
from cuocthi.units.rows import UnitRow, read_rows

MAIN = "campaign.toml"
UNITS = "units.csv"
RANKING = "ranking"
#: In a plugin's table, the sub-folders whose files go with it.
FOLDERS = "files"
_CORE = tuple(item.name for item in dataclasses.fields(CampaignFile))
#: The size of a whole campaign folder, in bytes.
LARGEST = 20 * 1024 * 1024
#: The size that the files of documents may have beside it in a folder; a page takes no more than LARGEST in all.
LARGEST_DOCUMENTS = 2 * 1024 * 1024 * 1024
#: Nobody mends more problems than these at once.
_TOLD = 100

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class CampaignSource:
    """A campaign file that was read and found sound: the core's part, and a part for each plugin that has a table.

    ``files`` are those of the folder, with the ones of documents.
    """

    core: CampaignFile
    ranking: RankingRules | None = None
    units: Sequence[UnitRow] = ()
    parts: Mapping[str, CampaignPart] = field(default_factory=dict)
    files: Files = field(default_factory=dict)


def read_folder(folder: Path) -> Files:
    """Return the files of a campaign folder by their names below it; those of documents are read when they are needed.

    Raises InvalidData if it holds no campaign, or more than one can be.
    """
    if not (folder / MAIN).is_file():
        raise invalid([T("%(folder)s holds no %(file)s", folder=str(folder), file=MAIN)])
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    large = {name: path for name, path in found.items() if name.startswith(f"{DOCUMENTS}/")}
    small = {name: path for name, path in found.items() if name not in large}
    for paths, most in ((small, LARGEST), (large, LARGEST_DOCUMENTS)):
        if sum(path.stat().st_size for path in paths.values()) > most:
            raise invalid([T("the folder is larger than %(most)s MB", most=most // 1024 // 1024)])
    held = {name: path.read_bytes() for name, path in small.items()}
    return Contents(held, {name: path.read_bytes for name, path in large.items()})


def write_folder(folder: Path, files: Files) -> None:
    """Write the files of a campaign below ``folder``, which is created if it is missing."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def read_source(files: Files) -> CampaignSource:
    """Read the files of a campaign. Raises InvalidData with every problem found, each with its file and place."""
    tables = _tables(files)
    problems: list[Text] = []
    units = _collected(problems, UNITS, lambda: read_rows(files[UNITS]) if UNITS in files else [])
    core = _collected(
        problems, MAIN, lambda: structure(CampaignFile, {name: tables[name] for name in _CORE if name in tables})
    )
    ranking = _collected(
        problems, f"{MAIN} [{RANKING}]", lambda: structure(RankingRules, tables[RANKING]) if RANKING in tables else None
    )
    parts = {name: part for name, part in _parts(tables, files, problems)}  # noqa: C416 - pairs of a generator
    if core is not None:
        problems += _prefixed(MAIN, _contradictions(core, units or []))
    if problems or core is None:
        raise invalid(problems)
    return CampaignSource(core, ranking, units or [], parts, files)


def times(window: WindowPart) -> Times:
    """Return the span of a window. Raises DomainError for what is no moment."""
    return Times(parse_moment(window.opens), parse_moment(window.closes))


def moved(core: CampaignFile, move: Move) -> CampaignFile:
    """Return a campaign whose phases are on other days, at the same times of day; so is the day on which ages count."""
    return dataclasses.replace(
        core,
        phases=[_moved_phase(phase, move) for phase in core.phases],
        entrants=_moved_entrants(core.entrants, move),
    )


def _moved_entrants(entrants: EntrantRules, move: Move) -> EntrantRules:
    day = entrants.ages_on
    return entrants if day is None else dataclasses.replace(entrants, ages_as_of=move(day).isoformat())


def _moved_phase(phase: PhasePart, move: Move) -> PhasePart:
    windows = [
        dataclasses.replace(window, opens=move_text(window.opens, move), closes=move_text(window.closes, move))
        for window in phase.windows
    ]
    return dataclasses.replace(phase, windows=windows)


def move_into_round(core: CampaignFile, now: datetime, days_left: int) -> Move:
    """Return the move by whole days after which a campaign's first round closes ``days_left`` days after ``now``.

    Raises InvalidData if the campaign has no round.
    """
    contests = [phase for phase in core.phases if phase.kind is PhaseKind.CONTEST]
    if not contests:
        raise invalid([T("the campaign has no round")])
    closing = min(max(times(window).closes_at for window in phase.windows) for phase in contests)
    return by_days(round((now + timedelta(days=days_left) - closing) / timedelta(days=1)))


def write_source(source: CampaignSource, units: bytes) -> dict[str, bytes]:
    """Return the files of a campaign in canonical form; the opposite of :func:`read_source`."""
    tables = _plain(source.core)
    if source.ranking is not None:
        tables[RANKING] = unstructure(source.ranking)
    files: dict[str, bytes] = {UNITS: units}
    for name, part in source.parts.items():
        folders = sorted({PurePosixPath(file).parts[0] for file in part.files})
        tables[name] = {**part.values, **({FOLDERS: folders} if folders else {})}
        files |= part.files
    main = tomli_w.dumps(_without_nothing(tables), multiline_strings=True)
    return {MAIN: main.encode(), **dict(sorted(files.items()))}


def _without_nothing(value: Any) -> Any:
    """Return plain values without the keys of tables that hold None, which TOML has no word for."""
    if isinstance(value, Mapping):
        return {key: _without_nothing(content) for key, content in value.items() if content is not None}
    return [_without_nothing(item) for item in value] if isinstance(value, list | tuple) else value


def _tables(files: Files) -> dict[str, Any]:
    try:
        return tomllib.loads(files[MAIN].decode("utf-8"))
    except KeyError as error:
        raise invalid([T("there is no %(file)s", file=MAIN)]) from error
    except UnicodeDecodeError as error:
        raise invalid([T("%(file)s must be written in UTF-8", file=MAIN)]) from error
    except (ValueError, RecursionError) as error:
        raise invalid([T("%(file)s is not valid TOML: %(problem)s", file=MAIN, problem=str(error))]) from error


def _parts(tables: Mapping[str, Any], files: Files, problems: list[Text]) -> Iterator[tuple[str, CampaignPart]]:
    enabled = tables.get("plugins")
    for name, table in tables.items():
        if name in _CORE or name == RANKING:
            continue
        if not isinstance(enabled, list) or name not in enabled:
            problems.append(
                T("%(file)s: “%(name)s” is neither a known table nor an enabled plugin", file=MAIN, name=name)
            )
        elif not isinstance(table, dict):
            problems.append(T("%(file)s: “%(name)s” must be a table", file=MAIN, name=name))
        else:
            values = {key: value for key, value in table.items() if key != FOLDERS}
            yield name, CampaignPart(values, _below(name, table.get(FOLDERS, []), files, problems))


def _below(name: str, folders: Any, files: Files, problems: list[Text]) -> dict[str, bytes]:
    """Return the files of a plugin's folders; only what lies beside the campaign can be meant."""
    listed = folders if isinstance(folders, list) else [folders]
    known = {file.partition("/")[0] for file in files if "/" in file}
    for folder in listed:
        if not isinstance(folder, str) or folder not in known:
            text = T("%(file)s [%(name)s]: there is no folder “%(folder)s”", file=MAIN, name=name, folder=str(folder))
            problems.append(text)
    wanted = {folder for folder in listed if isinstance(folder, str)}
    return {file: files[file] for file in files if "/" in file and file.partition("/")[0] in wanted}


def _contradictions(core: CampaignFile, units: Sequence[UnitRow]) -> Iterator[Text]:
    if core.format != FORMAT:
        yield T("format must be %(known)s, not %(found)s", known=str(FORMAT), found=str(core.format))
    for name, rows in (
        ("divisions", core.divisions),
        ("phases", core.phases),
        ("committees", core.committees),
        ("documents", core.documents),
    ):
        counted = Counter(row.key for row in rows)
        for key in (key for key, number in counted.items() if number > 1):
            yield T("%(table)s: the key “%(key)s” stands there twice", table=name, key=key)
    yield from _phase_problems(core)
    known = {document.key for document in core.documents}
    for index, document in enumerate(core.documents):
        if document.replaces and (document.replaces not in known or document.replaces == document.key):
            yield T(
                "documents[%(index)s].replaces: there is no other document “%(key)s”",
                index=str(index),
                key=document.replaces,
            )
    yield from _planned_problems(core)
    yield from _round_problems(core)
    for category in sorted({category for row in units for category in row.headcounts} - set(core.categories)):
        yield T("%(file)s has a column “%(name)s”, which is no category", file=UNITS, name=category)


def _planned_problems(core: CampaignFile) -> Iterator[Text]:
    phases, committees = {phase.key for phase in core.phases}, {committee.key for committee in core.committees}
    for index, task in enumerate(core.tasks):
        place = f"tasks[{index}]"
        if task.phase not in phases:
            yield T("%(place)s.phase: there is no phase “%(key)s”", place=place, key=task.phase)
        if task.committee and task.committee not in committees:
            yield T("%(place)s.committee: there is no committee “%(key)s”", place=place, key=task.committee)
    for index, announcement in enumerate(core.announcements):
        if announcement.phase not in phases:
            place = f"announcements[{index}]"
            yield T("%(place)s.phase: there is no phase “%(key)s”", place=place, key=announcement.phase)


def _round_problems(core: CampaignFile) -> Iterator[Text]:
    contests = {phase.key for phase in core.phases if phase.kind is PhaseKind.CONTEST}
    for key in sorted(set(core.rounds) - contests):
        yield T("%(table)s: there is no round “%(key)s”", table="rounds", key=key)


def _phase_problems(core: CampaignFile) -> Iterator[Text]:
    numbers = Counter(phase.number for phase in core.phases if phase.number is not None)
    for number in (number for number, uses in numbers.items() if uses > 1):
        yield T("phases: two rounds have the number %(number)s", number=str(number))
    for index, phase in enumerate(core.phases):
        place = f"phases[{index}]"
        contest = phase.kind is PhaseKind.CONTEST
        if contest != bool(phase.source) or contest != (phase.number is not None):
            yield T("%(place)s: a round needs a number and a source, other phases have neither", place=place)
        if phase.source and phase.source not in core.plugins:
            yield T("%(place)s.source: “%(name)s” is not among the plugins", place=place, name=phase.source)
        if not phase.windows:
            yield T("%(place)s.windows: at least one is needed", place=place)
        for number, window in enumerate(phase.windows):
            yield from _window_problems(f"{place}.windows[{number}]", window)
            if window.unit and not contest:
                yield T("%(place)s.windows[%(number)s].unit: only a round has it", place=place, number=str(number))


def _window_problems(place: str, window: WindowPart) -> Iterator[Text]:
    try:
        span = times(window)
    except DomainError as error:
        yield T("%(place)s: %(problem)s", place=place, problem=error.message)
        return
    if span.opens_at >= span.closes_at:
        yield T("%(place)s: it must open before it closes", place=place)


def _collected(problems: list[Text], place: str, read: Any) -> Any:
    """Return what ``read`` returns, or None after keeping the problems it raises."""
    try:
        return read()
    except InvalidData as error:
        problems += _prefixed(place, error.problems)
    except DomainError as error:
        problems += _prefixed(place, [error.message])
    return None


def _prefixed(place: str, problems: Iterable[Text]) -> list[Text]:
    return [T("%(place)s: %(problem)s", place=place, problem=problem) for problem in problems]


def _plain(value: Any) -> Any:
    """Return a dataclass as TOML-able values, without what stands at its default."""
    if dataclasses.is_dataclass(value):
        items = ((item, getattr(value, item.name)) for item in dataclasses.fields(value))
        return {item.name: _plain(content) for item, content in items if content != _default(item)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _default(item: dataclasses.Field[Any]) -> Any:
    return item.default if item.default_factory is dataclasses.MISSING else item.default_factory()


def invalid(problems: Sequence[Text]) -> InvalidData:
    """Return the refusal of a campaign file that has these problems, of which the first few are told."""
    told, rest = list(problems[:_TOLD]), len(problems) - _TOLD
    if rest > 0:
        told.append(TN("and %(count)s further problem", "and %(count)s further problems", rest))
    return InvalidData(T("The campaign file cannot be used; nothing was changed."), told)
