"""The audit log in the reader's words: what fields are called, and how their values are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.words import ROLES
from cuocthi.support.words import PROOFS
from cuocthi.text import T, Text
from cuocthi.web import formats
from cuocthi.web.context import registry
from cuocthi.web.i18n import language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cuocthi.audit.queries import Entry

#: Fields whose values are numbers of people.
PEOPLE = frozenset({"user", "user_id"})

_FIELDS = {
    "accent": T("Colour"),
    "agreed": T("Persons who agreed to news"),
    "ask_again": T("Everybody is asked again"),
    "audience": T("Who may take part"),
    "award_years": T("Years for which award and payment records are kept"),
    "awards": T("Awards"),
    "begins": T("Begins"),
    "changed": T("What was changed"),
    "checked": T("What was checked"),
    "closes_at": T("Closes"),
    "codes": T("Contest numbers"),
    "committee": T("Committee"),
    "confirmations": T("Confirmations"),
    "confirmed": T("Digest that was confirmed"),
    "confirmations_withdrawn": T("Confirmations withdrawn"),
    "consent_text": T("Words of consent"),
    "contact_changed": T("Contact changed"),
    "content": T("What is asked about"),
    "decision": T("Decision"),
    "correction": T("Correction"),
    "description": T("Description"),
    "digest": T("Digest"),
    "document": T("Document"),
    "documents": T("Documents"),
    "due": T("Until"),
    "ends": T("Ends"),
    "entries": T("Entries brought over"),
    "excluded": T("Entries excluded"),
    "erasure": T("Why it was erased"),
    "from": T("From"),
    "host_name": T("Host body"),
    "host_parent": T("Its superior body"),
    "issued_on": T("Issued on"),
    "issuer": T("Issuer"),
    "key": T("Key"),
    "kind": T("Kind"),
    "language": T("Language"),
    "max_age": T("Oldest age"),
    "meant": T("Persons whom it is for"),
    "members": T("Members"),
    "met": T("It is met"),
    "method": T("How"),
    "minutes": T("Minutes more"),
    "moment": T("When it is sent"),
    "months": T("Months from the archiving until people become anonymous"),
    "name": T("Name"),
    "min_age": T("Youngest age"),
    "note": T("Note"),
    "number": T("Number"),
    "opens_at": T("Opens"),
    "order": T("Order"),
    "parts": T("Parts of the seed"),
    "persons": T("Persons"),
    "phase": T("Phase"),
    "phases": T("Phases"),
    "plugins": T("Parts"),
    "portal_url": T("Portal on which results are published"),
    "position": T("Position"),
    "public": T("Public"),
    "published_at": T("Published"),
    "purpose": T("Purpose"),
    "ranking": T("Version of the ranking"),
    "reached": T("Persons who get it"),
    "reason": T("Reason"),
    "records": T("Records"),
    "required": T("The campaign may not open without it"),
    "requirements": T("Requirements"),
    "responsible": T("Responsible for the content"),
    "revision": T("Revision"),
    "role": T("Role"),
    "seal": T("Seal of the part"),
    "seed": T("Seed of the lot"),
    "sees_names": T("Sees by name who has taken part"),
    "source": T("Source"),
    "sources": T("Where the parts come from"),
    "standing_office": T("Standing office of the organising committee"),
    "state": T("State"),
    "subject": T("Subject"),
    "summary": T("Summary"),
    "support_hours": T("Support hours"),
    "support_phone": T("Support phone"),
    "symbol": T("Number and symbol"),
    "tagline": T("Line above the name"),
    "tasks": T("Tasks"),
    "text": T("Text"),
    "title": T("Title"),
    "to_whom": T("To whom"),
    "unit": T("Unit"),
    "until": T("Not later than"),
    "url": T("Address"),
    "user": T("Person"),
    "user_id": T("Person"),
    "values": T("Values"),
    "version": T("Version"),
    "windows": T("Windows"),
    "written": T("Copies handed to the outbox"),
}
#: What the kinds of objects are called that the core puts on record.
CORE_KINDS = {
    "announcement": T("Announcement"),
    "article": T("Article"),
    "audit": T("Audit log"),
    "campaign": T("Campaign"),
    "committee": T("Committee"),
    "division": T("Division"),
    "document": T("Document"),
    "enrolment": T("Participant"),
    "file": T("File"),
    "key": T("Key for personal values"),
    "lot": T("Lot"),
    "membership": T("Seat on a committee"),
    "participation": T("Participation of a unit"),
    "phase": T("Phase"),
    "picture": T("Picture in articles"),
    "prerequisite": T("Administrative condition"),
    "profile": T("Participant"),
    "ranking": T("Ranking"),
    "rules": T("Rules"),
    "settings": T("Settings"),
    "settings_version": T("Settings"),
    "task": T("Task"),
    "timeline": T("Timeline"),
    "unit": T("Unit"),
    "user": T("Person"),
}
_VALUES = {
    **{role.value: title for role, title in ROLES.items()},
    **{proof.value: text for proof, text in PROOFS.items()},
    "adopted": T("Adopted"),
    "approved": T("Approved"),
    "archived": T("Archived"),
    "draft": T("Draft"),
    "enrolled": T("Everybody who has registered"),
    "former": T("Former"),
    "lot": T("By lot"),
    "open": T("Open"),
    "provisional": T("Provisional"),
    "published": T("Published"),
    "superseded": T("Superseded"),
    "unfinished": T("Who has registered but handed in nothing yet"),
    "withdrawn": T("Withdrawn"),
}
_MARK = re.compile(r"%\((\w+)\)[sd]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Change:
    """A field in words; ``before`` is None where it had no value, ``after`` where nothing is said of it afterwards."""

    field: str
    before: str | None
    after: str | None


def kind_in_words(kind: str) -> str:
    """Return what an object is called, by the core or by the plugin that puts it on record."""
    known = {name: title for words in registry().log_words.values() for name, title in words.kinds.items()} | CORE_KINDS
    return translate(known.get(kind) or _as_text(kind))


def act_in_words(msgid: str) -> str:
    """Return what an act is called: its message, with a dash for everything that changes from one to the next."""
    return translate(Text(msgid, dict.fromkeys(_MARK.findall(msgid), "…")))


def changes(entry: Entry, names: Mapping[int, str]) -> list[Change]:
    """Return what an event changed, field by field; ``names`` are those of the people whom it mentions."""
    words = _Words(names, _fields_of(entry.action.partition(":")[0]))
    return [
        Change(
            words.field(name),
            words.value(name, entry.before[name]) if name in entry.before else None,
            words.value(name, entry.after[name]) if name in entry.after else None,
        )
        for name in dict.fromkeys([*entry.before, *entry.after])
    ]


def _fields_of(owner: str) -> Mapping[str, Text]:
    """Return what fields are called: by whoever recorded the event, else by the core, else by any plugin.

    The core records the settings of all plugins.
    """
    known = registry().log_words
    others = {name: title for words in known.values() for name, title in words.fields.items()}
    own = known[owner].fields if owner in known else {}
    return {**others, **_FIELDS, **own}


def people_in(entries: Iterable[Entry]) -> set[int]:
    """Return the numbers of the people whom the changes of these events mention."""
    return {
        value
        for entry in entries
        for held in (entry.before, entry.after)
        for name, value in held.items()
        if name in PEOPLE and isinstance(value, int)
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """What people and fields are called in one event."""

    names: Mapping[int, str]
    fields: Mapping[str, Text]

    def field(self, name: str) -> str:
        return translate(self.fields.get(name) or _as_text(name))

    def value(self, name: str, value: object) -> str:
        if name in PEOPLE and isinstance(value, int):
            return self.names.get(value, str(value))
        if value is None or value == "":
            return _("nothing")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self.value("", item) for item in value) or _("nothing")
        if isinstance(value, dict):
            return "; ".join(f"{self.field(str(key))}: {self.value(str(key), item)}" for key, item in value.items())
        return formats.number(value, language()) if isinstance(value, int) else _text(str(value))


def _as_text(word: str) -> Text:
    return Text(word.replace("_", " ").capitalize())


def _text(value: str) -> str:
    if value in _VALUES:
        return translate(_VALUES[value])
    try:
        if _MOMENT.fullmatch(value):
            return formats.stamp(datetime.fromisoformat(value), language())
        if _DAY.fullmatch(value):
            midnight = datetime.combine(date.fromisoformat(value), time(), LOCAL_ZONE)
            return formats.day(midnight, language())
    except ValueError:
        return value
    return value
