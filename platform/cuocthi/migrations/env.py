"""How every owner's revisions run: all owners share this file, but neither folder nor version table."""

from __future__ import annotations

from typing import Literal

from alembic import context

from cuocthi.database import Base, UtcTime

options = context.config.attributes
owner: str = options["owner"]
prefix = f"{owner}_"


def _own(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 - Alembic's signature
    if kind == "table":
        return bool(name) and str(name).startswith(prefix) and name != options["version_table"]
    return True


def _render(kind: str, item: object, _imports: object) -> str | Literal[False]:
    # A revision must read the same in ten years: it names plain types, not those of the code of its day.
    return "sa.BigInteger()" if kind == "type" and isinstance(item, UtcTime) else False


context.configure(
    connection=options["connection"],
    target_metadata=Base.metadata,
    version_table=options["version_table"],
    include_object=_own,
    render_as_batch=True,
    transactional_ddl=True,
    render_item=_render,
)
context.run_migrations()
