"""What certificates say: the data that a template is filled with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.papers.words import date_parts
from cuocthi.timelines.queries import rounds
from cuocthi.web.qr import qr_svg
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.outputs.hand_over import as_printed
from cuocthi_prizes.outputs.order import Recipient, in_ceremony_order
from cuocthi_prizes.outputs.queries import certificates_of
from cuocthi_prizes.settings import MAIN

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_prizes.acts.models import LegalAct
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.outputs.models import Certificate, CertificateIssue
    from cuocthi_prizes.outputs.settings import OutputSettings

#: Who certifies where nothing else is set.
_ISSUER = "Ban Tổ chức Cuộc thi"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One certificate: who receives it, and the code by which it is verified."""

    recipient: Recipient
    certificate: Certificate


def sheets_of(ctx: Context, *, award_list: AwardList, issue: CertificateIssue, settings: OutputSettings) -> list[Sheet]:
    """Return the certificates of an issue of a list, in the order of the ceremony (one statement)."""
    by_award = {(one.award_id, one.unit_award_id): one for one in certificates_of(ctx, issue=issue)}
    order = in_ceremony_order(award_list, lowest_first=settings.lowest_first)
    return [Sheet(one, by_award[(None, one.award.id) if one.collective else (one.award.id, None)]) for one in order]


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
    finality = finality_of(ctx, award_list=award_list)
    return _common(campaign, settings, _decision(finality.decision if finality else None), within, page)


def sample_data(*, campaign: Campaign, settings: OutputSettings, page: str) -> dict[str, Any]:
    """Return invented data by which a template is tried and shown, marked as a draft: short names and the longest."""
    common = _common(campaign, settings, _decision(None), "", page)
    code = as_printed("ABCDEFGHJKMNPQRS")
    told = _verified_by(code, page)
    return {**common, "draft": True, "certificates": [{**one, **told} for one in _SAMPLES]}


def one_filled(sheet: Sheet, *, page: str) -> dict[str, Any]:
    """Return what one certificate says; ``page`` is the address below which it is verified by its code."""
    code = as_printed(sheet.certificate.code)
    return {
        "recipient": sheet.recipient.name,
        "unit": sheet.recipient.unit,
        "collective": sheet.recipient.collective,
        "prize": sheet.recipient.title,
        **_verified_by(code, page),
    }


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
    """Return number, day, month and year as documents write them; a sample has none, for writing by hand."""
    return {"number": act.symbol if act else "", **date_parts(act.issued_on if act else None)}


def _verified_by(code: str, page: str) -> dict[str, str]:
    address = f"{page}/{code}"
    return {"code": code, "address": address, "qr": _qr(address)}


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
