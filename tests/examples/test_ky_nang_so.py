"""The example with a question of every type: it goes in, out and in again the same, and each can be answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.files import read_folder
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.models import POINT, QuestionType, Revision, RevisionState
from cuocthi_quiz.queries.pictures import pictures

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.config import Config
    from cuocthi.context import Context

FOLDER = Path(__file__).parents[2] / "examples" / "ky-nang-so"


def test_a_draft_of_every_type_comes_with_its_picture(app: Flask, ctx: Context, config: Config) -> None:
    with app.app_context():
        campaign = import_campaign(ctx, files=read_folder(FOLDER), folder=config.files)
        written = export_campaign(ctx, campaign=campaign, folder=config.files)
        again = import_campaign(ctx, files=written, folder=config.files, slug="lan-sau")
        assert {name: written[name] for name in written if name != "campaign.toml"} == {
            name: content
            for name, content in export_campaign(ctx, campaign=again, folder=config.files).items()
            if name != "campaign.toml"
        }
    revisions = ctx.session.scalars(sa.select(Revision)).all()
    assert {revision.type for revision in revisions} == set(QuestionType)
    assert {revision.state for revision in revisions} == {RevisionState.DRAFT}
    for revision in revisions:
        kind = KINDS[revision.type]
        assert kind.points(revision.content, revision.key, kind.right(revision.content, revision.key)) == POINT
    (shown,) = pictures(ctx, campaign_id=campaign.id)
    assert (shown.picture.width, shown.picture.height) == (960, 600)
