"""What prizes do in a rehearsal once rankings are adopted: draw award lists up, adopt them by two, make them final."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor
from cuocthi.digest import digest
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.files.domain import store
from cuocthi.files.kinds import TEXT
from cuocthi.web.formats import money
from cuocthi_prizes.acts.domain import name_acts
from cuocthi_prizes.candidates.rehearsal import settle
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import all_awarded
from cuocthi_prizes.domain.proposals import propose
from cuocthi_prizes.queries import load_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.models import AwardList

_SALT_LENGTH = 32
#: What a list says that names nobody, since somebody has to say something.
_NOBODY = "Diễn tập: không có người đủ điều kiện nhận giải."
#: Minutes and decision of a rehearsal, which nobody can take for real ones.
_MADE_UP = {DocumentKind.MINUTES: "00/BB-DIENTAP", DocumentKind.DECISION: "00/QĐ-DIENTAP"}
_NOT_REAL = "DIỄN TẬP – văn bản giả định, không có giá trị"


def _salt_of(campaign: Campaign) -> Callable[[str], str]:
    """Return salts that are the same in every run of a rehearsal, whose people do not exist."""
    return lambda code: digest([campaign.draw_key, code])[:_SALT_LENGTH]


def rehearse(
    ctx: Context, campaign_id: int, staff_ids: tuple[int, int], *, folder: Path, vault: Vault | None = None
) -> Sequence[tuple[str, str]]:
    """Award the campaign's prizes as two committee members would, with all that is asked of candidates before.

    Returns what to report.

    Minutes and decision are made up, and say so; their files are kept below ``folder``. Raises Blocked with every
    reason where the list cannot be drawn up or adopted.
    """
    campaign = ctx.session.get_one(Campaign, campaign_id)
    first, second = (replace(ctx, actor=Actor(user_id)) for user_id in staff_ids)
    made = []
    scheme = load_scheme(ctx, campaign=campaign).value
    for of in all_awarded(ctx, campaign=campaign):
        # In the order of the rounds, for who has a prize of one may be passed over in the next.
        statement = _NOBODY if propose(ctx, campaign=campaign, of=of).names_nobody else ""
        award_list = draw_up(first, campaign=campaign, of=of, statement=statement, salt=_salt_of(campaign))
        settle(first, campaign=campaign, award_list=award_list, scheme=scheme, vault=vault)
        for person in (first, second):
            adopt(person, campaign=campaign, number=award_list.number, digest=award_list.digest, vault=vault)
        made.append(award_list)
    lists = [] if len(made) == 1 else [("award lists", str(len(made)))]
    return [
        *lists,
        ("awards", str(sum(len(award_list.awards) for award_list in made))),
        ("sum of awards", money(sum(award_list.total_value for award_list in made), "vi")),
        *_final(first, campaign, made, folder),
        *(("digest of the award list", award_list.digest) for award_list in made),
    ]


def _final(ctx: Context, campaign: Campaign, made: Sequence[AwardList], folder: Path) -> Iterator[tuple[str, str]]:
    if not made:
        return
    minutes, decision = (_made_up(ctx, campaign, kind, folder) for kind in _MADE_UP)
    ids = [award_list.id for award_list in made]
    name_acts(ctx, campaign=campaign, list_ids=ids, minutes_id=minutes.id, decision_id=decision.id)
    yield "final by decision", decision.symbol


def _made_up(ctx: Context, campaign: Campaign, kind: DocumentKind, folder: Path) -> Document:
    symbol = _MADE_UP[kind]
    file = store(
        ctx,
        folder=folder,
        content=f"{_NOT_REAL}: {symbol}\n".encode(),
        name=f"{symbol.replace('/', '-')}.txt",
        kinds=(TEXT,),
        campaign=campaign,
        permission="",
    )
    facts = DocumentFacts(
        kind,
        _NOT_REAL,
        symbol=symbol,
        issuer="Ban Tổ chức (diễn tập)",
        issued_on=ctx.now.astimezone(LOCAL_ZONE).date(),
        public=False,
        office="Trưởng ban (diễn tập)",
        signatory="Thành viên Diễn Tập 1",
    )
    return register_document(ctx, campaign=campaign, facts=facts, file=file)
