"""How prizes are handed over goes through a campaign file, and to the contest that is held again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.errors import InvalidData
from cuocthi.files.domain import store
from cuocthi.papers.typesetting import TEMPLATE
from cuocthi_prizes.outputs.hand_over import save_output_settings
from cuocthi_prizes.outputs.queries import output_settings
from cuocthi_prizes.outputs.settings import OutputSettings
from cuocthi_prizes.outputs.typesetting import SHIPPED, template_of

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

OWN = SHIPPED.read_text("utf-8").replace("GIẤY CHỨNG NHẬN", "GIẤY KHEN THƯỞNG").encode()
SAID = OutputSettings(lowest_first=False, tax_permille=50, place="Thái Bình", signatory="Nguyễn Văn Hùng")
TEMPLATE_FILE = "prizes/certificate.typ"


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("hoi-thi", plugins=("sprint", "prizes"))


def keep(ctx: Context, campaign: Campaign, config: Config, content: bytes) -> OutputSettings:
    """Store settings with a template of the organisers' own."""
    stored = store(
        ctx,
        folder=config.files,
        content=content,
        name="mau.typ",
        kinds=(TEMPLATE,),
        campaign=campaign,
        permission="prizes:outputs:edit",
    )
    settings = OutputSettings(lowest_first=False, tax_permille=50, place="Thái Bình", template=stored.id)
    save_output_settings(ctx, campaign=campaign, settings=settings)
    return settings


def test_what_is_not_a_default_stands_in_the_file_and_comes_back(app: Flask, ctx: Context, campaign: Campaign) -> None:
    with app.app_context():
        assert b"[prizes.outputs]" not in export_campaign(ctx, campaign=campaign)["campaign.toml"]
        save_output_settings(ctx, campaign=campaign, settings=SAID)
        files = export_campaign(ctx, campaign=campaign)
        assert b"tax_permille = 50" in files["campaign.toml"]
        again = import_campaign(ctx, files=files, slug="lan-sau")
    assert output_settings(ctx, campaign=again) == SAID


def test_the_own_template_comes_along_as_a_file(app: Flask, ctx: Context, campaign: Campaign, config: Config) -> None:
    before = keep(ctx, campaign, config, OWN)
    with app.app_context():
        files = export_campaign(ctx, campaign=campaign)
        assert [name for name in files if name.endswith("certificate.typ")] == [TEMPLATE_FILE]
        again = import_campaign(ctx, files=files, slug="lan-sau")
    after = output_settings(ctx, campaign=again)
    assert after.template not in {0, before.template}, "it is a file of the new campaign"
    assert (after.place, after.tax_permille) == (before.place, before.tax_permille)
    told = template_of(ctx, campaign=again, settings=after, folder=config.files)
    assert told.encode() == OWN


@pytest.mark.parametrize("content", [b"#panic(1)", b"\xff\xfe\x00"])
def test_a_template_that_cannot_be_typeset_is_refused_with_the_file(
    app: Flask, ctx: Context, campaign: Campaign, config: Config, content: bytes
) -> None:
    keep(ctx, campaign, config, OWN)
    with app.app_context():
        files = export_campaign(ctx, campaign=campaign)
        with pytest.raises(InvalidData), ctx.session.begin_nested():
            import_campaign(ctx, files={**files, TEMPLATE_FILE: content}, slug="lan-sau")


def test_the_number_of_a_stored_file_is_not_taken_from_a_file(app: Flask, ctx: Context, campaign: Campaign) -> None:
    save_output_settings(ctx, campaign=campaign, settings=SAID)
    with app.app_context():
        files = dict(export_campaign(ctx, campaign=campaign))
        files["campaign.toml"] = files["campaign.toml"].replace(b"tax_permille = 50", b"template = 1")
        with pytest.raises(InvalidData), ctx.session.begin_nested():
            import_campaign(ctx, files=files, slug="lan-sau")
