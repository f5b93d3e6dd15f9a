"""What pages call the states, checks, decisions and likenesses of candidates."""

from __future__ import annotations

from cuocthi.enrolments.resemblance import Agreement
from cuocthi.text import T
from cuocthi_prizes.candidates.models import DecisionKind, Way
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.settings import Check

CHECKED = {
    Check.CONTACT: T("Reached"),
    Check.IDENTITY: T("Identity checked"),
    Check.ENTRY: T("Entry looked at"),
}
WAYS = {Way.ACCOUNT: T("To an account"), Way.CASH: T("In cash")}
AGREEING = {
    Agreement.ACCOUNT: T("the same account"),
    Agreement.CITIZEN_ID: T("the same ID number"),
    Agreement.CONTACT: T("the same contact"),
    Agreement.NAME: T("the same name"),
    Agreement.GIVEN_NAME: T("the same given name"),
    Agreement.BIRTH_DATE: T("the same date of birth"),
    Agreement.UNIT: T("the same unit"),
}
RULED = {
    True: T("Ruled on who it is: the same person"),
    False: T("Ruled on who it is: another person"),
}
DECIDED = {
    DecisionKind.KEEP: T("Keep as a candidate"),
    DecisionKind.EXCLUDE: T("Exclude from the contest"),
    DecisionKind.UNIT: T("Award with another unit"),
    DecisionKind.NO_ANSWER: T("Pass over: did not answer in time"),
    DecisionKind.DECLINED: T("Pass over: has declined the prize"),
    DecisionKind.TAKE_BACK: T("Take back that the person is passed over"),
    DecisionKind.EXTEND: T("More time to answer"),
    DecisionKind.ENTERED: T("Entered in the person's place"),
}
#: What follows from a decision, for who is about to take it.
FOLLOWS = {
    DecisionKind.KEEP: T("Nothing changes. The decision stays on record with its document."),
    DecisionKind.EXCLUDE: T(
        "The person's entries count no longer. Build a new version of the ranking, let two persons adopt it, and draw "
        "up a new list: the next in rank moves up there."
    ),
    DecisionKind.UNIT: T(
        "The next list names the person with this unit. In the ranking and in the figures of units the person stays "
        "where it is, as these are adopted."
    ),
    DecisionKind.NO_ANSWER: T(
        "The next list passes the person over and says why; the next in rank moves up. The person is written to, with "
        "the reason."
    ),
    DecisionKind.DECLINED: T(
        "The next list passes the person over and says why; the next in rank moves up. The person is written to, with "
        "the reason. Who has answered on the own page declines there."
    ),
    DecisionKind.TAKE_BACK: T("The next list awards the person again. Give more time to answer where it is over."),
}
PASSED_OVER = {
    PassedOverKind.NO_ANSWER: T("did not say in time how to be paid"),
    PassedOverKind.DECLINED: T("declined the prize"),
}
