"""Who consents for a child that takes part, kept sealed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.consents.domain import text_digest
from cuocthi.enrolments.models import Guardian, Relation
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.names import normalise_name

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.campaigns.entrants import EntrantRules
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault

RELATIONS = {
    Relation.MOTHER: T("Mother"),
    Relation.FATHER: T("Father"),
    Relation.GUARDIAN: T("Guardian"),
}


@dataclass(frozen=True, slots=True)
class GuardianAnswer:
    """What a parent or guardian enters for a child; ``publishes`` and ``child_publishes`` are consents to the name."""

    name: str
    relation: str
    contact: str
    consents: bool = False
    publishes: bool = False
    child_publishes: bool = False


def check_guardian(given: GuardianAnswer | None) -> GuardianAnswer:
    """Return what a parent or guardian entered in its one written form.

    Raises DomainError with the field ``guardian_name``, ``guardian_relation``, ``guardian_contact`` or
    ``guardian_consent``.
    """
    if given is None or not given.name.strip():
        raise DomainError(T("Please enter the name of a parent or guardian."), field="guardian_name")
    if given.relation not in set(Relation):
        raise DomainError(T("Please choose what you are to the child."), field="guardian_relation")
    try:
        name, contact = normalise_name(given.name), normalise_contact(given.contact).value
    except DomainError as error:
        raise DomainError(error.message, field=f"guardian_{error.field}") from error
    if not given.consents:
        message = T("Without the consent of a parent or guardian a child cannot take part.")
        raise DomainError(message, field="guardian_consent")
    return dataclasses.replace(given, name=name, contact=contact)


def keep_guardian(
    ctx: Context,
    *,
    enrolment: Enrolment,
    rules: EntrantRules,
    guardian: GuardianAnswer,
    child_asked: bool,
    at: datetime,
    vault: Vault,
) -> None:
    """Keep, sealed, who consented for a child and when (``at``), and name the child in public if both agree.

    ``rules`` hold the words that were agreed to; a child that is not ``child_asked`` is too young to be.
    """
    enrolment.publishes_name = guardian.publishes and (guardian.child_publishes or not child_asked)
    ctx.session.add(
        Guardian(
            enrolment_id=enrolment.id,
            relation=Relation(guardian.relation),
            name=vault.encrypt(guardian.name, belongs_to=f"core_guardian.name:{enrolment.id}"),
            contact=vault.encrypt(guardian.contact, belongs_to=f"core_guardian.contact:{enrolment.id}"),
            consent_digest=text_digest(rules.guardian_text),
            consented_at=at,
            publishes=guardian.publishes,
            child_publishes=guardian.child_publishes if child_asked else None,
        )
    )


def guardian_of(ctx: Context, *, enrolment: Enrolment, vault: Vault) -> GuardianAnswer | None:
    """Return who consented for a child, in the clear, None where nobody did (one statement). Raises Undecipherable."""
    found = ctx.session.get(Guardian, enrolment.id)
    if found is None:
        return None
    return GuardianAnswer(
        name=vault.decrypt(found.name, belongs_to=f"core_guardian.name:{found.enrolment_id}"),
        relation=found.relation,
        contact=vault.decrypt(found.contact, belongs_to=f"core_guardian.contact:{found.enrolment_id}"),
        consents=True,
        publishes=found.publishes,
        child_publishes=bool(found.child_publishes),
    )
