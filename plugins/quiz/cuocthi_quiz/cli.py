"""Commands of the quiz: ``cuocthi quiz …``."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import campaign_named, committing
from cuocthi.timelines.queries import rounds
from cuocthi.web.i18n import translate
from cuocthi_quiz.cli_exchange import export, import_
from cuocthi_quiz.domain.attempts import candidates, submit_overdue
from cuocthi_quiz.domain.blueprint import previews
from cuocthi_quiz.domain.grading import grade_round, grade_ungraded
from cuocthi_quiz.settings import OWNER


@click.command()
@with_appcontext
def sweep() -> None:
    """Hand in every paper whose time is up, and grade what has no score."""
    with committing() as ctx:
        handed_in, graded = submit_overdue(ctx), grade_ungraded(ctx, keep=ctx.session.commit)
    click.echo(f"handed in {handed_in}, graded {graded}")


@click.command()
@click.argument("slug")
@with_appcontext
def regrade(slug: str) -> None:
    """Grade all papers of a campaign again."""
    with committing() as ctx:
        for round_ in rounds(ctx, campaign_id=campaign_named(ctx, slug).id, source=OWNER):
            click.echo(f"{round_.key}\t{grade_round(ctx, round_id=round_.id, again=True)}")


@click.command()
@click.argument("slug")
@with_appcontext
def check(slug: str) -> None:
    """Tell whether the bank can fill the papers of every round; fails when it cannot."""
    with committing() as ctx:
        campaign = campaign_named(ctx, slug)
        own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
        problems = [
            problem
            for round_ in own
            for found in previews(ctx, campaign=campaign, round_=round_)
            for problem in found.problems
        ]
        available = len(candidates(ctx, round_=own[0])) if own else 0
    for problem in problems:
        click.echo(translate(problem), err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{available} approved questions")


COMMANDS = (sweep, regrade, check, import_, export)
