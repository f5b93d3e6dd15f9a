"""Questions as files: choosing one, looking at what it would do, taking it over; and taking questions away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_on_record
from cuocthi.web.rendering import render
from cuocthi_quiz.domain.exchange import taking_away, taking_over
from cuocthi_quiz.domain.exchange.formats import FIELDS, FORMATS
from cuocthi_quiz.domain.exchange.losses import WORDS, losses
from cuocthi_quiz.domain.exchange.plan import Verdict
from cuocthi_quiz.domain.exchange.reading import format_of, read_file
from cuocthi_quiz.domain.exchange.sheets import write_xlsx
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.forms.exchange import ImportForm
from cuocthi_quiz.models import Difficulty, QuestionType
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries.review import Stage
from cuocthi_quiz.views.bank import EDIT, VIEW
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.words import DIFFICULTIES, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.domain.exchange.formats import Format
    from cuocthi_quiz.domain.exchange.losses import Losses
    from cuocthi_quiz.domain.questions import QuestionData

#: How many questions, and how many problems, a page shows.
_SHOWN = 100
_NARROWED = {"topic": None, "difficulty": Difficulty, "type": QuestionType, "state": Stage}


# --- bringing questions in ------------------------------------------------------------------------------------------


@blueprint.page("/staff/questions/import", permission=EDIT, reveals_nothing=True)
def choose_import() -> Response:
    """Show where a file is chosen, and what each format carries."""
    return _form_page(ImportForm(formdata=None, true_as_of=reading_context().now.astimezone(LOCAL_ZONE).date()))


@blueprint.page(
    "/staff/questions/import", permission=EDIT, methods=["POST"], endpoint="upload_import", reveals_nothing=True
)
def upload_import() -> AnyResponse:
    """Read a file and lead to what it would do."""
    form = ImportForm()
    if not form.validate():
        return _form_page(form, status=422)
    name, raw = form.file.data.filename or "", form.file.data.read()
    # Reading takes a while; no transaction stays open meanwhile, above all no writing one.
    reading_context().session.rollback()
    try:
        format_ = format_of(name, raw, form.format.data)
        content = read_file(raw, format_)
        with committing() as ctx:
            waiting = taking_over.hand_in(
                ctx,
                campaign=g.campaign,
                name=name,
                raw=raw,
                format_=format_,
                content=content,
                choices=form.to_choices(),
            )
            address = url_for("quiz.look_at_import", slug=g.campaign.slug, token=waiting.token)
    except DomainError as error:
        attach_error(form, error)
        return _form_page(form, status=error.status)
    return redirect(address, 303)


@blueprint.page("/staff/questions/import/template.xlsx", permission=EDIT, reveals_nothing=True)
def import_template() -> Response:
    """Hand out an empty table in the form in which questions are brought in."""
    return _file(write_xlsx([], {}), FORMATS["xlsx"], "cau-hoi-mau")


@blueprint.page(
    "/staff/questions/import/<token>",
    permission=EDIT,
    on_record=T("Looked at what a file of questions would do to the bank"),
)
def look_at_import(token: str) -> Response:
    """Show what a file would do; nothing is done yet."""
    ctx = reading_context()
    waiting = taking_over.waiting_import(ctx, campaign=g.campaign, token=token)
    leave_out = "leave_out" in request.args
    plan = taking_over.plan_of(ctx, campaign=g.campaign, waiting=waiting, leave_out=leave_out)
    titles = {topic.key: topic.title for topic in bank_queries.topics(ctx, campaign_id=g.campaign.id)}
    return render(
        "quiz/import_plan.html",
        waiting=waiting,
        plan=plan,
        leave_out=leave_out,
        changing=plan.of(Verdict.NEW, Verdict.REWORDED),
        verdicts=Verdict,
        titles={**titles, **plan.topics},
        format=FORMATS[waiting.format],
        stored=lambda data: KINDS[data.type].stored(data.body),
        difficulties=DIFFICULTIES,
        types=TYPES,
        shown=_SHOWN,
    )


@blueprint.page(
    "/staff/questions/import/<token>", permission=EDIT, methods=["POST"], endpoint="take_import", reveals_nothing=True
)
def take_import(token: str) -> AnyResponse:
    """Take a file over as it was looked at."""
    with committing() as ctx:
        digest, folder = request.form.get("digest", ""), registry().config.files
        plan = taking_over.take_over(
            ctx, campaign=g.campaign, token=token, digest=digest, folder=folder, leave_out="leave_out" in request.form
        )
    counted = len(plan.of(Verdict.NEW, Verdict.REWORDED))
    flash(_("%(count)s questions were taken over as drafts. Two other persons approve each.", count=counted), "ok")
    return redirect(url_for("quiz.questions", slug=g.campaign.slug), 303)


def _form_page(form: ImportForm, *, status: int = 200) -> Response:
    return render(
        "quiz/import.html", status=status, form=form, carried=[_carried(format_) for format_ in FORMATS.values()]
    )


def _carried(format_: Format) -> dict[str, object]:
    """Return which kinds of questions a format carries, none for all of them, and which fields it lacks."""
    every = len(format_.types) == len(TYPES)
    kinds = [] if every else [words for type_, words in TYPES.items() if type_ in format_.types]
    return {
        "format": format_,
        "kinds": kinds,
        "lacking": [WORDS[name] for name in FIELDS if name not in format_.fields],
        "pictures": format_.pictures,
    }


# --- taking questions away ------------------------------------------------------------------------------------------


@blueprint.page("/staff/questions/export", permission=VIEW, reveals_nothing=True)
def choose_export() -> Response:
    """Let a format be chosen, and say what it would lose of the questions of the list."""
    narrowed, chosen = _narrowed(), FORMATS.get(request.args.get("format", ""))
    questions, titles = _questions(reading_context(), narrowed)
    lost = losses(chosen, questions, titles, _pictures(questions)) if chosen else None
    return render(
        "quiz/export.html",
        formats=FORMATS,
        chosen=chosen,
        narrowed=narrowed,
        questions=questions,
        lost=lost,
        shown=_SHOWN,
    )


@blueprint.page("/staff/questions/export/<format>", permission=VIEW, on_record=T("Exported questions with their keys"))
def export_file(format: str) -> AnyResponse:  # noqa: A002 - as the address calls it
    """Hand out the questions of the list; if something of them is lost, only to who has confirmed that."""
    format_, narrowed = FORMATS.get(format) or abort(404), _narrowed()
    questions, titles = _questions(reading_context(), narrowed)
    pictures = _pictures(questions)
    lost = losses(format_, questions, titles, pictures)
    if not lost.carried or (lost and "confirmed" not in request.args):
        address = url_for("quiz.choose_export", slug=g.campaign.slug, format=format)
        return redirect(f"{address}&{urlencode(narrowed)}")
    _record_export(format_, lost, narrowed)
    return _file(format_.write(lost.carried, titles, pictures), format_, f"{g.campaign.slug}-cau-hoi")


def _record_export(format_: Format, lost: Losses, narrowed: Mapping[str, str]) -> None:
    put_on_record(
        action="quiz:question:export",
        summary=T("Exported the questions with their keys"),
        object_kind="question",
        after=taking_away.on_record(
            format_, lost.carried, {name: value for name, value in narrowed.items() if name != "q"}
        ),
    )


def _narrowed() -> dict[str, str]:
    """Return what narrows the list of questions, as its address says it."""
    given = {name: request.args.get(name, "") for name in ("q", *_NARROWED)}
    return {name: value for name, value in given.items() if value and _makes_sense(name, value)}


def _makes_sense(name: str, value: str) -> bool:
    known = _NARROWED.get(name)
    return known is None or value in set(known)


def _questions(ctx: Context, narrowed: Mapping[str, str]) -> tuple[list[QuestionData], dict[str, str]]:
    """Return the questions of the list as their newest wordings say them, and how each topic is called in files."""
    search, others = narrowed.get("q", ""), {name: value for name, value in narrowed.items() if name != "q"}
    rows, _total = bank_queries.questions(ctx, campaign_id=g.campaign.id, search=search, narrowed=others, limit=None)
    return taking_away.questions_of(ctx, campaign=g.campaign, ids={row.id for row in rows})


def _pictures(questions: Sequence[QuestionData]) -> dict[str, bytes]:
    """Return the pictures that questions show."""
    folder = registry().config.files
    return taking_away.pictures_of(reading_context(), campaign=g.campaign, questions=questions, folder=folder)


def _file(content: bytes, format_: Format, name: str) -> Response:
    response = Response(content, content_type=format_.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}{format_.endings[0]}"'
    return response
