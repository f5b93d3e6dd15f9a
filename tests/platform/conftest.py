"""What several tests of the core need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

if TYPE_CHECKING:
    from cuocthi.context import Context


@pytest.fixture
def tampering(ctx: Context) -> None:
    """Somebody with access to the database has taken away what keeps the audit log from being changed."""
    if ctx.session.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            ctx.session.execute(sa.text(f"DROP TRIGGER core_audit_event_{act}"))
    else:
        ctx.session.execute(sa.text("DROP TRIGGER core_audit_event_only_grows ON core_audit_event"))
    ctx.session.commit()
