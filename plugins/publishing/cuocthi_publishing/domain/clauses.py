"""The clause of the Thể lệ that follows from what is published, as Markdown in the campaign's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import RuleClause
from cuocthi.text import T, Text
from cuocthi_publishing.domain.masking import SMALLEST_GROUP
from cuocthi_publishing.wording import speaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.settings import PublishSettings


def rule_clauses(settings: PublishSettings, language: str) -> list[RuleClause]:
    """Return what the rules say about publication."""
    say = speaker(language)
    body = "\n\n".join(
        [
            say(T("Results are published after a second person has confirmed them. Published are:")),
            "\n".join(f"- {say(text)}" for text in _parts(settings)),
            say(
                T(
                    "Each publication has a number and a digest by which anyone can check it. It is not changed "
                    "afterwards: a correction is a new publication that says what has changed."
                )
            ),
        ]
    )
    return [RuleClause("publication", say(T("Publication of the results")), body, order=80)]


def _parts(settings: PublishSettings) -> Iterator[Text]:
    if settings.awards:
        yield T("the award list: name, unit and prize of the winners;")
    if settings.everybody or settings.depth:
        yield _ranking(settings)
    if settings.units:
        yield T("figures of the units;")
    if settings.statistics:
        yield T("statistics that name nobody;")
    if settings.units or settings.statistics:
        yield T(
            "of fewer than %(least)s persons no figures at all, nor others from which they could be computed;",
            least=SMALLEST_GROUP,
        )
    if settings.statistics:
        yield T(
            "in statistics that go out by themselves, figures that changed by fewer than %(least)s persons stay as "
            "they were before;",
            least=SMALLEST_GROUP,
        )
    yield T("never telephone numbers or e-mail addresses.")


def _ranking(settings: PublishSettings) -> Text:
    if settings.everybody and settings.full_names:
        return T(
            "each round's whole ranking; everybody on it is named in full, with unit, points and time; children only "
            "if they and their parents or guardians have agreed;"
        )
    if settings.everybody:
        return T(
            "each round's whole ranking; whoever is no winner appears by contest number and shortened name;",
        )
    if settings.full_names:
        return T(
            "each round's ranking down to rank %(places)s, all who share it included; everybody on it is named in "
            "full, with unit, points and time; children only if they and their parents or guardians have agreed;",
            places=settings.depth,
        )
    return T(
        "each round's ranking down to rank %(places)s, all who share it included; whoever is no winner appears by "
        "contest number and shortened name;",
        places=settings.depth,
    )
