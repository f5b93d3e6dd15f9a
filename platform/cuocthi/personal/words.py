"""What stands where a name stood."""

from __future__ import annotations

#: In the language of the campaign, as all that is written into its rows.
_NOBODY = {"vi": "Người dự thi đã ẩn danh", "en": "Anonymous participant"}


def nobody(language: str = "vi") -> str:
    """Return the words in place of the name of somebody whose data was erased."""
    return _NOBODY.get(language, _NOBODY["en"])
