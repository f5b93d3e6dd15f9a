"""Individual prizes given by hand: what stands against one, and those of a former list that still fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_prizes.candidates.words import PASSED_OVER
from cuocthi_prizes.digests import commitment
from cuocthi_prizes.models import Award

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from cuocthi.text import Text
    from cuocthi_prizes.models import PassedOverKind
    from cuocthi_prizes.queries import Candidate, Held
    from cuocthi_prizes.settings import ExtraPrizes

#: What prizes by hand have for the key of their kind; no kind of prize of a scheme can have it.
EXTRA = "+"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a list may give by hand, and who can have none.

    That is who is set ``aside`` by decision and, where such prizes count like others (``counts``), who has ``enough``
    by other lists or a prize by rank in the same list.
    """

    extra: ExtraPrizes
    enough: Mapping[int, Held]
    aside: Mapping[int, PassedOverKind]
    counts: bool

    def against(self, awards: Sequence[Award], enrolment_id: int, value: int) -> tuple[str, Text] | None:
        """Return what stands against one more prize worth ``value`` đồng beside these awards of the list, after the
        part of the entry that it is said of; None if nothing does.
        """
        own = [award for award in awards if award.enrolment_id == enrolment_id]
        refused = self._against_person(own, enrolment_id)
        given = [award for award in awards if award.extra]
        if self.extra.is_empty:
            return "title", T("the scheme of prizes has no extra prizes")
        if len(given) >= self.extra.most:
            return "title", T("a list has at most %(quantity)s extra prizes", quantity=self.extra.most)
        if sum(award.value for award in given) + value > self.extra.total:
            message = T("the extra prizes of a list are worth at most %(most)s đồng together", most=self.extra.total)
            return "value", message
        return ("enrolment_id", refused) if refused else None

    def _against_person(self, own: Sequence[Award], enrolment_id: int) -> Text | None:
        if enrolment_id in self.aside:
            return T("this person is passed over by decision: %(why)s", why=PASSED_OVER[self.aside[enrolment_id]])
        if any(award.extra for award in own):
            return T("this person has an extra prize in this list")
        if self.counts and own:
            return T("this person has a prize in this list, and the scheme counts extra prizes like others")
        if self.counts and enrolment_id in self.enough:
            number = self.enough[enrolment_id].list_number
            return T("this person has as many prizes as the rules allow, the last by list %(number)s", number=number)
        return None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a prize by hand: name, value in đồng, what is given in kind, why, and by which decision."""

    title: str
    value: int
    in_kind: str
    reason: str
    decision_number: str
    decision_date: date


def extra_award(awards: Sequence[Award], person: Candidate, decided: Decided, salt: str) -> Award:
    """Return the prize as it stands behind all others of a list; ``salt`` is that of the commitments."""
    return Award(
        place=max((award.place for award in awards), default=0) + 1,
        tier=EXTRA,
        title=decided.title,
        value=decided.value,
        in_kind=decided.in_kind,
        enrolment_id=person.enrolment_id,
        unit_id=person.unit_id,
        code=person.code,
        recipient=person.name,
        name_salt=salt,
        name_digest=commitment(salt, person.name),
        unit_name=person.unit_name,
        rank=person.rank,
        tie_place=person.tie_place,
        score=person.score,
        max_score=person.max_score,
        duration_ms=person.duration_ms,
        extra=True,
        reason=decided.reason,
        reason_digest=commitment(salt, decided.reason),
        decision_number=decided.decision_number,
        decision_date=decided.decision_date,
    )


def taken_over(
    former: Iterable[Award],
    given: Sequence[Award],
    persons: Mapping[int, Candidate],
    bounds: Bounds,
    salt: Callable[[str], str],
) -> tuple[list[Award], list[Text]]:
    """Return the prizes by hand of a former list that still fit beside those ``given`` now, and why others do not.

    ``persons`` are those of them who are in the present ranking, by enrolment; ``salt`` is as in drawing up a list.
    """
    kept: list[Award] = []
    left_out: list[Text] = []
    for award in former:
        so_far = [*given, *kept]
        refused = bounds.against(so_far, award.enrolment_id, award.value)
        person = persons.get(award.enrolment_id)
        if person is None or award.decision_date is None:
            left_out.append(_left_out(award, T("this person is no longer in the ranking")))
        elif refused is not None:
            left_out.append(_left_out(award, refused[1]))
        else:
            decided = Decided(
                award.title, award.value, award.in_kind, award.reason, award.decision_number, award.decision_date
            )
            kept.append(extra_award(so_far, person, decided, salt(person.code)))
    return kept, left_out


def _left_out(award: Award, reason: Text) -> Text:
    # Remarks stay when names go: they say the contest number alone.
    return T(
        "“%(prize)s” for contest number %(code)s was not taken over: %(reason)s.",
        prize=award.title,
        code=award.code,
        reason=reason,
    )
