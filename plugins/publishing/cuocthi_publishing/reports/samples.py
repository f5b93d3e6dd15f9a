"""An invented paper by which templates are tried: every part that a paper can have, short names and long ones."""

from __future__ import annotations

from dataclasses import replace

from cuocthi_publishing.reports import decree
from cuocthi_publishing.reports.content import Annex, Block, Cells, Paper, Signed
from cuocthi_publishing.reports.decree import Authority, PaperKind, Signatory

_TABLE = Cells(
    [("TT", "center", 1), ("Đơn vị", "left", 6), ("Số người", "right", 2), ("Tỷ lệ (%)", "right", 2)],
    [
        ["1", "Ủy ban nhân dân xã Vũ Thư", "1.204", "48,25"],
        ["2", "Trung tâm Giám sát, điều hành thông minh, Sở Khoa học và Công nghệ <tỉnh> & bạn", "8", "100"],
    ],
    ["", "Tổng cộng", "1.212", ""],
)
_BLOCKS = (
    Block("basis", "Căn cứ Kế hoạch số 01/KH-STTTT ngày 05 tháng 9 năm 2024 của Sở Thông tin và Truyền thông;"),
    Block("basis", "Theo đề nghị của Phòng Công nghệ thông tin – Viễn thông."),
    Block("middle", "QUYẾT ĐỊNH:"),
    Block("article", "Tặng giải thưởng cho 16 cá nhân (có danh sách kèm theo).", "Điều 1."),
    Block("part", "I. KẾT QUẢ THAM GIA"),
    Block("point", "1. Số người dự thi"),
    Block("text", "Có 1.212 người dự thi ở 2 đơn vị; {{ đây là dữ liệu }} và {% không phải %} mã của mẫu."),
    Block("item", "- Vòng 1: 1.212 người, 1.300 bài thi;"),
    Block("caption", "Số người dự thi theo đơn vị"),
    Block("table", table=_TABLE),
    Block("text", f"Trên đây là văn bản mẫu{decree.END}"),
)


def sample() -> Paper:
    """Return the paper."""
    deputy = Signatory("Ban Tổ chức", Authority.DEPUTY, "Trưởng ban", "Phó Trưởng ban")
    return Paper(
        kind=str(PaperKind.REPORT),
        superior="ỦY BAN NHÂN DÂN TỈNH",
        issuer="SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
        number=decree.symbol(PaperKind.REPORT, "STTTT"),
        place_and_date=decree.place_and_date("Thái Bình", 2024),
        title="BÁO CÁO",
        subject="Kết quả tổ chức Cuộc thi tìm hiểu về chuyển đổi số",
        addressee="Ủy ban nhân dân tỉnh",
        competence="GIÁM ĐỐC SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
        blocks=_BLOCKS,
        signature=Signed(decree.signature_lines(deputy), "Nguyễn Thị Đào"),
        recipients=decree.recipient_lines(["Lãnh đạo Sở", "Các đơn vị thuộc Sở"], first="Như trên"),
        annexes=[
            Annex("Phụ lục I", "DANH SÁCH ĐƠN VỊ", "(Kèm theo Báo cáo số …)", [Block("table", table=_TABLE)]),
            Annex("Phụ lục II", "DANH SÁCH ĐẠT GIẢI", "(Kèm theo Báo cáo số …)", [Block("table", table=_TABLE)]),
        ],
    )


def sample_minutes() -> Paper:
    """Return the same as minutes, which two sign."""
    return replace(sample(), title="BIÊN BẢN", second=Signed(["THƯ KÝ"]), annexes=(), competence="", addressee="")
