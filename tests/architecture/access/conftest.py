"""What the tests of who may see what share: two campaigns alike with every plugin, an object of each kind, and people.

Every route of core and plugins is taken from the application itself, with what it declares that it asks for.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from cuocthi.articles.models import Article
from cuocthi.committees.models import Membership
from cuocthi.contributions import Role
from cuocthi.database import UtcTime
from cuocthi.documents.models import Document
from cuocthi.files.domain import store
from cuocthi.files.kinds import PDF
from cuocthi.jobs.models import Job
from cuocthi.merging.models import Merger
from cuocthi.news.models import Announcement
from cuocthi.personal.models import Correction
from cuocthi.prerequisites.models import Prerequisite
from cuocthi.standings.models import Ranking
from cuocthi.tasks.models import Task
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi.users.models import Contact
from cuocthi.web.access import access_of

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.security.permissions import Permissions
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

NAMES = ("quiz", "prizes", "publishing", "inquiries")
#: Who may do what does not hang on the database.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: Numbers that count within an object, and units, which belong to no campaign.
NO_OBJECTS = {"number", "rank", "position", "unit_id"}
#: What a merger moved that moved nothing.
NOTHING: dict[str, list[int]] = {"excluded": []}
_ARGUMENT = re.compile(r"<(?:([^:>]+):)?(\w+)>")
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
#: What stands for a part of an address that names no object.
_WORDS = {
    "owner": "quiz",
    "key": "units",
    "path": "x",
    "act": "up",
    "clause": "entrants",
    "earlier": "hoi-thi",
    "format": "csv",
}

#: A browser: sends a request by method and address, and follows no redirect.
Send = Callable[[str, str], "TestResponse"]


class Route(NamedTuple):
    """One method of one address, and what it asks for: a permission, or one of the words of ``web.access``."""

    method: str
    rule: Rule
    access: str

    @property
    def objects(self) -> set[str]:
        """What in its address names an object of a campaign or of a person."""
        arguments = _ARGUMENT.findall(self.rule.rule)
        return {name for converter, name in arguments if converter == "int" or name == "token"} - NO_OBJECTS

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


@dataclass
class World:
    """Two campaigns alike, with every plugin and an object of each kind; routes and browsers.

    ``entrant`` takes part in both, ``own`` and ``foreign`` are the objects of the one and of the other.
    """

    app: Flask
    ctx: Context
    make: Factories
    campaign: Campaign
    entrant: User
    own: Mapping[str, int | str]
    foreign: Mapping[str, int | str]

    @property
    def permissions(self) -> Permissions:
        found: Permissions = self.app.extensions["cuocthi"].permissions
        return found

    def routes(self) -> Iterator[Route]:
        """Every route but that of static files."""
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if rule.endpoint != "assets.file":
                    yield Route(method, rule, access_of(self.app, rule.endpoint))

    def guarded(self) -> Iterator[Route]:
        """Every route that asks for a permission."""
        return (route for route in self.routes() if route.access in self.permissions.by_name)

    def address(
        self,
        rule: Rule,
        objects: Mapping[str, int | str] | None = None,
        *,
        slug: str = "hoi-thi",
        number: int | None = None,
    ) -> str:
        """The address of a route with these objects, the own ones unless given, or with a number for each of them."""
        words = {**_WORDS, **(self.own if objects is None else objects), "slug": slug}

        def stand_in(found: re.Match[str]) -> str:
            converter, name = found[1] or "", found[2]
            if converter.startswith("any("):
                return converter[4:-1].partition(",")[0].strip()
            return str(number if number is not None and converter == "int" else words.get(name, 1))

        return _ARGUMENT.sub(stand_in, rule.rule)

    def browser(self, user: User | None) -> Send:
        """A browser in which somebody, or nobody, has signed in; it sends the form's token.

        What an answer wants it to keep it forgets at once, so that all requests find it alike.
        """
        client = self.app.test_client()
        if user is not None:
            token = start_session(self.ctx, user_id=user.id, device="test", hours=1)
            self.ctx.session.commit()
            browser_over(client, session_token=token)
        page = client.get("/me" if user is not None else "/sign-in")
        form_token = _TOKEN.search(page.text)
        assert form_token
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        forgetful = self.app.test_client(use_cookies=False)

        def send(method: str, address: str) -> TestResponse:
            data = {"csrf_token": form_token[1]} if method == "POST" else None
            return forgetful.open(address, method=method, data=data, headers={"Cookie": cookie}, buffered=True)

        return send


def add(ctx: Context, model: type[Any], **values: Any) -> Any:
    """Add a row of any table; what it needs and the test does not care for is filled in."""
    for column in model.__table__.columns:
        optional = column.nullable or column.default is not None or column.primary_key
        if column.key in values or (optional and not column.foreign_keys) or column.nullable:
            continue
        kind = column.type
        if isinstance(kind, sa.Enum):
            values[column.key] = next(iter(kind.enum_class or ()))
        elif isinstance(kind, sa.JSON):
            values[column.key] = []
        elif isinstance(kind, UtcTime):
            values[column.key] = ctx.now
        else:
            plain = {str: "x", date: ctx.now.date(), bool: False, bytes: b"x"}
            values[column.key] = plain.get(kind.python_type, 1)
    row = model(**values)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def populate(ctx: Context, make: Factories, config: Config, campaign: Campaign, entrant: User) -> dict[str, int | str]:
    """Fill a campaign with an object of each kind; return what names them by the names that addresses give them."""
    quiz, prizes, publishing = (
        importlib.import_module(f"cuocthi_{name}.models") for name in ("quiz", "prizes", "publishing")
    )
    inquiries, asking = (
        importlib.import_module(f"cuocthi_inquiries.{name}") for name in ("models", "domain.inquiries")
    )
    within = {"campaign_id": campaign.id}
    token = f"token-of-{campaign.slug}"
    round_, enrolment = make.round(campaign), make.enrolment(campaign, user=entrant)
    juror = make.member(campaign, Role.JURY)
    membership = ctx.session.scalars(sa.select(Membership).where(Membership.user_id == juror.id)).one()
    topic = add(ctx, quiz.Topic, **within)
    question = add(ctx, quiz.Question, **within)
    said = {"option_count": 2, "content": {"options": ["Đúng", "Sai"]}, "key": {"right": [0]}}
    revision = add(ctx, quiz.Revision, question_id=question.id, topic_id=topic.id, **said)
    key = {"number": 1, "based_on": 0, "key": {"right": [1]}, "former_key": {"right": [0]}}
    entered = {**within, "enrolment_id": enrolment.id, "user_id": enrolment.user_id, "phase_id": round_.id}
    attempt = add(ctx, quiz.Attempt, token=token, **entered)
    ranking = add(ctx, Ranking, **within, phase_id=round_.id, criteria={"counted": "best", "criteria": []})
    award_list = add(ctx, prizes.AwardList, **within, phase_id=round_.id, ranking_id=ranking.id)
    of_list = {"award_list_id": award_list.id, "unit_id": enrolment.unit_id}
    award = add(ctx, prizes.Award, **of_list, enrolment_id=enrolment.id)
    handing_over = importlib.import_module("cuocthi_prizes.outputs.models")
    papers = importlib.import_module("cuocthi_publishing.reports.models")
    issue = add(ctx, handing_over.CertificateIssue, award_list_id=award_list.id)
    certificate = add(ctx, handing_over.Certificate, issue_id=issue.id, award_id=award.id, code=campaign.slug)
    of_candidates = importlib.import_module("cuocthi_prizes.candidates.models")
    asked = {"asked_at": ctx.now, "answer_by": ctx.now, "set_key": award_list.set_key, "phase_id": round_.id}
    candidacy = add(ctx, of_candidates.Candidacy, **within, **asked, enrolment_id=enrolment.id)
    stored = store(
        ctx,
        folder=config.files,
        content=b"%PDF-1.4",
        name="ke-hoach.pdf",
        kinds=[PDF],
        campaign=campaign,
        permission="",
    )
    # It is to come: the pages of the public have nothing to show yet.
    later = ctx.now + timedelta(days=365)
    release = add(ctx, publishing.Release, **within, created_by=juror.id, number=9, note="", not_before=later)
    release.state, release.confirmed_by, release.confirmed_at = "published", entrant.id, ctx.now
    release.published_at, release.bundle_file_id = later, stored.id
    ctx.session.flush()
    of_targets = importlib.import_module("cuocthi_publishing.targets.models")
    on_its_way = {"release_id": release.id, "problem": {}, "created_at": later}
    return {
        "phase_id": round_.id,
        "round_id": round_.id,
        "enrolment_id": enrolment.id,
        "other_id": make.enrolment(campaign).id,
        "merger_id": add(ctx, Merger, **within, kept_id=make.user().id, merged_id=make.user().id, moved=NOTHING).id,
        "committee_id": membership.committee_id,
        "membership_id": membership.id,
        "division_id": make.division(campaign).id,
        "document_id": add(ctx, Document, **within).id,
        "file_id": stored.id,
        "name": stored.name,
        "job_id": add(ctx, Job, **within, key=campaign.slug, kind="quiz.sweep", arguments={}, result={}).id,
        "question_id": question.id,
        "revision_id": revision.id,
        "remark_id": add(ctx, quiz.Remark, revision_id=revision.id).id,
        "issue_id": add(ctx, quiz.Issue, **within).id,
        "change_id": add(ctx, quiz.KeyChange, **within, revision_id=revision.id, **key).id,
        "attempt_id": attempt.id,
        "token": token,
        "list_id": award_list.id,
        "certificate_id": certificate.id,
        "paper_id": add(ctx, papers.PaperFile, **within, docx_id=stored.id, pdf_id=stored.id).id,
        "candidacy_id": candidacy.id,
        "award_id": add(ctx, prizes.UnitAward, **of_list).id,
        "inquiry_id": add(ctx, inquiries.Inquiry, **within, token_hash=asking.token_hash(token)).id,
        "statement_id": add(ctx, inquiries.Statement, **within).id,
        "case_id": add(ctx, inquiries.FalseInformation, **within).id,
        "complaint_id": add(
            ctx, inquiries.Complaint, **within, phase_id=round_.id, token_hash=token, user_id=enrolment.user_id
        ).id,
        "task_id": add(ctx, Task, **within, phase_id=round_.id).id,
        "prerequisite_id": add(ctx, Prerequisite, **within).id,
        "article_id": add(ctx, Article, **within).id,
        "announcement_id": add(ctx, Announcement, **within).id,
        "correction_id": add(ctx, Correction, enrolment_id=enrolment.id).id,
        "approval_id": add(ctx, publishing.Approval, **within).id,
        "delivery_id": add(ctx, of_targets.LoggedDelivery, **on_its_way).id,
        "unit_id": enrolment.unit_id,
    }


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in NAMES]


@pytest.fixture
def world(app: Flask, ctx: Context, make: Factories, config: Config) -> World:
    entrant = make.user("Nguyễn Thị Đào", contact="dao@example.com", password=True)
    campaign, other = (make.campaign(slug, plugins=NAMES) for slug in ("hoi-thi", "khac"))
    own, foreign = (populate(ctx, make, config, one, entrant) for one in (campaign, other))
    own["contact_id"], foreign["contact_id"] = (
        ctx.session.scalars(sa.select(Contact.id).where(Contact.user_id == user.id)).one()
        for user in (entrant, make.user(contact="tung@example.com"))
    )
    own["user_id"] = entrant.id
    make.member(campaign)
    ctx.session.commit()
    return World(app, ctx, make, campaign, entrant, own, foreign)


@pytest.fixture
def keep_nothing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on every act is tried without keeping it, so that all of them find the same world."""
    return lambda: monkeypatch.setattr(Session, "commit", Session.rollback)
