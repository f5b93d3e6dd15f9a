"""The values of a release as they were made."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from cuocthi.errors import Conflict
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.models import Release


def snapshot_of(release: Release) -> Snapshot:
    """Return the values of a release; raises Conflict if they are not those that its digest was made of."""
    content = release.snapshot.encode()
    if hashlib.sha256(content).hexdigest() != release.digest:
        raise Conflict(T("Release %(number)s is not what was made: its digest differs.", number=release.number))
    values: Snapshot = json.loads(content)
    return values
