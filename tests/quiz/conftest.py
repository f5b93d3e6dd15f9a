"""What the tests of the quiz share: the plugin, and a campaign with a bank, a round and people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.users.domain import start_session
from cuocthi.users.queries import token_hash
from cuocthi_quiz import plugin
from cuocthi_quiz.domain import answers, attempts
from cuocthi_quiz.domain.bank_files import fill_bank
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.hand_ins import hand_in
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.questions import QuestionData
from cuocthi_quiz.domain.responses import WAYS, Given, to_given
from cuocthi_quiz.domain.review import approve
from cuocthi_quiz.models import Attempt, Difficulty, QuestionType, Revision, Topic
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER, BlueprintRow, QuizSettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

BLUEPRINT = (
    BlueprintRow("safety", Difficulty.EASY, 3),
    BlueprintRow("safety", Difficulty.HARD, 1),
    BlueprintRow("services", Difficulty.EASY, 1),
)
SETTINGS = QuizSettings(blueprint=BLUEPRINT)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [plugin]


def question(
    key: str = "q-001",
    *,
    topic: str = "safety",
    difficulty: Difficulty = Difficulty.EASY,
    type_: QuestionType = QuestionType.SINGLE,
    right: Sequence[int] = (1,),
    options: int = 4,
    draft: bool = False,
) -> QuestionData:
    """A question with all that it needs."""
    return QuestionData(
        key=key,
        topic=topic,
        difficulty=difficulty,
        type=type_,
        text=f"Câu hỏi {key}: điều nào đúng?",
        body=Choice(tuple(Option(f"Phương án {place} của {key}", place in right) for place in range(options))),
        explanation=f"Giải thích của {key}.",
        source="Nghị định số 13/2023/NĐ-CP, Điều 2",
        true_as_of=date(2024, 9, 15),
        draft=draft,
    )


BANK = (
    *(question(f"de-{n}") for n in range(1, 6)),
    question("kho-1", difficulty=Difficulty.HARD, type_=QuestionType.MULTIPLE, right=(0, 2)),
    question("kho-2", difficulty=Difficulty.HARD, type_=QuestionType.MULTIPLE, right=(0, 1, 2, 3)),
    question("dvc-1", topic="services", type_=QuestionType.TRUE_FALSE, options=2, right=(0,)),
)


@dataclass
class Quiz:
    """A campaign whose quiz is open, and what people do in it."""

    ctx: Context
    make: Factories
    clock: FixedClock
    campaign: Campaign
    round_: Phase
    topics: list[Topic]
    sessions: dict[int, str] = field(default_factory=dict)

    def set(self, settings: QuizSettings) -> None:
        save_settings(self.ctx, owner=OWNER, campaign=self.campaign, value=settings)

    def at(self, moment: datetime) -> Context:
        """The context of a moment; the clock moves there too."""
        self.clock.move_to(moment)
        self.ctx = replace(self.ctx, now=moment)
        return self.ctx

    def later(self, **passed: float) -> Context:
        """The context after some time has passed."""
        return self.at(self.ctx.now + timedelta(**passed))

    def person(self) -> Enrolment:
        enrolment = self.make.enrolment(self.campaign)
        token = start_session(self.ctx, user_id=enrolment.user_id, device="test", hours=12)
        self.sessions[enrolment.user_id] = token_hash(token)
        return enrolment

    def start(self, person: Enrolment | None = None) -> Attempt:
        return attempts.start(self.ctx, campaign=self.campaign, round_=self.round_, enrolment=person or self.person())

    def place(self, attempt: Attempt) -> answers.Place:
        return answers.Place(self.sessions[attempt.user_id], attempt.id, attempt.token)

    def paper(self, attempt: Attempt) -> list[papers_queries.PaperRow]:
        return papers_queries.paper(self.ctx, attempt_id=attempt.id)

    def right(self, attempt: Attempt, position: int) -> int:
        """The right options of a question, in the order shown."""
        row = self.paper(attempt)[position - 1]
        return shown_bits(row, right_response(row))

    def answer(self, attempt: Attempt, position: int, given: Given | int, sequence: int = 1) -> datetime:
        """Answer a question; a number is the set of options chosen, in the order shown."""
        given = Given.choice(given) if isinstance(given, int) else given
        return answers.save(self.ctx, place=self.place(attempt), position=position, given=given, sequence=sequence)

    def answer_rightly(self, attempt: Attempt, count: int) -> None:
        """Answer the first ``count`` questions rightly and the others wrongly."""
        for row in self.paper(attempt):
            right = self.right(attempt, row.position)
            wrong = next(1 << place for place in range(row.option_count) if 1 << place != right)
            self.answer(attempt, row.position, right if row.position <= count else wrong)

    def hand_in(self, attempt: Attempt) -> bool:
        return hand_in(self.ctx, attempt=attempt, token=attempt.token)

    def stored(self, attempt: Attempt) -> dict[int, int]:
        """What is stored for each question that was answered, as options in the order shown."""
        return {row.position: shown_bits(row, row.response) for row in self.paper(attempt) if row.saved_at is not None}


def right_response(row: papers_queries.PaperRow) -> str:
    """A response that earns everything."""
    return KINDS[row.type].right(row.content, row.key)


def shown_bits(row: papers_queries.PaperRow, response: str) -> int:
    """A response to a question of a paper as the options chosen, in the order shown."""
    return to_given(response, WAYS[row.type], unpack(row.option_order, row.option_count)).bits


@pytest.fixture
def quiz(ctx: Context, make: Factories, clock: FixedClock) -> Quiz:
    campaign = make.campaign(plugins=("quiz",))
    round_ = make.round(campaign)
    topics = [
        Topic(campaign_id=campaign.id, key=key, title=title, position=position)
        for position, (key, title) in enumerate(
            [("safety", "An toàn dữ liệu"), ("services", "Dịch vụ công trực tuyến")], start=1
        )
    ]
    ctx.session.add_all(topics)
    ctx.session.flush()
    fill_bank(ctx, campaign=campaign, topics=topics, questions=BANK)
    made = Quiz(ctx, make, clock, campaign, round_, topics)
    made.set(SETTINGS)
    ctx.session.commit()
    return made


def acting(ctx: Context, user_id: int) -> Context:
    """The context of a person."""
    return replace(ctx, actor=Actor(user_id))


def approve_by_two(quiz: Quiz, revision: Revision) -> None:
    """Take a draft into the bank, as two members of the jury do."""
    for _ in range(2):
        jury = acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)
        approve(jury, campaign=quiz.campaign, revision=revision)
