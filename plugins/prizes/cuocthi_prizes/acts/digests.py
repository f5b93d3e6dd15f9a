"""The digests of legal acts, and of what they make final, as anyone can make them again from the same values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.digest import digest
from cuocthi_prizes.acts.models import Finality, LegalAct

if TYPE_CHECKING:
    from cuocthi_prizes.models import AwardList

_FORM = 1


def act_values(act: LegalAct) -> dict[str, Any]:
    """Return everything that an act says, with the digest of its file."""
    return {
        "form": _FORM,
        "kind": act.kind.value,
        "number": act.symbol,
        "title": act.title,
        "issuer": act.issuer,
        "issued_on": act.issued_on.isoformat(),
        "authority": act.authority,
        "office": act.office,
        "signatory": act.signatory,
        "file": act.file_sha256,
    }


def final_digest(  # noqa: PLR0917 - the parts in the order in which they are digested
    list_digest: str, version: int, reason: str, minutes: str, decision: str, before: str
) -> str:
    """Return the digest of a list that is final: over the list's own, both acts', and that of the version before."""
    return digest(
        {
            "form": _FORM,
            "list": list_digest,
            "version": version,
            "reason": reason,
            "minutes": minutes,
            "decision": decision,
            "before": before,
        }
    )


def is_intact(award_list: AwardList, versions: list[Finality]) -> bool:
    """Tell whether all that was named for a list, the first version first, is what its digests cover."""
    before = ""
    for number, one in enumerate(versions, start=1):
        acts = (one.minutes, one.decision)
        if one.version != number or any(digest(act_values(act)) != act.digest for act in acts):
            return False
        minutes, decision = (act.digest for act in acts)
        if final_digest(award_list.digest, number, one.reason, minutes, decision, before) != one.digest:
            return False
        before = one.digest
    return True
