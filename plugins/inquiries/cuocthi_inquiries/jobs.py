"""Background work: contents of forgotten files leave the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.web.context import registry
from cuocthi_inquiries.domain.evidence import remove

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context


def forget_files(
    ctx: Context, arguments: Mapping[str, Any], _progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Take the contents of files that were forgotten from the disk."""
    return remove(ctx, arguments, registry().config.files)
