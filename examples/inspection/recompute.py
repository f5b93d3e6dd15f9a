"""Compute a ranking and its awards again from the files of an inspection, and compare them with what was decided.

    python recompute.py ARCHIVE.zip

Nothing but Python 3.11 and its standard library is needed. It shares no code with the platform: what it does is what
docs/inspection.md says. It prints each step, and ends with status 1 if anything is not the same.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import sys
import zipfile
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

#: Stands for a missing value: it ranks behind every other.
LAST = float("inf")
#: The measure that stands in no column: whether everything is right.
FLAG = "full_marks"

#: Why somebody may have been passed over. The last two are decisions of people, which nothing here computes.
WHY = {
    "enough": "had enough prizes by other lists",
    "no_answer": "did not say in time how to be paid, by decision",
    "declined": "declined the prize",
}

Entry = dict[str, str]
Criterion = dict[str, Any]
Value = int | Fraction | None


class Inspection:
    """The files of an archive, and what was found to differ."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.faults: list[str] = []

    def table(self, name: str) -> list[Entry]:
        """Return the rows of a CSV file."""
        return list(csv.DictReader(io.StringIO(self.files[name].decode())))

    def value(self, name: str) -> Any:
        """Return what a JSON file holds."""
        return json.loads(self.files[name])

    def compare(self, what: str, *, same: bool) -> None:
        """Say whether something is as it was decided, and remember what is not."""
        print(("  as decided: " if same else "  DIFFERENT:  ") + what)
        if not same:
            self.faults.append(what)


def check_digests(held: Inspection) -> None:
    """Compare every file with the digest that the manifest names."""
    print("Digests of the files")
    named = held.value("manifest.json")["sha256"]
    for name, digest in sorted(named.items()):
        held.compare(name, same=name in held.files and hashlib.sha256(held.files[name]).hexdigest() == digest)
    for name in sorted(set(held.files) - set(named) - {"manifest.json"}):
        held.compare(f"{name} is not named by the manifest", same=False)


# --- the ranking ------------------------------------------------------------------------------------------------------


def number(text: str | None) -> int | None:
    """Return a number of a file, None for an empty cell."""
    return int(text) if text else None


def measure(entry: Entry, key: str) -> int | None:
    """Return a measure of an entry, None for a missing one."""
    if key == FLAG:
        return int(entry["score"] == entry["max_score"] and int(entry["max_score"]) > 0)
    return number(entry.get(key))


def compared(value: Value, criterion: Criterion) -> float | Fraction:
    """Return what a value is compared by: the smaller, the better."""
    if value is None:
        return LAST
    return -value if criterion["direction"] == "highest" else value


def qualifies(values: list[Value], criteria: list[Criterion]) -> bool:
    """Tell whether every flag is set without which nobody can win."""
    return all(value == 1 for value, criterion in zip(values, criteria, strict=True) if criterion["gate"])


def keys_of(values: list[Value], criteria: list[Criterion]) -> tuple[float | Fraction, ...]:
    """Return what values are compared by, criterion by criterion."""
    return tuple(compared(value, criterion) for value, criterion in zip(values, criteria, strict=True))


def entry_order(entry: Entry) -> tuple[int, int, int, str]:
    """Return the order of a person's entries in time."""
    return int(entry["started_at"]), int(entry["finished_at"]), len(entry["entry"]), entry["entry"]


def counted_entry(entries: list[Entry], criteria: list[Criterion], counted: str) -> tuple[Any, ...]:
    """Return what a person's entry that counts, or the mean of all, is compared by: who qualifies stands first."""
    valued: list[tuple[Entry, list[Value]]] = [
        (entry, [measure(entry, criterion["key"]) for criterion in criteria]) for entry in entries
    ]
    if counted == "mean":
        means = [mean([values[at] for _, values in valued], criterion) for at, criterion in enumerate(criteria)]
        return not all(qualifies(values, criteria) for _, values in valued), *keys_of(means, criteria)
    if counted == "first":
        _, values = min(valued, key=lambda pair: entry_order(pair[0]))
    elif counted == "last":
        _, values = max(valued, key=lambda pair: entry_order(pair[0]))
    else:
        _, values = min(
            valued,
            key=lambda pair: (
                not qualifies(pair[1], criteria),
                *keys_of(pair[1], criteria),
                int(pair[0]["finished_at"]),
                *entry_order(pair[0]),
            ),
        )
    return not qualifies(values, criteria), *keys_of(values, criteria)


def mean(values: list[Any], criterion: Criterion) -> Value:
    """Return the mean of values; of moments the earliest, the latest of handing in; of flags whether all are set."""
    if None in values:
        return None
    if criterion["unit"] == "flag":
        return int(min(values))
    if criterion["unit"] == "moment":
        return int(max(values) if criterion["key"] == "finished_at" else min(values))
    return Fraction(sum(values), len(values))


def ranking(held: Inspection) -> dict[str, tuple[int, int]]:
    """Return the rank of each contest number, and how many share it."""
    about = held.value("ranking.json")
    criteria = about["criteria"]
    takes_part = {row["contest_number"] for row in held.table("persons.csv") if row["takes_part"] == "yes"}
    entries = defaultdict(list)
    for row in held.table("entries.csv"):
        if row["contest_number"] in takes_part:
            entries[row["contest_number"]].append(row)
    places = {}
    for code, own in entries.items():
        places[code] = counted_entry(own, criteria, about["counted"])
    groups = Counter(places.values())
    ranks, before = {}, 0
    for place in sorted(groups):
        ranks[place] = before + 1
        before += groups[place]
    return {code: (ranks[place], groups[place]) for code, place in places.items()}


def check_ranking(held: Inspection) -> dict[str, Entry]:
    """Compare every rank and every lot; return the places that were decided, by contest number."""
    print("The ranking")
    about = held.value("ranking.json")
    if not about["entries_unchanged"]:
        print("  The entries have changed since this version was built: differences are to be expected.")
    found = ranking(held)
    decided = {row["contest_number"]: row for row in held.table("standings.csv")}
    held.compare(f"{len(found)} persons", same=found.keys() == decided.keys() and len(found) == about["persons"])
    same = all(
        code in decided and (str(rank), str(tied)) == (decided[code]["rank"], decided[code]["tied"])
        for code, (rank, tied) in found.items()
    )
    held.compare("every rank, and how many share it", same=same)
    ordered = defaultdict(list)
    for row in decided.values():
        if row["place_in_tie"]:
            ordered[row["rank"]].append(int(row["place_in_tie"]))
    complete = all(sorted(places) == list(range(1, len(places) + 1)) for places in ordered.values())
    held.compare(f"{len(ordered)} ties are ordered without a gap", same=complete)
    for tie in held.value("ties.json"):
        codes = [code for code, row in decided.items() if row["rank"] == str(tie["rank"])]
        as_decided = sorted(codes, key=lambda code: int(decided[code]["place_in_tie"] or 0))
        order = drawn(tie["lot"]) if tie["method"] == "lot" else tie["lot"]["order"]
        held.compare(f"the order at rank {tie['rank']}", same=[code for code in order if code in codes] == as_decided)
    return decided


def sha256(*lines: str) -> str:
    """Return the digest of lines of text, each with its line end."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def drawn(lot: dict[str, Any]) -> list[str]:
    """Draw a lot again from the parts of its seed."""
    entrants = sha256(*lot["head"], *sorted(lot["entrants"]))
    parts = sorted(lot["parts"], key=lambda part: part["number"])
    seed = bytes.fromhex(sha256("cuocthi lot 1: seed", entrants, *(part["part"] for part in parts)))

    def place(code: str) -> tuple[bytes, str]:
        return hmac.digest(seed, f"cuocthi lot 1: place\n{code}\n".encode(), "sha256"), code

    return sorted(lot["entrants"], key=place)


# --- awards -----------------------------------------------------------------------------------------------------------


def check_awards(held: Inspection, decided: dict[str, Entry]) -> None:
    """Compare the award lists that were made of the ranking with it and with their schemes."""
    if "awards.json" not in held.files:
        print("There are no awards.")
        return
    for awarded in held.value("awards.json"):
        print(f"Award list {awarded['number']} ({awarded['state']})")
        held.compare("the ranking it names", same=awarded["ranking_digest"] == held.value("ranking.json")["digest"])
        given = awarded["awards"] + awarded["extra_awards"] + awarded["unit_awards"]
        total = sum(award["value"] for award in given)
        held.compare(f"the sum, {total} đồng", same=total == awarded["total_value"])
        competed = len(competing(held, awarded, {}) & decided.keys())
        held.compare(f"{awarded['entrants']} entrants", same=competed == awarded["entrants"])
        as_decided = [(award["tier"], award["contest_number"]) for award in awarded["awards"]]
        held.compare(f"{len(as_decided)} awards", same=allocated(held, awarded, decided) == as_decided)
        check_acts(held, awarded)
        check_by_hand(held, awarded, decided)
        check_units(held, awarded, decided)
        check_passed_over(held, awarded, decided)


def check_passed_over(held: Inspection, awarded: dict[str, Any], decided: dict[str, Entry]) -> None:
    """Compare who was passed over with the ranking, and with the list that gave enough prizes if it is there."""
    lists = {one["number"]: one for one in held.value("awards.json")}
    for why, said in WHY.items():
        passed = [one for one in awarded["passed_over"] if one["why"] == why]
        if not passed:
            continue
        ranked = all(
            one["contest_number"] in decided and decided[one["contest_number"]]["rank"] == str(one["rank"])
            for one in passed
        )
        given = all(
            any(
                award["contest_number"] == one["contest_number"]
                for award in lists[one["list"]]["awards"] + lists[one["list"]]["extra_awards"]
            )
            for one in passed
            if one.get("list") in lists
        )
        held.compare(f"{len(passed)} passed over: {said}", same=ranked and given)
    unknown = [one for one in awarded["passed_over"] if one["why"] not in WHY]
    if unknown:
        held.compare(f"{len(unknown)} passed over for no known reason", same=False)


def check_acts(held: Inspection, awarded: dict[str, Any]) -> None:
    """Digest again what makes a list final: its own digest, minutes and decision, and what was named before."""
    before = ""
    for number, named in enumerate(awarded["final"], start=1):
        covered = {
            "form": 1,
            "list": awarded["digest"],
            "version": number,
            "reason": named["reason"],
            "minutes": canonical_digest(named["minutes"]),
            "decision": canonical_digest(named["decision"]),
            "before": before,
        }
        act = named["decision"]
        same = canonical_digest(covered) == named["digest"]
        held.compare(f"final by decision {act['number']} of {act['issued_on']}", same=same)
        before = named["digest"]
    if not awarded["final"]:
        print("  It is not final: no minutes and decision are named.")


def canonical_digest(value: dict[str, Any]) -> str:
    """Return the SHA-256 of a value as JSON with sorted keys and without white space."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def allocated(held: Inspection, awarded: dict[str, Any], decided: dict[str, Entry]) -> list[tuple[str, str]]:
    """Return who gets which prize by the scheme of a list, in its order."""
    prizes = prize_set(awarded)
    whom = competing(held, awarded, corrected_units(awarded))
    passed = {one["contest_number"] for one in awarded["passed_over"]}
    rest = [
        place for code, place in decided.items() if place["qualified"] == "yes" and code not in passed and code in whom
    ]
    rest.sort(key=lambda place: (int(place["rank"]), int(place["place_in_tie"] or 0), place["contest_number"]))
    given: list[tuple[str, str]] = []
    for tier in prizes.get("tiers", []):
        fit = [one for one in rest if int(one["score"]) * 1000 >= tier.get("threshold", 0) * int(one["max_score"])]
        limits = [tier["quantity"]] if tier.get("quantity") else []
        limits += [awarded["entrants"] * tier["share"] // 1000] if tier.get("share") else []
        taken = fit[: min(limits)] if limits else fit
        if prizes.get("ties") == "share" and 0 < len(taken) < len(fit) and not fit[len(taken)]["place_in_tie"]:
            taken = [one for one in fit if int(one["rank"]) <= int(taken[-1]["rank"])]
        given += [(tier["key"], one["contest_number"]) for one in taken]
        rest = [one for one in rest if one not in taken]
    return given


def corrected_units(awarded: dict[str, Any]) -> dict[str, int]:
    """Return by contest number who is awarded with another unit than that of the enrolment, by decision."""
    return {one["contest_number"]: one["unit"] for one in awarded["corrected_units"]}


def competing(held: Inspection, awarded: dict[str, Any], corrected: dict[str, int]) -> set[str]:
    """Return the contest numbers of those whom the set is for: of its division, with a unit of its block."""
    division, block = (prize_set(awarded).get(name, "") for name in ("division", "block"))
    blocks = {one["unit"]: one["block"] for one in awarded["units"]}
    return {
        row["contest_number"]
        for row in held.table("persons.csv")
        if division in {"", row["division"]}
        and block in {"", blocks.get(corrected.get(row["contest_number"], int(row["unit"])))}
    }


def check_by_hand(held: Inspection, awarded: dict[str, Any], decided: dict[str, Entry]) -> None:
    """Say which prizes were given by hand, and whether the scheme lets a list give them to persons of the ranking."""
    given = awarded["extra_awards"]
    if not given:
        return
    for one in given:
        print(f"  by decision {one['decision_number']}: {one['title']}, contest number {one['contest_number']}")
    extra = prize_set(awarded).get("extra", {})
    total = sum(one["value"] for one in given)
    within = len(given) <= extra.get("most", 0) and total <= extra.get("total", 0)
    held.compare(f"{len(given)} extra prizes are within the scheme", same=within)
    whom = competing(held, awarded, corrected_units(awarded))
    ranked = all(decided.get(one["contest_number"], {}).get("rank") == str(one["rank"]) for one in given)
    same = ranked and whom >= {one["contest_number"] for one in given}
    held.compare("they are for persons of the ranking whom the set is for", same=same)


# --- collective prizes ------------------------------------------------------------------------------------------------


def prize_set(awarded: dict[str, Any]) -> dict[str, Any]:
    """Return the set of the scheme that a list awards."""
    found: dict[str, Any] = next(one for one in awarded["scheme"]["sets"] if one["key"] == awarded["set"])
    return found


def check_units(held: Inspection, awarded: dict[str, Any], decided: dict[str, Entry]) -> None:
    """Compare the units' figures with the ranking, and the prizes that the formula gives with those on the list."""
    if not awarded["units"]:
        return
    check_figures(held, awarded, decided)
    by_hand = [one for one in awarded["unit_awards"] if one["decision_number"]]
    for one in by_hand:
        print(f"  by decision {one['decision_number']}: {one['title']}, unit {one['unit']}")
    prizes = prize_set(awarded)
    if not prizes.get("formula", {}).get("by"):
        return
    by_formula = [(one["tier"], one["unit"]) for one in awarded["unit_awards"] if not one["decision_number"]]
    full = max((int(row["max_score"]) for row in decided.values()), default=0)
    unit_of = {row["contest_number"]: int(row["unit"]) for row in held.table("persons.csv")}
    winners = Counter(unit_of[one["contest_number"]] for one in awarded["awards"])
    orders = placed(prizes["formula"], awarded, winners, full)
    found, open_ = collective(prizes["collective"], orders, awarded, by_hand)
    same = sorted(found) == sorted(by_formula)
    held.compare(f"{len(by_formula)} collective prizes by the formula", same=same)
    if not same:
        for tier, unit in sorted(set(found) ^ set(by_formula)):
            where = "on the list alone" if (tier, unit) in by_formula else "by the formula alone"
            print(f"      {tier}, unit {unit}: {where}")
    for tier, units in open_:
        print(f"  left to a decision: {tier}, among units {', '.join(map(str, units))}")


def check_figures(held: Inspection, awarded: dict[str, Any], decided: dict[str, Entry]) -> None:
    """Compare persons, entries and points of each unit with the ranking; say whose headcount is another one by now."""
    unit_of = {row["contest_number"]: int(row["unit"]) for row in held.table("persons.csv")}
    reached: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for code, row in decided.items():
        for at, amount in enumerate((1, int(row["entries"]), int(row["score"]))):
            reached[unit_of[code]][at] += amount
    kept = {one["unit"]: [one["persons"], one["entries"], one["score_sum"]] for one in awarded["units"]}
    same = all(kept.get(unit) == sums for unit, sums in reached.items())
    empty = all(sums == [0, 0, 0] for unit, sums in kept.items() if unit not in reached)
    held.compare(f"the figures of {len(kept)} units", same=same and empty)
    now = {int(row["unit"]): number(row["headcount"]) for row in held.table("units.csv")}
    for one in awarded["units"]:
        if now.get(one["unit"]) != one["headcount"]:
            print(f"  unit {one['unit']} had {one['headcount']} people entitled then, {now.get(one['unit'])} by now")


def placed(
    formula: dict[str, Any], awarded: dict[str, Any], winners: Counter[int], full: int
) -> dict[int, tuple[float | Fraction, ...]]:
    """Return by unit what it is compared by, the smaller the better; who does not take part is left out."""
    taking_part = [one for one in awarded["units"] if takes_part(formula, one, winners[one["unit"]])]
    found = {}
    for block in {one["block"] for one in taking_part}:
        members = [one for one in taking_part if one["block"] == block]
        most = {
            "persons": max(one["persons"] for one in members),
            "winners": max(winners[one["unit"]] for one in members),
        }
        for one in members:
            values = [measured(formula, key, one, winners[one["unit"]], most, full) for key in formula["by"]]
            found[one["unit"]] = tuple(LAST if value is None else -value for value in values)
    return found


def takes_part(formula: dict[str, Any], unit: dict[str, Any], winners: int) -> bool:
    """Tell whether a unit has what the formula asks for."""
    if unit["persons"] < formula.get("least_persons", 1) or winners < formula.get("least_winners", 0):
        return False
    bands = formula.get("bands", [])
    if not bands:
        return True
    if not unit["headcount"]:
        return False
    reached = [band for band in bands if band["headcount"] <= unit["headcount"]]
    needed = max(reached, key=lambda band: int(band["headcount"]))["rate"] if reached else 0
    return Fraction(unit["persons"], unit["headcount"]) >= Fraction(needed, 1000)


def measured(  # noqa: PLR0917 - a plain program
    formula: dict[str, Any], key: str, unit: dict[str, Any], winners: int, most: dict[str, int], full: int
) -> Value:
    """Return a measure of a unit exactly, None for a missing one."""
    if key == "weighted":
        parts = [
            (one["weight"], share(formula, one["measure"], unit, winners, most, full)) for one in formula["weights"]
        ]
        return None if any(part is None for _, part in parts) else sum((w * (p or 0) for w, p in parts), Fraction(0))
    plain = {"persons": unit["persons"], "winners": winners}
    if key in plain:
        return Fraction(plain[key])
    if key == "rate":
        return Fraction(unit["persons"], unit["headcount"]) if unit["headcount"] else None
    return Fraction(unit["score_sum"], unit["persons"]) if unit["persons"] else None


def share(  # noqa: PLR0917 - a plain program
    formula: dict[str, Any], key: str, unit: dict[str, Any], winners: int, most: dict[str, int], full: int
) -> Value:
    """Return a measure as a share: of the maximum score, or of the most in the block; a rate is one already."""
    value = measured(formula, key, unit, winners, most, full)
    if value is None or key == "rate":
        return value
    return Fraction(value) / max(full if key == "mean" else most[key], 1)


def collective(
    tiers: list[dict[str, Any]],
    orders: dict[int, tuple[float | Fraction, ...]],
    awarded: dict[str, Any],
    by_hand: list[dict[str, Any]],
) -> tuple[list[tuple[str, int]], list[tuple[str, list[int]]]]:
    """Return which unit gets which prize by the formula, and the prizes and units that it leaves to a decision."""
    blocks = {one["unit"]: one["block"] for one in awarded["units"]}
    gone = {one["unit"] for one in (*awarded["passed_units"], *by_hand)}
    taken = Counter(one["tier"] for one in by_hand)
    given: list[tuple[str, int]] = []
    left_open: list[tuple[str, list[int]]] = []
    waiting: set[str] = set()
    for tier in tiers:
        quantity = tier.get("quantity", 0) - taken[tier["key"]]
        if quantity <= 0:
            continue
        left = [
            unit
            for unit in sorted(orders, key=lambda unit: (orders[unit], unit))
            if unit not in gone and blocks[unit] not in waiting and tier.get("block", "") in {"", blocks[unit]}
        ]
        winners, rest = left[:quantity], left[quantity:]
        if winners and rest and orders[winners[-1]] == orders[rest[0]]:
            equal = [unit for unit in left if orders[unit] == orders[rest[0]]]
            left_open.append((tier["key"], equal))
            waiting |= {blocks[unit] for unit in equal}
            winners = [unit for unit in winners if unit not in equal]
        given += [(tier["key"], unit) for unit in winners]
        gone |= set(winners)
    return given, left_open


def main(path: str) -> int:
    """Compute everything again; return 1 if anything is not as it was decided."""
    held = Inspection(Path(path))
    check_digests(held)
    check_awards(held, check_ranking(held))
    print("Everything is as it was decided." if not held.faults else f"{len(held.faults)} differences.")
    return 1 if held.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
