"""Background work: what must happen at the deadline though nobody has a browser open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi_quiz.domain.attempts import submit_overdue
from cuocthi_quiz.domain.foreseen import mark_foreseen
from cuocthi_quiz.domain.grading import grade_round, grade_ungraded
from cuocthi_quiz.domain.looking_ahead import look_ahead
from cuocthi_quiz.domain.remarking import remark
from cuocthi_quiz.domain.save_figures import forget_old
from cuocthi_quiz.models import KeyChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context


def sweep(ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Hand in every paper whose time is up, and grade what has no score, each portion kept by itself."""
    return {"handed_in": submit_overdue(ctx), "graded": grade_ungraded(ctx, keep=ctx.session.commit)}


def foresee(ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Mark what may be chosen at questions that are new in the bank."""
    return {"questions": mark_foreseen(ctx)}


def forget_figures(
    ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Remove the figures about saving that nobody looks at any more."""
    return {"rows": forget_old(ctx)}


def mark_again(ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Mark all papers again that have the question of a decision; each portion is kept by itself."""
    change = ctx.session.get_one(KeyChange, arguments["key"])
    return {"rescored": remark(ctx, change=change, progress=progress, keep=ctx.session.commit)}


def look_ahead_of(
    ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Work out what a proposed key would change."""
    change = ctx.session.get_one(KeyChange, arguments["key"])
    look_ahead(ctx, change=change, progress=progress, keep=ctx.session.commit)
    return {}


def finish_round(ctx: Context, *, round_id: int) -> None:
    """Hand in and grade what a round that has closed left open."""
    submit_overdue(ctx, round_id=round_id)
    grade_round(ctx, round_id=round_id)
