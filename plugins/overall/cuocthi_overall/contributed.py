"""What the core's pages, the rules and the gates are told of overall rankings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import Act, Blocker, CountedRound, ReadinessItem, RuleClause
from cuocthi.standings.criteria import measures_of
from cuocthi.text import TN, T
from cuocthi.timelines.queries import rounds
from cuocthi_overall.queries import basis_of, counted_rounds, load_overall
from cuocthi_overall.settings import ONE, OWNER, Combine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_overall.settings import OverallRanking


def blockers(ctx: Context, *, campaign: Campaign, act: Act, round_: Phase | None) -> list[Blocker]:
    """Return why a campaign may not open, or an overall ranking not be adopted: somebody must say what counts.

    A round that counts, and one of which it is said what counts, is not removed.
    """
    if act is Act.OPEN_CAMPAIGN:
        url = _settings_url(campaign)
        return [Blocker(f"unclear-{number}", text, url) for number, text in enumerate(_unclear(ctx, campaign))]
    if act is Act.REMOVE_PHASE and round_ is not None:
        return list(_naming(ctx, campaign, round_))
    if act is not Act.ADOPT_RANKING or round_ is None or round_.source != OWNER:
        return []
    if load_overall(ctx, campaign=campaign).of(round_.key) is None:
        return [Blocker("unclear", T("Nothing says what counts in “%(round)s”.", round=round_.title))]
    return []


def _naming(ctx: Context, campaign: Campaign, removed: Phase) -> Iterator[Blocker]:
    url = _settings_url(campaign)
    titles = {round_.key: round_.title for round_ in rounds(ctx, campaign_id=campaign.id)}
    for of in load_overall(ctx, campaign=campaign).rankings:
        if of.round == removed.key:
            yield Blocker("own", T("The settings of overall rankings say what counts in it."), url)
        elif any(one.round == removed.key for one in of.rounds):
            title = titles.get(of.round, of.round)
            yield Blocker(f"counts-{of.round}", T("The overall ranking “%(round)s” counts it.", round=title), url)


def _settings_url(campaign: Campaign) -> str:
    # Gates are asked by commands too, where there is no address to link to.
    return url_for("campaigns.settings", slug=campaign.slug, owner=OWNER) if has_request_context() else ""


def counts(ctx: Context, campaign: Campaign, round_: Phase) -> list[CountedRound]:
    """Return the rounds that an overall round counts, with the rankings that its present results were made of."""
    of = load_overall(ctx, campaign=campaign).of(round_.key)
    if of is None:
        return []
    basis = basis_of(ctx, round_=round_)
    return [
        CountedRound(counted.id, basis.get(counted.id))
        for counted, _weight in counted_rounds(ctx, campaign=campaign, of=of)
    ]


def readiness(ctx: Context, *, campaign: Campaign) -> list[ReadinessItem]:
    """Return what is to be said of overall rankings before the campaign opens."""
    unclear, url, title = list(_unclear(ctx, campaign)), _settings_url(campaign), T("Overall rankings")
    found = [ReadinessItem(f"unclear-{at}", title, done=False, detail=text, url=url) for at, text in enumerate(unclear)]
    if not found and load_overall(ctx, campaign=campaign).rankings:
        found = [ReadinessItem("overall", title, done=True, url=url)]
    return found


def _unclear(ctx: Context, campaign: Campaign) -> Iterator[Text]:
    """Yield what the settings leave open: rounds without a ranking, and what they name that is not there."""
    known = {round_.key: round_ for round_ in rounds(ctx, campaign_id=campaign.id)}
    settings = load_overall(ctx, campaign=campaign)
    for round_ in known.values():
        if round_.source == OWNER and settings.of(round_.key) is None:
            yield T("Nothing says what counts in “%(round)s”.", round=round_.title)
    divisions = {division.key for division in campaign.divisions}
    for of in settings.rankings:
        own = known.get(of.round)
        if own is None or own.source != OWNER:
            yield T("There is no round “%(key)s” whose contest format is the overall ranking.", key=of.round)
            continue
        named = {one.round for one in of.rounds}
        for key in sorted(named - known.keys()):
            yield T("“%(round)s” counts a round “%(key)s”, which does not exist.", round=own.title, key=key)
        if of.division and of.division not in divisions:
            yield T("“%(round)s” ranks a division “%(key)s”, which does not exist.", round=own.title, key=of.division)
        for round_, _weight in counted_rounds(ctx, campaign=campaign, of=of):
            if round_.closes_at > own.closes_at:
                words = {"round": own.title, "other": round_.title}
                yield T("“%(round)s” closes before “%(other)s”, which it counts.", **words)


def clauses(ctx: Context, *, campaign: Campaign, write: Callable[[Text], str]) -> list[RuleClause]:
    """Return the clause that says of each overall ranking what counts and how."""
    titles = {round_.key: round_.title for round_ in rounds(ctx, campaign_id=campaign.id)}
    settings = load_overall(ctx, campaign=campaign)
    said = [_clause(ctx, campaign, of, titles, write) for of in settings.rankings if of.round in titles]
    if not said:
        return []
    return [RuleClause("overall", write(T("Ranking over several rounds")), "\n".join(said), order=65)]


def _clause(
    ctx: Context, campaign: Campaign, of: OverallRanking, titles: dict[str, str], write: Callable[[Text], str]
) -> str:
    parts = []
    for round_, weight in counted_rounds(ctx, campaign=campaign, of=of):
        if weight == ONE:
            parts.append(round_.title)
        else:
            parts.append(write(T("%(round)s (weight %(weight)s)", round=round_.title, weight=_decimal(weight))))
    words = {"ranking": titles[of.round], "rounds": ", ".join(parts)}
    if of.combine is Combine.SUM:
        sentences = [write(T("“%(ranking)s”: the points of these rounds are added up: %(rounds)s.", **words))]
    else:
        sentences = [write(T("“%(ranking)s”: the mean of the points of these rounds counts: %(rounds)s.", **words))]
    if of.best:
        text = TN("Only a person's best round counts.", "Only a person's %(count)s best rounds count.", of.best)
        sentences.append(write(text))
    if of.least > 1:
        sentences.append(write(T("Whoever took part in fewer than %(least)s rounds is not ranked.", least=of.least)))
    if of.division:
        name = next((one.name for one in campaign.divisions if one.key == of.division), of.division)
        sentences.append(write(T("Only the division “%(division)s” is ranked.", division=name)))
    if of.added:
        sentences.append(write(T("Added up as well: %(measure)s.", measure=_measure(ctx, campaign, of, write))))
    if of.pass_mark:
        share = _decimal(of.pass_mark * 100)
        sentences.append(write(T("Passed has who reaches %(share)s%% of the points.", share=share)))
    return f"- {' '.join(sentences)}"


def _measure(ctx: Context, campaign: Campaign, of: OverallRanking, write: Callable[[Text], str]) -> str:
    """Return what the rounds that count call the measure that is added up."""
    sources = dict.fromkeys(round_.source for round_, _weight in counted_rounds(ctx, campaign=campaign, of=of))
    known = {key: item for source in sources for key, item in measures_of(ctx, source=source).items()}
    return write(known[of.added].title) if of.added in known else of.added


def _decimal(thousandths: int) -> str:
    whole, rest = divmod(thousandths, ONE)
    return f"{whole},{rest:03d}".rstrip("0") if rest else str(whole)
