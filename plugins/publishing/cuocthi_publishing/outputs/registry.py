"""The outputs of a release, by name. Who adds one writes a module beside these, and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.outputs import (
    checker,
    data,
    embed,
    lists,
    look,
    pages,
    picture,
    pictures,
    press,
    readme,
    tables,
    workbook,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi_publishing.outputs.published import Output

OUTPUTS: Mapping[str, Output] = {
    "data": data.build,
    "look": look.build,
    "pages": pages.build,
    "pictures": pictures.build,
    "embed": embed.build,
    "lists": lists.build,
    "picture": picture.build,
    "press": press.build,
    "tables": tables.build,
    "workbook": workbook.build,
    "checker": checker.build,
    "readme": readme.build,
}
