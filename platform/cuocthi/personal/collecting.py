"""Everything that is stored about one person: the account, and each contest with what its plugins keep."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.models import Committee, Membership
from cuocthi.consents.queries import consents_of
from cuocthi.contributions import Person, PersonalData
from cuocthi.enrolments.answers import answers_of, asked_of
from cuocthi.enrolments.guardians import RELATIONS
from cuocthi.enrolments.models import Relation
from cuocthi.enrolments.queries import enrolments_of
from cuocthi.messages.models import Message
from cuocthi.news.models import NewsConsent
from cuocthi.personal.corrections import corrections_of
from cuocthi.personal.models import ErasedEnrolment
from cuocthi.standings.models import Ranking, RankingState, Standing
from cuocthi.standings.notice_models import AdmissionNotice
from cuocthi.support.queries import checks_of
from cuocthi.text import T, Text
from cuocthi.timelines.models import Phase
from cuocthi.users.contacts import reveal
from cuocthi.users.models import User
from cuocthi.users.profiles import known_of
from cuocthi.users.queries import open_sessions

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault

Written = str | int | float | bool | None

IN_OFFICE = T("Whoever sits on a committee acts in office; that stays on record.")
PLACES = T("The place stays, without your name: the ranking that people adopted rests on it.")
PROOF = T("It proves to what you consented, and when. Your name does not stand there.")


@dataclass(frozen=True, slots=True)
class Contest:
    """What one contest keeps about a person; ``enrolment`` is None for who does not take part in it."""

    campaign: Campaign
    enrolment: Enrolment | None
    erased: bool
    parts: Sequence[PersonalData]


def of_account(ctx: Context, *, user: User, vault: Vault) -> list[PersonalData]:
    """Return what is stored about an account beyond any contest. Raises Undecipherable."""
    known = known_of(ctx, user_id=user.id, vault=vault)
    facts: list[tuple[Text, Any]] = [(T("Full name"), user.name), (T("Registered"), user.created_at)]
    if known.birth_date is not None:
        facts.append((T("Date of birth"), known.birth_date))
    if known.citizen_id:
        facts.append((T("Citizen ID number"), known.citizen_id))
    contacts = [
        (reveal(contact, vault), T("confirmed") if contact.verified_at else T("not confirmed"))
        for contact in user.contacts
    ]
    devices = [(found.device, found.created_at) for found in open_sessions(ctx, user_id=user.id)]
    parts = [
        _facts("account", T("About you"), facts),
        PersonalData("contacts", T("How you are reached"), [T("Contact"), T("State")], contacts),
        PersonalData("devices", T("Where you are signed in"), [T("Device"), T("since")], devices),
        PersonalData("messages", T("Messages to you"), [T("About"), T("When")], _messages(ctx, user.id)),
        PersonalData(
            "checks",
            T("When the support checked who you are"),
            [T("When"), T("Note")],
            [(check.at, check.note) for check in checks_of(ctx, user_id=user.id, vault=vault)],
        ),
        PersonalData(
            "committees",
            T("Committees"),
            [T("Contest"), T("Committee"), T("since"), T("until")],
            _seats(ctx, user.id),
            kept=IN_OFFICE,
        ),
    ]
    return [part for part in parts if part.rows]


def of_contests(ctx: Context, *, user: User, vault: Vault) -> list[Contest]:
    """Return what is stored about a person in each contest, the newest first. Raises Undecipherable."""
    taking_part = {enrolment.id: (enrolment, campaign) for enrolment, campaign in enrolments_of(ctx, user_id=user.id)}
    erased = set(
        ctx.session.scalars(
            sa.select(ErasedEnrolment.enrolment_id).where(ErasedEnrolment.enrolment_id.in_(taking_part))
        )
    )
    found = [
        _contest(ctx, campaign, enrolment, user, vault, erased=enrolment.id in erased)
        for enrolment, campaign in taking_part.values()
    ]
    others = sa.select(Campaign).where(
        Campaign.state != CampaignState.DRAFT,
        Campaign.id.not_in([campaign.id for _, campaign in taking_part.values()]),
    )
    for campaign in ctx.session.scalars(others.order_by(Campaign.id.desc())):
        parts = _of_plugins(ctx, campaign, Person(user.id, None))
        if parts:
            found.append(Contest(campaign, None, erased=False, parts=parts))
    return found


def _contest(
    ctx: Context, campaign: Campaign, enrolment: Enrolment, user: User, vault: Vault, *, erased: bool
) -> Contest:
    own = [
        _entry(ctx, campaign, enrolment, vault),
        PersonalData("consents", T("Consents"), [T("Words"), T("When")], _consents(ctx, enrolment.id), kept=PROOF),
        PersonalData("news", T("News by e-mail"), [T("Agreed"), T("Ended")], _news(ctx, enrolment.id), kept=PROOF),
        PersonalData(
            "places",
            T("Places in adopted rankings"),
            [T("Round"), T("Rank"), T("Points")],
            _places(ctx, enrolment.id),
            kept=PLACES,
        ),
        PersonalData(
            "admissions",
            T("Rounds to which you were admitted"),
            [T("Round"), T("When")],
            _admissions(ctx, enrolment.id),
        ),
        PersonalData(
            "corrections",
            T("Corrections you asked for"),
            [T("Wish"), T("When"), T("Answer")],
            [(item.wish, item.asked_at, item.answer) for item in corrections_of(ctx, enrolment_id=enrolment.id)],
        ),
    ]
    parts = [*(part for part in own if part.rows), *_of_plugins(ctx, campaign, Person(user.id, enrolment.id))]
    return Contest(campaign, enrolment, erased, parts)


def _of_plugins(ctx: Context, campaign: Campaign, person: Person) -> list[PersonalData]:
    found = ctx.hooks.collect(ctx, campaign, "export_personal_data", PersonalData, person=person)
    return [part for part in found if part.rows]


def _entry(ctx: Context, campaign: Campaign, enrolment: Enrolment, vault: Vault) -> PersonalData:
    answers = answers_of(ctx, enrolment=enrolment, vault=vault)
    labels = {asked.key: asked.label for asked in asked_of(ctx, enrolment=enrolment).fields} if answers.own else {}
    guardian = answers.guardian
    division = next((item.name for item in campaign.divisions if item.id == enrolment.division_id), "")
    facts: list[tuple[Text, Any]] = [
        (T("Contest number"), enrolment.code),
        (T("Full name"), enrolment.name),
        (T("Unit"), enrolment.unit_name),
        (T("Name of the unit as entered"), enrolment.unit_note),
        (T("Category"), str(campaign.categories.get(enrolment.category, enrolment.category))),
        (T("Division"), division),
        (T("Date of birth"), answers.birth_date),
        (T("Citizen ID number"), answers.citizen_id),
        *((Text("%(label)s", {"label": labels.get(key, key)}), value) for key, value in answers.own.items()),
        (T("Parent or guardian"), guardian.name if guardian else ""),
        (T("Relation to the child"), RELATIONS[Relation(guardian.relation)] if guardian else ""),
        (T("Contact of the parent or guardian"), guardian.contact if guardian else ""),
        (T("In public"), "" if enrolment.publishes_name else T("without the name")),
        (T("Registered"), enrolment.enrolled_at),
        (T("Reason of the exclusion"), enrolment.excluded_reason),
    ]
    return _facts("entry", T("Registration"), [(title, value) for title, value in facts if value])


def _facts(key: str, title: Text, facts: Sequence[tuple[Text, Any]]) -> PersonalData:
    return PersonalData(key, title, [name for name, _ in facts], [[value for _, value in facts]])


def _messages(ctx: Context, user_id: int) -> list[tuple[Text, datetime]]:
    sent = sa.select(Message).where(Message.user_id == user_id).order_by(Message.id.desc())
    return [(message.title, message.created_at) for message in ctx.session.scalars(sent)]


def _seats(ctx: Context, user_id: int) -> list[tuple[Any, ...]]:
    rows = ctx.session.execute(
        sa.select(Campaign.name, Committee.title, Membership.appointed_at, Membership.ended_at)
        .join(Committee, Committee.id == Membership.committee_id)
        .join(Campaign, Campaign.id == Committee.campaign_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.appointed_at)
    )
    return [tuple(row) for row in rows]


def _consents(ctx: Context, enrolment_id: int) -> list[tuple[str, datetime]]:
    return [(version.text, given_at) for version, given_at in consents_of(ctx, enrolment_id=enrolment_id)]


def _news(ctx: Context, enrolment_id: int) -> list[tuple[datetime, datetime | None]]:
    consent = ctx.session.get(NewsConsent, enrolment_id)
    return [(consent.given_at, consent.withdrawn_at)] if consent else []


def _admissions(ctx: Context, enrolment_id: int) -> list[tuple[Any, ...]]:
    rows = ctx.session.execute(
        sa.select(Phase.title, AdmissionNotice.noticed_at)
        .join(Phase, Phase.id == AdmissionNotice.phase_id)
        .where(AdmissionNotice.enrolment_id == enrolment_id)
        .order_by(AdmissionNotice.noticed_at)
    )
    return [tuple(row) for row in rows]


def _places(ctx: Context, enrolment_id: int) -> list[tuple[Any, ...]]:
    rows = ctx.session.execute(
        sa.select(Phase.title, Standing.rank, Standing.score)
        .join(Ranking, Ranking.id == Standing.ranking_id)
        .join(Phase, Phase.id == Ranking.phase_id)
        .where(Standing.enrolment_id == enrolment_id, Ranking.state == RankingState.ADOPTED)
        .order_by(Phase.number)
    )
    # Points are stored in thousandths; written out, they mean the same in every language.
    return [(title, rank, f"{score / 1000:g}") for title, rank, score in rows]


# --- to take away ---------------------------------------------------------------------------------------------------


def as_file(
    account: Sequence[PersonalData], contests: Sequence[Contest], *, made_at: datetime, write: Callable[[Text], str]
) -> tuple[str, bytes]:
    """Return the name and the content of a file with all of it: JSON, in a ZIP with the files where there are any."""
    values = {
        write(T("Made at")): made_at.isoformat(),
        write(T("Account")): _plain(account, write),
        write(T("Contests")): [
            {write(T("Contest")): contest.campaign.name, **_plain(contest.parts, write)} for contest in contests
        ],
    }
    data = json.dumps(values, ensure_ascii=False, indent=2).encode()
    files = dict(_files(contests))
    if not files:
        return "my-data.json", data
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("my-data.json", data)
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    return "my-data.zip", packed.getvalue()


def _files(contests: Sequence[Contest]) -> Iterator[tuple[str, bytes]]:
    for contest in contests:
        for part in contest.parts:
            yield from ((f"{contest.campaign.slug}/{part.key}/{name}", held) for name, held in part.files.items())


def _plain(parts: Sequence[PersonalData], write: Callable[[Text], str]) -> dict[str, Any]:
    return {
        write(part.title): [
            {write(column): _value(value, write) for column, value in zip(part.columns, row, strict=True)}
            for row in part.rows
        ]
        for part in parts
    }


def _value(value: object, write: Callable[[Text], str]) -> Written:
    if isinstance(value, Text):
        return write(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, int) else str(value)
