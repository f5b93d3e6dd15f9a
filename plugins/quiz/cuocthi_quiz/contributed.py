"""What the quiz contributes to the core's pages and acts, as the values of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_settings
from cuocthi.contributions import (
    Act,
    Blocker,
    EntryAction,
    Fact,
    NavGroup,
    NavItem,
    Panel,
)
from cuocthi.enrolments.entering import own_window
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.standings.admission import refusals
from cuocthi.standings.composition import rounds_behind
from cuocthi.standings.criteria import RankingRules
from cuocthi.text import TN, T, Until
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import PhaseState, next_edge, own_windows, phase_state
from cuocthi_quiz import contributed_bank
from cuocthi_quiz.domain import clauses, predictions
from cuocthi_quiz.domain.allowances import allowance, refusal
from cuocthi_quiz.domain.attempts import settings_of
from cuocthi_quiz.domain.deadlines import closing, replaceable
from cuocthi_quiz.domain.practice import practice_settings
from cuocthi_quiz.domain.results import PREDICTION_ERROR
from cuocthi_quiz.queries import figures as figures_queries
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER, Over, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.models import Attempt

    Address = Callable[..., str]


def facts(ctx: Context, *, campaign: Campaign) -> list[Fact]:
    """Return the size of a paper, its time and the attempts of the round that is open, or comes next, or was last."""
    own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
    if not own:
        return []
    states = [(phase_state(round_.windows, ctx.now), round_) for round_ in own]
    chosen = next((round_ for state, round_ in states if state is not PhaseState.CLOSED), own[-1])
    settings = settings_of(ctx, campaign=campaign, round_=chosen)
    if not settings.blueprint:
        return []
    numbers = clauses.numbers(settings, campaign=campaign).values()
    span = T("%(count)s", count=max(numbers))
    if min(numbers) < max(numbers):
        span = T("%(least)s to %(most)s", least=min(numbers), most=max(numbers))
    found = [Fact("questions", span, _questions_label(settings), 10)]
    if settings.minutes:
        found.append(Fact("minutes", T("%(count)s", count=settings.minutes), T("minutes"), 20))
    if settings.attempts:
        label = TN("attempt a person", "attempts a person", settings.attempts)
        found.append(Fact("attempts", T("%(count)s", count=settings.attempts), label, 30))
    return found


def _questions_label(settings: QuizSettings) -> Text:
    return T("questions and one prediction") if settings.prediction else T("questions")


def navigation(ctx: Context, *, campaign: Campaign, address: Address) -> list[NavItem]:
    """Return the links of the staff navigation; drafts that are not approved yet are the badge."""
    bank, papers = address("quiz.questions", slug=campaign.slug), address("quiz.attempts", slug=campaign.slug)
    extra_time = address("quiz.extra_time", slug=campaign.slug)
    waiting = contributed_bank.waiting(ctx, campaign=campaign)
    return [
        NavItem("questions", T("Questions"), bank, "quiz:question:view", 40, waiting, NavGroup.SETTING_UP),
        NavItem("live", T("Live"), address("quiz.live", slug=campaign.slug), "quiz:live:view", 50),
        NavItem("extra_time", T("Extra time"), extra_time, "quiz:extra_time:grant", 64),
        NavItem("attempts", T("Papers"), papers, "quiz:attempt:view", 62, group=NavGroup.RESULTS),
    ]


# --- readiness and gates --------------------------------------------------------------------------------------------


def blockers(ctx: Context, *, campaign: Campaign, act: Act, round_: Phase | None, address: Address) -> list[Blocker]:
    """Return why a campaign may not open (papers cannot be drawn) or a ranking not be adopted (papers unfinished)."""
    if act is Act.OPEN_CAMPAIGN:
        return contributed_bank.opening_blockers(ctx, campaign=campaign, address=address)
    if act is not Act.ADOPT_RANKING or round_ is None:
        return []
    unknown = _unknown(ctx, campaign, round_) if round_.source == OWNER else ()
    return [*_unfinished(ctx, campaign, round_, address), *unknown]


def _unfinished(ctx: Context, campaign: Campaign, round_: Phase, address: Address) -> Iterator[Blocker]:
    behind = rounds_behind(ctx, campaign=campaign, round_=round_)
    found = figures_queries.unfinished(ctx, round_ids=[one.id for one in behind])
    url = address("quiz.attempts", slug=campaign.slug)
    if found.open:
        text = TN("%(count)s paper has not been handed in.", "%(count)s papers have not been handed in.", found.open)
        yield Blocker("open", text, url)
    if found.ungraded:
        text = TN("%(count)s paper has not been graded.", "%(count)s papers have not been graded.", found.ungraded)
        yield Blocker("ungraded", text, url)


def _unknown(ctx: Context, campaign: Campaign, round_: Phase) -> Iterator[Blocker]:
    """Yield that the ranking waits for other rounds: what was predicted is counted over all of them."""
    settings = settings_of(ctx, campaign=campaign, round_=round_)
    if not settings.prediction or settings.target.over is Over.ROUND:
        return
    rules = load_settings(ctx, owner="core", schema=RankingRules, campaign=campaign, round_=round_).value
    decides = any(criterion.key == PREDICTION_ERROR for criterion in rules.criteria)
    if decides and not predictions.is_known(ctx, campaign=campaign, round_=round_, target=settings.target):
        yield Blocker("prediction", T("What was predicted is known only when all rounds of the quiz have closed."))


def panels(ctx: Context, *, campaign: Campaign, slot: str, address: Address) -> list[Panel]:
    """Return the way to practice on the campaign's page."""
    if slot != "campaign" or practice_settings(ctx, campaign=campaign) is None:
        return []
    values = {"url": address("quiz.practice", slug=campaign.slug)}
    return [Panel("practice", T("Practice"), "quiz/_practice_panel.html", values, order=15)]


# --- what a person can do -------------------------------------------------------------------------------------------


def entry_actions(
    ctx: Context, *, campaign: Campaign, own: Sequence[Phase], enrolment: Enrolment, address: Address
) -> list[EntryAction]:
    """Return what a person can do now in each of the quiz's rounds."""
    made = papers_queries.attempts_in(ctx, round_ids=[round_.id for round_ in own], enrolment_id=enrolment.id)
    begun = {attempt.phase_id for attempt in made}
    barred = refusals(ctx, campaign=campaign, rounds_=own, enrolment=enrolment, begun=begun)
    return [
        _action(
            ctx,
            campaign=campaign,
            round_=round_,
            enrolment=enrolment,
            made=made,
            barred=barred.get(round_.id),
            address=address,
        )
        for round_ in own
    ]


def _action(
    ctx: Context,
    *,
    campaign: Campaign,
    round_: Phase,
    enrolment: Enrolment,
    made: Sequence[Attempt],
    barred: Text | None,
    address: Address,
) -> EntryAction:
    attempts = [attempt for attempt in made if attempt.phase_id == round_.id]
    entrance = address("quiz.entrance", slug=campaign.slug, round_id=round_.id)

    def action(title: Text, detail: Text | None = None, *, url: str = entrance) -> EntryAction:
        return EntryAction(f"round-{round_.id}", round_.id, title, detail, url, bool(url), order=round_.number or 0)

    def result(detail: Text | None = None) -> EntryAction:
        # Of several results the entrance has the list.
        one = address("quiz.result", slug=campaign.slug, attempt_id=attempts[0].id) if len(attempts) == 1 else entrance
        return action(T("See your result"), detail, url=one)

    if enrolment.state is not EnrolmentState.ACTIVE:
        reason = T("Reason: %(reason)s", reason=enrolment.excluded_reason)
        return action(T("You have been excluded"), reason, url="")
    last = attempts[-1] if attempts else None
    if last is not None and last.is_open and last.deadline > ctx.now:
        return action(T("Go on with your paper"), T("It ends at %(moment)s.", moment=Until(last.deadline)))
    replaced = replaceable(attempts, ctx.now)
    closes_at = closing(own_window(ctx, round_=round_, enrolment=enrolment), replaced)
    if closes_at is None:
        return result() if attempts else _closed_action(ctx, round_, enrolment, action)
    closes_text = T("The round closes at %(moment)s.", moment=Until(closes_at))
    if replaced is not None:
        return action(T("Start the attempt that you were granted"), closes_text)
    settings = settings_of(ctx, campaign=campaign, round_=round_)
    elsewhere = sum(attempt.counts for attempt in made) - sum(attempt.counts for attempt in attempts)
    allowed = allowance(settings, made=attempts, elsewhere=elsewhere, now=ctx.now)
    refused = barred or refusal(settings, allowed, now=ctx.now, closes_at=round_.closes_at)
    if refused is not None:
        return result(refused) if attempts else action(T("You cannot begin now"), refused, url="")
    title = T("Start another attempt") if attempts else T("Start the quiz")
    return action(title, closes_text)


def _closed_action(
    ctx: Context, round_: Phase, enrolment: Enrolment, action: Callable[..., EntryAction]
) -> EntryAction:
    windows = own_windows(round_.windows, enrolment.unit_path)
    if not windows:
        detail = T("No time is set for your unit. Please ask the organisers.")
        return action(T("Not open for your unit"), detail, url="")
    opens = next_edge(windows, ctx.now)
    if opens is not None:
        return action(T("Not open yet"), T("It opens at %(moment)s.", moment=opens), url="")
    return action(T("The round has closed"), T("You did not take part in “%(round)s”.", round=round_.title), url="")
