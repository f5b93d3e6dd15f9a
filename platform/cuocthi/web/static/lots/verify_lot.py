# ruff: noqa: INP001, T201
"""Bốc thăm lại từ tệp đã công bố: draw a lot again from its published file, with nothing but Python.

    python3 verify_lot.py LOT.json [EARLIER.json …]

Everything that follows from something else is computed again: the digest of the entrants, the seals of both parts, the
seed, the order. EARLIER files are what somebody kept of the same lot before it was drawn; what was committed to then
must be the same now. Ends with 0 if all agrees, with 1 if anything does not, with 2 if a file cannot be read.

It shares no code with the platform. How a lot is drawn stands on the page that offers this file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMAT = "cuocthi lot 1"


def digest(*lines: str) -> str:
    """SHA-256 over lines of UTF-8 text, each with its line end."""
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def drawn_order(seed: str, numbers: list[str]) -> list[str]:
    """Contest numbers ascending by their HMAC-SHA-256 under the seed."""
    key = bytes.fromhex(seed)
    return sorted(
        numbers, key=lambda number: (hmac.digest(key, f"{FORMAT}: place\n{number}\n".encode(), "sha256"), number)
    )


def checks(lot: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every step with whether it agrees."""
    entrants, order, given = lot["entrants"], lot["order"], lot["entrants_digest"]
    parts = sorted(lot["parts"], key=lambda part: part["number"])
    yield "Danh sách: mỗi số báo danh một lần (every entrant once)", len(set(entrants)) == len(entrants)
    yield "Danh sách: đủ số người (number of entrants)", len(entrants) == lot["persons"]
    yield "Danh sách: mã kiểm tra đã công bố (digest of the entrants)", digest(*lot["head"], *sorted(entrants)) == given
    if lot["method"] != "lot":
        yield "Thứ tự: đủ mọi người (everybody has a place)", sorted(order) == sorted(entrants)
        return
    yield "Hạt giống: đủ hai phần (two parts)", [part["number"] for part in parts] == [1, 2]
    for part in parts:
        seal = digest(f"{FORMAT}: seal", given, str(part["number"]), part["nonce"], part["part"])
        yield f"Phần {part['number']}: dấu niêm phong (seal of the part)", seal == part["seal"]
    seed = digest(f"{FORMAT}: seed", given, *(part["part"] for part in parts))
    yield "Hạt giống từ hai phần (seed)", seed == lot["seed"]
    yield "Thứ tự từ hạt giống (order)", drawn_order(seed, entrants) == order


def kept(lot: dict[str, Any], earlier: dict[str, Any]) -> bool:
    """Whether a lot still is what it was committed to be in an earlier file of it."""
    names = ("head", "entrants_digest", "persons", "opened_at", "audit_anchor")
    seals = {part["number"]: part["seal"] for part in lot["parts"]}
    same = all(lot[name] == earlier[name] for name in names)
    return same and all(seals.get(part["number"]) == part["seal"] for part in earlier["parts"])


def main(paths: list[str]) -> int:
    """Check the first file, against the others if there are any; print what was found."""
    if not paths:
        print(__doc__)
        return 2
    try:
        lot, *others = (json.loads(Path(path).read_text("utf-8")) for path in paths)
        if lot["format"] != FORMAT:
            print(f"Tệp không đúng định dạng (not a file of the format): {FORMAT}")
            return 2
        if lot["state"] != "drawn":
            print(f"Chưa bốc thăm (not drawn yet); {lot['entrants_digest']}")
            return 2
        found = list(checks(lot))
        found += [
            (f"Như đã công bố trước đó (as published before): {path}", kept(lot, other))
            for path, other in zip(paths[1:], others, strict=True)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"Không đọc được tệp (a file cannot be read): {error!r}")
        return 2
    print(f"{lot['contest']} – {lot['round']} – lần {lot['lot']}")
    for words, agrees in found:
        print(f"{'ĐÚNG' if agrees else 'SAI '}  {words}")
    right = all(agrees for _, agrees in found)
    print("Kết quả khớp (all agrees):" if right else "KẾT QUẢ KHÔNG KHỚP (it does not agree).")
    for place, number in enumerate(lot["order"] if right else [], start=1):
        print(f"{place:>6}  {number}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
