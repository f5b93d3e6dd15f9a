"""Where questions of a file belong beside their topic: in a division, in a group, among those for practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi_quiz.domain.exchange.texts import cleaned
from cuocthi_quiz.domain.questions import MAX_TEXT
from cuocthi_quiz.models import MAX_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Division
    from cuocthi.text import Text
    from cuocthi_quiz.domain.exchange.drafts import Draft
    from cuocthi_quiz.domain.questions import QuestionData

_FEWEST = 2


def division_keys(divisions: Iterable[Division]) -> dict[str, str]:
    """Return the keys of divisions by how files may call them: by key or by name, without accents."""
    found = list(divisions)
    return {fold(one.name): one.key for one in found} | {fold(one.key): one.key for one in found}


def shared_texts(drafts: Iterable[Draft]) -> dict[str, str]:
    """Return what the groups of a file share; it is enough if one question of each says it."""
    return {draft.group: draft.group_text for draft in reversed(list(drafts)) if draft.group and draft.group_text}


def problems_of_place(draft: Draft, data: QuestionData, before: QuestionData | None) -> Iterator[Text]:
    """Yield what is wrong with where a single question would belong."""
    if draft.division and not data.division:
        yield T("there is no division “%(division)s” in this campaign", division=draft.division[:80])
    if before is not None and data.for_practice is not before.for_practice:
        yield T("in the bank this question is not for practice, and that never changes; please give it another code")


def problems_of_group(key: str, members: Sequence[QuestionData], bank: Mapping[str, QuestionData]) -> Iterator[Text]:
    """Yield what is wrong with a group of a file: one of the bank stays as it is, a new one has only new questions."""
    before = [bank.get(data.key) for data in members]
    known = any(data.group == key for data in bank.values())
    text = cleaned(members[0].group_text)
    if known:
        if not all(one and one.group == key and cleaned(one.group_text) == text for one in before):
            yield T("the group “%(key)s” is in the bank with other questions or another text; change it there", key=key)
        named = {data.key for data in members}
        yield from _kind_problems(
            [*members, *(one for one in bank.values() if one.group == key and one.key not in named)]
        )
        return
    if any(before):
        yield T("the group “%(key)s” is new, but not all of its questions are; make it in the bank", key=key)
    if not _FEWEST <= len(members) <= MAX_GROUP:
        count = len(members)
        yield T("group %(key)s has %(count)s questions; there are 2 to %(most)s", key=key, count=count, most=MAX_GROUP)
    if not 0 < len(text) <= MAX_TEXT:
        yield T("the group “%(key)s” shares no text, or one of more than %(most)s characters", key=key, most=MAX_TEXT)
    yield from _kind_problems(members)


def _kind_problems(members: Sequence[QuestionData]) -> Iterator[Text]:
    """Yield that a group would fit no row of a blueprint, and so never be drawn."""
    if len({(data.topic, data.division, data.for_practice) for data in members}) > 1:
        yield T("The questions of a group have one topic and one division, and all or none are for practice.")
