"""What questions and their parts are called in files: headings of columns, labels in lists, kinds, difficulties.

All of it is compared without accents and in lower case; the first word of each is the one that is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from cuocthi.users.names import fold
from cuocthi_quiz.models import MAX_KEY, Difficulty, QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value = TypeVar("Value")

LETTERS = "ABCDEFGH"
TRUE, FALSE = "Đúng", "Sai"

LABELS: Mapping[str, Sequence[str]] = {
    "key": ("Mã câu hỏi", "Mã", "Mã số", "Code", "Key", "ID"),
    "topic": ("Chủ đề", "Chuyên đề", "Lĩnh vực", "Chủ điểm", "Topic", "Category"),
    "difficulty": ("Độ khó", "Mức độ", "Mức độ nhận thức", "Cấp độ", "Difficulty", "Level"),
    "type": ("Loại câu hỏi", "Loại", "Dạng câu hỏi", "Dạng", "Type", "Kind"),
    "text": ("Câu hỏi", "Nội dung câu hỏi", "Nội dung", "Question", "Question text", "Text", "Stem"),
    "options": ("Các phương án", "Phương án", "Phương án trả lời", "Lựa chọn", "Các lựa chọn", "Options", "Choices"),
    "right": (
        "Đáp án",
        "Đáp án đúng",
        "Phương án đúng",
        "Câu trả lời đúng",
        "Trả lời đúng",
        "Đáp án chính xác",
        "ĐA",
        "Đ/A",
        "Answer",
        "Correct answer",
        "Correct answers",
        "Correct",
        "Right",
    ),
    "explanation": (
        "Giải thích",
        "Lời giải",
        "Hướng dẫn giải",
        "Giải thích đáp án",
        "Lý do",
        "Explanation",
        "Answer explanation",
        "Rationale",
        "Feedback",
    ),
    "source": (
        "Nguồn",
        "Căn cứ",
        "Căn cứ pháp lý",
        "Trích dẫn",
        "Tài liệu",
        "Tài liệu tham khảo",
        "Source",
        "Reference",
    ),
    "true_as_of": ("Đúng tại ngày", "Ngày cập nhật", "True as of", "As of"),
    "tags": ("Thẻ", "Nhãn", "Từ khoá", "Tags", "Keywords"),
    "division": ("Bảng", "Bảng thi", "Đối tượng", "Đối tượng dự thi", "Division"),
    "group": ("Nhóm câu hỏi", "Nhóm", "Group"),
    "group_text": ("Phần dùng chung", "Ngữ liệu chung", "Tình huống chung", "Shared text"),
    "for_practice": ("Luyện tập", "Để luyện tập", "Practice"),
    "keep_order": ("Giữ thứ tự", "Không trộn", "Keep order"),
    "scoring": ("Điểm từng phần", "Partial", "Partial points"),
    "unit": ("Đơn vị", "Unit"),
    "case_matters": ("Phân biệt hoa thường", "Case matters"),
    "accents_matter": ("Phân biệt dấu", "Accents matter"),
    "picture": ("Hình", "Picture"),
    "alternative": ("Mô tả hình", "Picture shows"),
    "regions": ("Vùng", "Regions"),
}

TYPES: Mapping[QuestionType, Sequence[str]] = {
    QuestionType.SINGLE: ("một đáp án đúng", "một đáp án", "single", "single choice", "multiplechoice", "trắc nghiệm"),
    QuestionType.MULTIPLE: ("nhiều đáp án đúng", "nhiều đáp án", "multiple", "multiple response", "multiple answers"),
    QuestionType.TRUE_FALSE: ("đúng/sai", "đúng sai", "đúng hoặc sai", "true_false", "true/false", "truefalse"),
    QuestionType.NUMBER: ("số", "nhập số", "number", "numerical"),
    QuestionType.TEXT: ("trả lời ngắn", "text", "short answer", "shortanswer", "điền từ"),
    QuestionType.ORDERING: ("sắp xếp", "sắp thứ tự", "ordering", "order"),
    QuestionType.MATCHING: ("ghép đôi", "ghép cặp", "nối cột", "matching", "match"),
    QuestionType.HOTSPOT: ("vị trí trên hình", "hotspot"),
}

#: The four levels of thinking in which Vietnamese teachers sort questions stand beside plain words.
DIFFICULTIES: Mapping[Difficulty, Sequence[str]] = {
    Difficulty.EASY: ("dễ", "easy", "nhận biết", "nb", "1"),
    Difficulty.MEDIUM: ("trung bình", "vừa", "tb", "medium", "thông hiểu", "th", "2"),
    Difficulty.HARD: ("khó", "hard", "difficult", "vận dụng", "vận dụng cao", "vận dụng thấp", "vd", "vdc", "3"),
}

YES = "có"
_YES = frozenset({"co", "yes", "true", "x", "1", "dung"})
_NO = frozenset({"", "khong", "no", "false", "0", "sai"})
#: Options that make a question one of true or false.
_TRUE_FALSE = ({"dung", "sai"}, {"true", "false"})

_OPTION = re.compile(r"(?:(?:phuong an|dap an|lua chon|option|answer|choice|cau tra loi|cau) ?)?([a-h]|[1-8])")
#: What headings add to their names: "(*)", "(A/B/C/D)", " - max 120 characters".
_ADDED = re.compile(r"[(\[].*?[)\]]|\s[-–:]\s.*", re.DOTALL)


def _by_word(words: Mapping[Value, Sequence[str]]) -> dict[str, Value]:
    return {fold(word): value for value, spelled in words.items() for word in spelled}


_LABEL_OF = _by_word(LABELS)
_TYPE_OF = _by_word(TYPES)
_DIFFICULTY_OF = _by_word(DIFFICULTIES)


def label_of(text: str) -> str | None:
    """Return the field that a heading or label names, or None."""
    return _LABEL_OF.get(_named(text))


def _named(heading: str) -> str:
    return fold(_ADDED.sub("", heading)).strip(" .:*")


def option_of(text: str) -> int | None:
    """Return the place from 0 of the option that a heading names ("A", "Phương án B", "Option 3"), or None."""
    found = _OPTION.fullmatch(_named(text).rstrip(")"))
    if found is None:
        return None
    sign = found[1]
    return int(sign) - 1 if sign.isdigit() else ord(sign) - ord("a")


def type_of(text: str) -> QuestionType | None:
    """Return the type of question that words name, or None."""
    return _TYPE_OF.get(fold(text).strip(" ."))


def difficulty_of(text: str) -> Difficulty | None:
    """Return the difficulty that words name, or None."""
    return _DIFFICULTY_OF.get(fold(text).strip(" ."))


def yes_or_no(text: str) -> bool | None:
    """Return what a word of assent or denial means, None for another one; an empty one denies."""
    word = fold(text).strip(" .")
    return True if word in _YES else False if word in _NO else None


def truth_of(text: str) -> bool | None:
    """Return whether words say that a statement is true, None for other words."""
    return {"dung": True, "true": True, "sai": False, "false": False}.get(fold(text).strip(" ."))


def is_true_or_false(options: Sequence[str]) -> bool:
    """Tell whether options are "true" and "false"."""
    return len(options) == 2 and {fold(option).strip(" .") for option in options} in _TRUE_FALSE  # noqa: PLR2004


def key_of(text: str) -> str:
    """Return words as a key: without accents, lower case, with hyphens; empty if nothing is left of them."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    return "-".join(words)[:MAX_KEY].strip("-")
