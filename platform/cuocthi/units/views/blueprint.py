"""The blueprint of the units' pages, who may do what there, and finding the unit that somebody means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.units.queries import SEARCH_MARK, full_names, search_units, searchable, unit_by_code
from cuocthi.web.blueprint import CampaignBlueprint

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.units.models import Unit

VIEW = "core:campaign:view"
EDIT = "core:unit:edit"
_OFFERED = 6

blueprint = CampaignBlueprint("units", "cuocthi.units")


def unit_meant(ctx: Context, text: str, field: str) -> Unit | None:
    """Return the unit whose code or name was written; None for an empty text.

    Raises DomainError for ``field`` where none or several fit, with the codes of those that do.
    """
    written = text.strip()
    unit = unit_by_code(ctx, code=written) if written else None
    if unit is not None or not written:
        return unit
    found = search_units(ctx, text=written, limit=_OFFERED, grouping=True)
    whole = f"{SEARCH_MARK}{searchable(written)}{SEARCH_MARK}"
    exact = [one for one in found if whole in one.search]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise DomainError(T("No unit of the name or code “%(text)s” was found.", text=written), field=field)
    names = full_names(ctx, units=found)
    offered = "; ".join(f"{names[one.id]} ({one.code})" for one in found)
    message = T("“%(text)s” fits several units: %(units)s. Please write the code.", text=written, units=offered)
    raise DomainError(message, field=field)
