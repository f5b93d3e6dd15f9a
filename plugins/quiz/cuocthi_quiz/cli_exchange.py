"""Questions as files: ``cuocthi quiz import`` and ``cuocthi quiz export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from cuocthi.audit.domain import record
from cuocthi.cli.context import campaign_named, committing, parts
from cuocthi.clock import LOCAL_ZONE
from cuocthi.text import T
from cuocthi.web.i18n import translate
from cuocthi_quiz.domain.exchange import taking_away
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.losses import losses
from cuocthi_quiz.domain.exchange.plan import Choices, Verdict, make_plan
from cuocthi_quiz.domain.exchange.reading import format_of, read_file
from cuocthi_quiz.domain.exchange.taking_over import hand_in, take_over
from cuocthi_quiz.domain.questions import tidy
from cuocthi_quiz.models import Difficulty

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cuocthi.text import Text

_in_campaign = click.option("--campaign", "slug", required=True, help="Slug of the campaign whose bank is meant.")
_in_name_of = click.option("--as", "contact", required=True, help="Contact of the person in whose name this is done.")
_of_format = click.option(
    "--format", "key", type=click.Choice(list(FORMATS)), help="Otherwise told by the name of the file."
)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_in_campaign
@_in_name_of
@_of_format
@click.option("--dry-run", is_flag=True, help="Only tell what the file would do.")
@click.option("--leave-out", is_flag=True, help="Leave out questions that cannot be taken; each is named.")
@click.option("--topic", default="", help="Key of the topic of questions that name none.")
@click.option("--add-topics", is_flag=True, help="Add topics that are not there yet.")
@click.option(
    "--difficulty", type=click.Choice(list(Difficulty)), default=Difficulty.MEDIUM, help="Of questions that name none."
)
@click.option("--source", default="", help="Source of questions that name none.")
@click.option("--explanation", default="", help="Explanation of questions that have none.")
@click.option("--true-as-of", type=click.DateTime(["%Y-%m-%d"]), help="Of questions that name no day; else today.")
@with_appcontext
def import_(
    *,
    file: Path,
    slug: str,
    contact: str,
    key: str | None,
    topic: str,
    difficulty: str,
    source: str,
    explanation: str,
    true_as_of: datetime | None,
    dry_run: bool,
    leave_out: bool,
    add_topics: bool,
) -> None:
    """Take a file of questions over as drafts, all or none; every problem is named by its place, and fails it.

    With --leave-out those are taken that can be taken.
    """
    raw = file.read_bytes()
    format_ = format_of(file.name, raw, key or "")
    content = read_file(raw, format_)
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="quiz:question:edit")
        day = (true_as_of or ctx.now.astimezone(LOCAL_ZONE)).date()
        choices = Choices(topic, Difficulty(difficulty), tidy(explanation), tidy(source), day, add_topics)
        plan = make_plan(ctx, campaign=campaign, content=content, choices=choices, leave_out=leave_out)
        for found in plan.notes:
            _tell(T("Note: %(place)s: %(text)s", place=found.place, text=found.text))
        for found in plan.left_out:
            _tell(T("Left out: %(place)s: %(text)s", place=found.place, text=found.text))
        for found in plan.problems:
            _tell(T("Error: %(place)s: %(text)s", place=found.place, text=found.text))
        if plan.unusable:
            _tell(T("With --leave-out all but these %(count)s questions are taken.", count=plan.unusable))
        if plan.problems:
            raise SystemExit(1)
        if not dry_run and plan.of(Verdict.NEW, Verdict.REWORDED):
            said = {"name": file.name, "raw": raw, "format_": format_, "content": content, "choices": choices}
            waiting = hand_in(ctx, campaign=campaign, **said)  # type: ignore[arg-type]  # each is of its own type
            folder = parts().config.files
            token, digest = waiting.token, plan.digest
            take_over(ctx, campaign=campaign, token=token, digest=digest, folder=folder, leave_out=leave_out)
    click.echo(", ".join(f"{verdict} {len(plan.of(verdict))}" for verdict in Verdict))


def _tell(text: Text) -> None:
    click.echo(translate(text), err=True)


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_in_campaign
@_in_name_of
@_of_format
@click.option("--all-the-same", is_flag=True, help="Write it even if the format loses something.")
@with_appcontext
def export(file: Path, slug: str, contact: str, key: str | None, *, all_the_same: bool) -> None:
    """Write the questions of a bank with their keys to a file; what the format loses is named, and fails it."""
    format_ = FORMATS[key] if key else next((one for one in FORMATS.values() if file.suffix == one.endings[0]), None)
    if format_ is None:
        raise click.BadParameter(f"no format is known by the ending of {file.name}", param_hint="--format")
    with committing(contact) as ctx:
        campaign = campaign_named(ctx, slug, permission="quiz:question:view")
        questions, topics = taking_away.questions_of(ctx, campaign=campaign)
        folder = parts().config.files
        pictures = taking_away.pictures_of(ctx, campaign=campaign, questions=questions, folder=folder)
        lost = losses(format_, questions, topics, pictures)
        for loss in lost.questions:
            click.echo(f"{loss.key}: {_words(loss.what or (T('is left out'),))}", err=True)
        if lost.fields:
            click.echo(_words(lost.fields), err=True)
        if lost and not all_the_same:
            raise SystemExit(1)
        record(
            ctx,
            action="quiz:question:export",
            summary=T("Exported the questions with their keys"),
            campaign=campaign,
            object_kind="question",
            object_id=None,
            after=taking_away.on_record(format_, lost.carried, {}),
        )
        file.write_bytes(format_.write(lost.carried, topics, pictures))
    click.echo(f"{len(lost.carried)} questions")


def _words(texts: Iterable[Text]) -> str:
    return ", ".join(translate(text) for text in texts)
