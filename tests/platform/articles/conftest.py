"""What the tests of articles share: a campaign, an editor, pictures as cameras write them."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from cuocthi.articles.domain import ArticleFacts, publish_article, write_article
from cuocthi.articles.models import Article, ArticleKind
from cuocthi.campaigns.models import Campaign
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.pictures.domain import add_picture, copies
from cuocthi.pictures.models import Picture

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from types import ModuleType

    from cuocthi.config import Config
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff/articles/"


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return []


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def editor(make: Factories, campaign: Campaign) -> User:
    return make.member(campaign, Role.EDITORIAL)


@pytest.fixture
def folder(config: Config) -> Path:
    return config.files


class Desk:
    """An editor at work."""

    def __init__(self, ctx: Context, campaign: Campaign, editor: User, folder: Path) -> None:
        self.ctx, self.campaign, self.folder = replace(ctx, actor=Actor(editor.id)), campaign, folder

    def write(self, title: str = "Phát động cuộc thi", body: str = "Sáng nay.", **changes: object) -> Article:
        facts = ArticleFacts(**{"kind": ArticleKind.NEWS, "title": title, "body": body, **changes})  # type: ignore[arg-type]
        return write_article(self.ctx, campaign=self.campaign, facts=facts)

    def publish(self, article: Article, not_before: datetime | None = None) -> Article:
        publish_article(self.ctx, campaign=self.campaign, article=article, seen=article.digest, not_before=not_before)
        return article

    def picture(self, alt: str = "Lễ phát động", content: bytes | None = None) -> Picture:
        made = copies(content=content or photograph(600, 400), name="anh.jpg")
        return add_picture(self.ctx, campaign=self.campaign, folder=self.folder, alt=alt, made=made)


@pytest.fixture
def desk(ctx: Context, campaign: Campaign, editor: User, folder: Path) -> Desk:
    return Desk(ctx, campaign, editor, folder)


def photograph(width: int, height: int, form: str = "JPEG", **told: object) -> bytes:
    """A picture with noise in it, as cameras write them."""
    to = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(to, form, **told)
    return to.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))
