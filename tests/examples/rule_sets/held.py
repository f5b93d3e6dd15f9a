"""A rule set held as a contest: papers are written, handed in and marked, rankings and award lists adopted by two.

What people do and what comes of it stand in the tests as tables of text, a line a row, columns divided by bars, so that
somebody who knows the rules can follow every place by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from cuocthi.campaigns.exchange import import_campaign
from cuocthi.campaigns.files import read_source
from cuocthi.campaigns.lifecycle import open_campaign
from cuocthi.campaigns.rule_sets import TITLE, find_rule_sets, first_day_of
from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.models import Committee
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.enrolments.domain import enrol
from cuocthi.enrolments.models import Enrolment
from cuocthi.rules.domain import issue_rules
from cuocthi.rules.queries import current_rules
from cuocthi.standings.appointments import appoint
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.drawing import order_of
from cuocthi.standings.lots import give_part, open_lot
from cuocthi.standings.models import Standing
from cuocthi.timelines.announcing import announce_edges
from cuocthi.timelines.moving import onto
from cuocthi.timelines.queries import rounds
from cuocthi.units.models import Unit
from cuocthi.users.domain import start_session
from cuocthi.users.queries import token_hash
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import awarded_named
from cuocthi_quiz.domain import answers, attempts
from cuocthi_quiz.domain.bank_files import fill_bank
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.hand_ins import hand_in
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.questions import QuestionData
from cuocthi_quiz.domain.responses import WAYS, to_given
from cuocthi_quiz.models import Difficulty, QuestionType
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.files import Files
    from cuocthi.campaigns.models import Campaign
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User
    from cuocthi_prizes.models import AwardList
    from cuocthi_quiz.models import Attempt

#: On this day the first round opens, whatever the file says.
MONDAY = date(2031, 3, 3)

UNITS_HEAD = "code,parent,name,kind,block,aliases"
#: Where the parts of a lot come from; both are given by the test, so that a lot comes out the same each time.
LOT = ("Xúc xắc", "Kết quả xổ số")


def rows(table: str) -> list[tuple[str, ...]]:
    """Return the rows of a table without its head, which says what the columns are."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines[1:]]


def shipped(key: str) -> dict[str, bytes]:
    """Return the files of a rule set of the project."""
    found, problems = find_rule_sets(Path("nowhere"), [])
    assert problems == []
    folder = next(one.folder for one in found if one.key == key)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != TITLE}


def with_units(files: Files, table: str, *categories: str) -> dict[str, bytes]:
    """Return the files of a campaign with a list of units: code, name, block, and the headcount of each category."""
    lines = [",".join((UNITS_HEAD, *categories))]
    for code, name, block, *headcounts in rows(table):
        numbers = [number.replace("-", "") for number in headcounts]
        lines.append(",".join((code, "", name, "department", block, "", *numbers)))
    return {**files, "units.csv": "\n".join(lines).encode()}


class Place(NamedTuple):
    """A place in a ranking: its number, with "=" where it is shared and undecided, and whose it is."""

    place: str
    who: str


@dataclass
class Held:
    """A contest that is held by a rule set; ``ctx`` is that of the present moment."""

    ctx: Context
    make: Factories
    campaign: Campaign
    staff: tuple[User, User]
    people: dict[str, Enrolment] = field(default_factory=dict)

    # --- who and when ---

    def at(self, moment: datetime, actor: Actor | None = None) -> Context:
        """Let time pass until a moment; return the context of somebody then, by default of nobody."""
        self.ctx = replace(self.ctx, now=moment)
        return replace(self.ctx, actor=actor or Actor(None))

    @property
    def two(self) -> tuple[Context, Context]:
        """The contexts of the two who adopt."""
        first, second = (replace(self.ctx, actor=Actor(user.id)) for user in self.staff)
        return first, second

    def round(self, key: str) -> Phase:
        return next(one for one in rounds(self.ctx, campaign_id=self.campaign.id) if one.key == key)

    def unit(self, code: str) -> Unit:
        return self.ctx.session.scalars(sa.select(Unit).where(Unit.code == code)).one()

    def register(self, table: str, *, shuffle: Random | None = None) -> None:
        """Let people join: who, unit, category, and the division where there are any.

        Contest numbers follow the table, whatever the order in which ``shuffle`` lets them come.
        """
        numbered = list(enumerate(rows(table), start=len(self.people) + 1))
        if shuffle is not None:
            shuffle.shuffle(numbered)
        for number, (who, unit, category, *division) in numbered:
            chosen = next((one for one in self.campaign.divisions if one.key in division), None)
            self.people[who] = enrol(
                self.ctx,
                campaign=self.campaign,
                user=self.make.user(who),
                unit=self.unit(unit),
                category=category,
                division=chosen,
                consent=True,
                rules_version=current_rules(self.ctx, campaign_id=self.campaign.id),
                code=f"SBD{number:03d}",
            )

    # --- taking part ---

    def play(self, key: str, table: str, *, shuffle: Random | None = None) -> None:
        """Let people write papers in a round, one after the other.

        The columns are who, how many right, the seconds used, the prediction ("-": none), and how many minutes after
        the opening the paper is begun. With ``shuffle`` they reach the database person by person, in any order.
        """
        round_ = self.round(key)
        papers = sorted(rows(table), key=lambda row: int(row[4]))
        if shuffle is not None:
            people = shuffle.sample(sorted(self.people), len(self.people))
            papers.sort(key=lambda row: people.index(row[0]))
        for who, right, seconds, predicted, after in papers:
            begins = round_.opens_at + timedelta(minutes=int(after))
            self.write(round_, who, begins, right=int(right), seconds=int(seconds), predicted=predicted)

    def write(self, round_: Phase, who: str, begins: datetime, *, right: int, seconds: int, predicted: str) -> Attempt:
        """Let somebody write a paper: the first questions right, the next one wrong, the others left open."""
        person = self.people[who]
        ctx = self.at(begins)
        token = start_session(ctx, user_id=person.user_id, device="test", hours=24)
        attempt = attempts.start(ctx, campaign=self.campaign, round_=round_, enrolment=person)
        place = answers.Place(token_hash(token), attempt.id, attempt.token)
        for row in papers_queries.paper(ctx, attempt_id=attempt.id)[: right + 1]:
            kind = KINDS[row.type]
            known = row.position <= right
            response = kind.right(row.content, row.key) if known else kind.mistake(row.content, row.key, 0)
            given = to_given(response, WAYS[row.type], unpack(row.option_order, row.option_count))
            answers.save(ctx, place=place, position=row.position, given=given, sequence=1)
        if predicted != "-":
            answers.predict(ctx, place=place, prediction=Decimal(predicted), sequence=1)
        assert hand_in(self.at(begins + timedelta(seconds=seconds)), attempt=attempt, token=attempt.token)
        return attempt

    def close(self, key: str) -> None:
        """Let the clock pass the end of a round, and tell everybody who wants to know."""
        self.at(max(self.round(key).closes_at + timedelta(seconds=1), self.ctx.now))
        announce_edges(self.ctx)

    # --- ranking and awarding ---

    def ranking(self, key: str) -> Ranking:
        """Build and submit the ranking of a round."""
        made = build_ranking(self.two[0], campaign=self.campaign, round_=self.round(key))
        submit_ranking(self.two[0], ranking=made)
        return made

    def lot(self, ranking: Ranking, rank: int, parts: tuple[str, str] = ("482 716", "90-35-1")) -> list[str]:
        """Draw a lot among all who share a rank; return them in its order, worked out from the published seed."""
        lot = open_lot(self.two[0], ranking=ranking, rank=rank, sources=LOT)
        self.at(max(self.ctx.now, lot.parts_from or self.ctx.now))
        for number, (ctx, part) in enumerate(zip(self.two, parts, strict=True), start=1):
            give_part(replace(ctx, now=lot.parts_from or ctx.now), lot=lot, number=number, part=part, nonce=part)
        codes = {person.code: who for who, person in self.people.items()}
        shared = range(rank, rank + lot.persons)
        among = [self.people[who].code for place, who in self.places(ranking) if int(place.rstrip("=")) in shared]
        return [codes[code] for code in order_of(lot.seed, among)]

    def adopt(self, ranking: Ranking) -> None:
        """Adopt a ranking by both persons."""
        for ctx in self.two:
            adopt_ranking(ctx, ranking=ranking)

    def places(self, ranking: Ranking) -> list[Place]:
        """Return who has which place, the best first; equals by their contest numbers unless a lot has decided."""
        found = self.ctx.session.execute(
            sa.select(Enrolment.name, Standing.rank, Standing.tied, Standing.tie_place)
            .join(Enrolment, Enrolment.id == Standing.enrolment_id)
            .where(Standing.ranking_id == ranking.id)
            .order_by(Standing.rank, Standing.tie_place, Enrolment.code)
        )
        places = []
        for who, rank, tied, tie_place in found:
            shared = tied > 1 and tie_place is None
            place = rank if tie_place is None else rank + tie_place - 1
            places.append(Place(f"{place}{'=' if shared else ''}", who))
        return places

    def award(self, set_key: str, round_key: str, statement: str = "") -> AwardList:
        """Draw up the list of a set in a round and adopt it by both persons."""
        return self.confirm(self.draft(set_key, round_key, statement))

    def draft(self, set_key: str, round_key: str, statement: str = "") -> AwardList:
        """Draw up the list of a set in a round."""
        of = awarded_named(self.ctx, campaign=self.campaign, set_key=set_key, round_key=round_key)
        return draw_up(self.two[0], campaign=self.campaign, of=of, statement=statement, salt=lambda code: code * 4)

    def confirm(self, made: AwardList) -> AwardList:
        """Adopt a draft by both persons."""
        for ctx in self.two:
            adopt(ctx, campaign=self.campaign, number=made.number, digest=made.digest)
        return made


def prizes_of(made: AwardList) -> list[tuple[str, str]]:
    """Return who has which prize by a list, in its order."""
    return [(award.recipient, award.title) for award in made.awards]


def unit_prizes_of(made: AwardList) -> list[tuple[str, str]]:
    """Return which unit has which prize by a list, in the order of the prizes' names."""
    return sorted((award.unit_name, award.title) for award in made.unit_awards)


def by_lot(table: str, lots: Mapping[str, Sequence[str]]) -> str:
    """Return a table in which those stand whom lots have put in order, instead of "lot A 1", "lot A 2" and so on."""
    for name, order in lots.items():
        for number, who in enumerate(order, start=1):
            table = table.replace(f"lot {name} {number} ", f"{who} ")
    return table


def without_reasons(table: str, *columns: int) -> list[tuple[str, ...]]:
    """Return some columns of a table of expectations, whose last one says why and is for people alone."""
    return [tuple(row[column] for column in columns) for row in rows(table) if all(row[column] for column in columns)]


# --- how it begins --------------------------------------------------------------------------------------------------


def hold(ctx: Context, make: Factories, files: Files, write: Callable[[Text], str]) -> Held:
    """Bring a campaign file in, add what people bring (questions, seats, rules), and open it two weeks beforehand."""
    anchor = first_day_of(read_source(files).core)
    assert anchor is not None
    before = datetime.combine(MONDAY, time(8), tzinfo=LOCAL_ZONE) - timedelta(days=14)
    ctx = replace(ctx, now=before)
    campaign = import_campaign(ctx, files=files, move=onto(anchor, MONDAY))
    campaign.draw_key = "5" * 64
    campaign.support_phone, campaign.responsible = "0227 3600 000", "Văn phòng Ban Tổ chức"
    _fill_bank(ctx, campaign)
    staff = (make.user("Người thứ nhất"), make.user("Người thứ hai"))
    organising = sa.select(Committee).where(Committee.campaign_id == campaign.id, Committee.role == Role.ORGANISING)
    for user in staff:
        appoint(ctx, campaign=campaign, committee=ctx.session.scalars(organising).all()[0], user=user)
    issue_rules(ctx, campaign=campaign, write=write)
    open_campaign(ctx, campaign=campaign)
    return Held(ctx, make, campaign, staff)


def _fill_bank(ctx: Context, campaign: Campaign) -> None:
    """Write as many questions as the papers of all rounds are drawn from; every second has several right options."""
    own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
    by_rounds = settings_by_rounds(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, rounds=own)
    wanted: dict[tuple[str, Difficulty | None, str], int] = {}
    for _, settings in by_rounds:
        for row in settings.blueprint:
            kind = (row.topic, row.difficulty, row.division)
            wanted[kind] = max(wanted.get(kind, 0), row.number)
    questions = [
        _question(f"q-{kind}-{number}", *asked, several=bool(number % 2))
        for kind, (asked, number_wanted) in enumerate(wanted.items())
        for number in range(number_wanted)
    ]
    topics = bank_queries.topics(ctx, campaign_id=campaign.id)
    fill_bank(ctx, campaign=campaign, topics=topics, questions=questions)


def _question(key: str, topic: str, difficulty: Difficulty | None, division: str, *, several: bool) -> QuestionData:
    right = {0, 2} if several else {0}
    options = tuple(Option(f"Phương án {place} của {key}", place in right) for place in range(4))
    return QuestionData(
        key=key,
        topic=topic,
        difficulty=difficulty or Difficulty.EASY,
        type=QuestionType.MULTIPLE if several else QuestionType.SINGLE,
        text=f"Câu hỏi {key}: điều nào đúng?",
        body=Choice(options),
        explanation=f"Giải thích của {key}.",
        source="Nghị định số 13/2023/NĐ-CP, Điều 2",
        true_as_of=MONDAY - timedelta(days=30),
        division=division,
    )


class _Form(HTMLParser):
    """Collects what a browser would send with the fields of a page's forms as they stand there."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "")
        if tag in {"select", "textarea"}:
            self._inside = name
            if tag == "textarea":
                self.fields[name] = ""
        elif tag == "option" and ("selected" in given or self._inside not in self.fields):
            # Of a list in which nothing is chosen the first one is sent.
            self.fields[self._inside] = given.get("value", "")
        elif tag == "input" and name and (kind not in {"checkbox", "radio"} or "checked" in given):
            self.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self.lasttag == "textarea":
            self.fields[self._inside] += data.strip()


def form_on(page: str) -> dict[str, str]:
    """Return what a browser would send with a page's forms if nothing were changed."""
    form = _Form()
    form.feed(page)
    return form.fields
