"""Ready rule sets that a campaign can begin from: folders with a campaign file, and beside it what it is called.

They stand in the installation's own folder ``rule-sets``, come with plugins, or with the project. No database here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cuocthi.campaigns.files import MAIN, CampaignSource, invalid, read_folder, read_source, times
from cuocthi.campaigns.schema import CampaignFile, PhasePart
from cuocthi.campaigns.settings import structure
from cuocthi.errors import InvalidData
from cuocthi.text import T, Text
from cuocthi.timelines.localtime import day_and_time
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import Times

#: The file that says what a rule set is called.
TITLE = "rule-set.toml"
#: The folder of an installation's own rule sets, and of those that come with the project.
FOLDER = "rule-sets"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A rule set: what it is called, for whom it is, and what of it cannot be set, so that it is seen to by people.

    ``weekly`` says that its days of the week are meant. The texts are in the language of its campaign.
    """

    title: str
    about: str = ""
    weekly: bool = False
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A rule set with the ``key`` by which it is chosen, and its folder."""

    key: str
    folder: Path
    rule_set: RuleSet
    plugins: Sequence[str]

    def read(self) -> CampaignSource:
        """Read its campaign file. Raises InvalidData for one that cannot be used."""
        return read_source({name: content for name, content in read_folder(self.folder).items() if name != TITLE})


def find_rule_sets(own: Path, contributed: Iterable[tuple[str, Path]]) -> tuple[list[Found], list[Text]]:
    """Return the rule sets of an installation by their titles: its ``own`` folder's, the plugins', the project's.

    ``contributed`` are folders of one rule set each, with the plugin that brings it. Beside them stands what is wrong
    with folders that cannot be used.
    """
    folders = [(f"{plugin}-{folder.name}", folder) for plugin, folder in contributed]
    folders += [(folder.name, folder) for root in (own, _of_the_project()) for folder in _below(root)]
    # The first of a name counts: what an installation has of its own stands for what the project ships.
    found, problems = [], []
    for key, folder in dict(reversed(folders)).items():
        try:
            found.append(_found(key, folder))
        except InvalidData as error:
            problems += [T("%(place)s: %(problem)s", place=folder.name, problem=problem) for problem in error.problems]
    return sorted(found, key=lambda one: one.rule_set.title), problems


def first_day_of(core: CampaignFile) -> date | None:
    """Return the local day on which the first round of a campaign file opens, without a round the first phase."""
    rounds = [phase for phase in core.phases if phase.kind is PhaseKind.CONTEST]
    openings = [span_of(phase).opens_at for phase in rounds or core.phases]
    return day_and_time(min(openings), closing=False)[0] if openings else None


def span_of(phase: PhasePart) -> Times:
    """Return when a phase of a campaign file begins and ends."""
    spans = [times(window) for window in phase.windows]
    return Times(min(span.opens_at for span in spans), max(span.closes_at for span in spans))


def _below(root: Path) -> list[Path]:
    return sorted(folder for folder in root.iterdir() if (folder / MAIN).is_file()) if root.is_dir() else []


def _of_the_project() -> Path:
    """Return the folder of the rule sets that come with the project: in the package if a wheel brought it."""
    package = Path(__file__).resolve().parents[1]
    carried = package / FOLDER
    return carried if carried.is_dir() else package.parents[1] / "examples" / FOLDER


def _found(key: str, folder: Path) -> Found:
    """Read what a rule set is called. Raises InvalidData with what is wrong."""
    try:
        title = structure(RuleSet, tomllib.loads((folder / TITLE).read_text("utf-8")))
        plugins = tomllib.loads((folder / MAIN).read_text("utf-8")).get("plugins", [])
    except (OSError, ValueError) as error:
        raise invalid([T("it cannot be read: %(problem)s", problem=str(error))]) from error
    return Found(key, folder, title, plugins)
