"""What certificates say: the data that a template is filled with, and the digest of everything they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.digest import digest
from cuocthi.papers.words import date_parts
from cuocthi.timelines.queries import rounds
from cuocthi.web.qr import qr_svg
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.models import Award
from cuocthi_prizes.outputs.hand_over import as_printed
from cuocthi_prizes.outputs.order import Recipient, in_ceremony_order
from cuocthi_prizes.outputs.queries import certificates_of
from cuocthi_prizes.settings import MAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_prizes.acts.models import LegalAct
    from cuocthi_prizes.models import AwardList, UnitAward
    from cuocthi_prizes.outputs.models import Certificate
    from cuocthi_prizes.outputs.settings import OutputSettings

#: Who certifies where nothing else is set.
_ISSUER = "Ban Tổ chức Cuộc thi"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One certificate: who receives it, and the code by which it is verified."""

    recipient: Recipient
    certificate: Certificate


def sheets_of(ctx: Context, *, award_list: AwardList, settings: OutputSettings) -> list[Sheet]:
    """Return the certificates of a list in the order of the ceremony, those that have a code."""
    by_award = {_key_of(one): one for one in certificates_of(ctx, award_list=award_list)}
    order = in_ceremony_order(award_list, lowest_first=settings.lowest_first)
    found = ((one, by_award.get(_key_of_award(one.award))) for one in order)
    return [Sheet(one, certificate) for one, certificate in found if certificate is not None]


def common_data(
    ctx: Context,
    *,
    campaign: Campaign,
    award_list: AwardList,
    settings: OutputSettings,
    page: str,
) -> dict[str, Any]:
    """Return what all certificates of a list say alike; ``page`` is where they are verified."""
    own = rounds(ctx, campaign_id=campaign.id)
    round_ = next((one.title for one in own if one.id == award_list.phase_id), "") if len(own) > 1 else ""
    set_ = "" if award_list.set_key == MAIN else award_list.set_title
    within = " – ".join(part for part in (set_, round_) if part)
    return _common(campaign, settings, decision_of(ctx, award_list=award_list), within, page)


def decision_of(ctx: Context, *, award_list: AwardList) -> dict[str, str]:
    """Return number, day, month and year of the decision that makes a list final, as documents write them."""
    finality = finality_of(ctx, award_list=award_list)
    return _decision(finality.decision if finality else None)


def sample_data(*, campaign: Campaign, settings: OutputSettings, page: str) -> dict[str, Any]:
    """Return invented data by which a template is tried and shown, marked as a draft: short names and the longest."""
    common = _common(campaign, settings, _decision(None), "", page)
    code = as_printed("ABCDEFGHJKMNPQRS")
    told = {"code": code, "address": f"{page}/{code}", "qr": _qr(f"{page}/{code}")}
    return {**common, "draft": True, "certificates": [{**one, **told} for one in _SAMPLES]}


def filled(common: dict[str, Any], sheets: Iterable[Sheet], *, address: Callable[[str], str]) -> dict[str, Any]:
    """Return the whole data of these certificates."""
    return {**common, "certificates": [one_filled(sheet, address=address) for sheet in sheets]}


def one_filled(sheet: Sheet, *, address: Callable[[str], str]) -> dict[str, Any]:
    """Return what one certificate says."""
    code = as_printed(sheet.certificate.code)
    return {
        "recipient": sheet.recipient.name,
        "unit": sheet.recipient.unit,
        "collective": sheet.recipient.collective,
        "prize": sheet.recipient.title,
        "code": code,
        "address": address(code),
        "qr": _qr(address(code)),
    }


def fingerprint_of(award_list: AwardList, common: dict[str, Any], sheets: Sequence[Sheet], template: str) -> str:
    """Return the digest of all that the certificates of a list are made of."""
    codes = [sheet.certificate.code for sheet in sheets]
    return digest({"list": award_list.digest, "common": common, "codes": codes, "template": template})


def _common(
    campaign: Campaign, settings: OutputSettings, decision: dict[str, str], within: str, page: str
) -> dict[str, Any]:
    return {
        "draft": False,
        "superior": campaign.host_parent,
        "host": campaign.host_name,
        "issuer": settings.issuer or _ISSUER,
        "contest": campaign.name,
        "round": within,
        "decision": decision,
        "place": settings.place,
        "signatory": {
            "authority": settings.authority,
            "position": settings.office,
            "name": settings.signatory,
        },
        "verify": page.partition("://")[2] or page,
    }


def _decision(act: LegalAct | None) -> dict[str, str]:
    # A sample has none: the line is left for writing by hand.
    return {"number": act.symbol if act else "", **date_parts(act.issued_on if act else None)}


def _key_of(certificate: Certificate) -> tuple[bool, int | None]:
    return certificate.award_id is None, certificate.award_id or certificate.unit_award_id


def _key_of_award(award: Award | UnitAward) -> tuple[bool, int | None]:
    return not isinstance(award, Award), award.id


def _qr(text: str) -> str:
    # In a page the namespace goes without saying.
    return str(qr_svg(text)).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


_SAMPLES: tuple[dict[str, Any], ...] = (
    {
        "recipient": "Nguyễn Thị Đào",
        "unit": "Phòng Văn hóa – Xã hội, xã Vũ Thư",
        "collective": False,
        "prize": "Giải Nhất",
    },
    {
        "recipient": "Công Tằng Tôn Nữ Nguyễn Hoàng Phương Quỳnh Thục Trinh Ngọc Diễm",
        "unit": "Phòng Công nghệ thông tin và Chuyển đổi số, Trung tâm Giám sát, điều hành thông minh, Sở Khoa học và "
        "Công nghệ, Ủy ban nhân dân tỉnh",
        "collective": False,
        "prize": "Giải Khuyến khích dành cho thành viên Tổ công nghệ số cộng đồng",
    },
    {
        "recipient": "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính xã Đông Hưng",
        "unit": "",
        "collective": True,
        "prize": "Giải Nhất tập thể",
    },
)
