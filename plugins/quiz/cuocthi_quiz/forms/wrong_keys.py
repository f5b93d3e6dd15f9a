"""What is to be done about a wrong key, as a form: the answer is given as on a paper, by the author's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.questions import MAX_TEXT
from cuocthi_quiz.domain.responses import WAYS, Given, Way, to_response
from cuocthi_quiz.domain.wrong_keys import Finding
from cuocthi_quiz.forms.choices import choices
from cuocthi_quiz.models import MAX_DOCUMENT, QuestionType, Remedy
from cuocthi_quiz.words import LETTERS, REMEDIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi_quiz.models import Revision


class WrongKeyForm(BaseForm):
    """What is wrong, what is done, and under which document; the fields of the answer follow the type."""

    remedy = RadioField(_l("What shall be done"), [InputRequired()])
    reason = TextAreaField(
        _l("What is wrong with the key"),
        [InputRequired(), Length(max=MAX_TEXT)],
        description=_l("It stands in the notice that is published."),
    )
    document = StringField(
        _l("Document"),
        [InputRequired(), Length(max=MAX_DOCUMENT)],
        description=_l("Number and symbol of the document that decides it."),
    )
    answer_names: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.remedy.choices = choices(REMEDIES)

    @property
    def answers(self) -> list[Field]:
        """The fields of the answer."""
        return [self[name] for name in self.answer_names]

    def to_finding(self, revision: Revision) -> Finding:
        """Return what was entered. Raises DomainError for an answer that is none."""
        remedy = Remedy(self.remedy.data)
        asked = remedy in {Remedy.REPLACE, Remedy.ACCEPT}
        found = self._responses(revision) if asked else []
        return Finding(remedy, self.reason.data or "", self.document.data or "", found)

    def _responses(self, revision: Revision) -> list[str]:
        way, order = WAYS[revision.type], range(revision.option_count)
        if way is Way.CHOICE:
            places = [int(value) for value in self["answer"].data or ()]
            # Of several options chosen each is right by itself, but where the right ones are chosen together.
            together = revision.type is QuestionType.MULTIPLE
            masks = [sum(1 << place for place in places)] if together else [1 << place for place in places]
            return [to_response(Given.choice(mask), order) for mask in masks]
        if way is Way.PLACING:
            targets = [int(self[name].data or 0) for name in self.answer_names]
            return [to_response(Given.placing(targets), order)]
        written = str(self["answer"].data or "")
        try:
            return [(Given.number if way is Way.NUMBER else Given.text)(written).written]
        except ValueError as error:
            raise DomainError(T("That is no answer to this question."), field="answer") from error


def form_for(revision: Revision) -> type[WrongKeyForm]:
    """Return the form with the fields that an answer to this revision is given in."""
    way, content = WAYS[revision.type], revision.content
    fields: dict[str, Any] = {}
    if way is Way.CHOICE:
        options = [(str(at), f"{LETTERS[at]}. {text}") for at, text in enumerate(content["options"])]
        fields["answer"] = SelectMultipleField(
            _l("Right answer"),
            choices=select_choices(options),
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    elif way is Way.PLACING:
        ordered = revision.type is QuestionType.ORDERING
        things = content["steps" if ordered else "prompts"]
        targets = [str(at + 1) for at in range(len(things))] if ordered else content["targets"]
        offered = select_choices([("0", "–"), *((str(at), text) for at, text in enumerate(targets, start=1))])
        for at, text in enumerate(things):
            name = "answer" if at == 0 else f"answer_{at}"
            fields[name] = SelectField(text, choices=offered, validate_choice=True)
    else:
        fields["answer"] = StringField(_l("Right answer"))
    return type("WrongKeyFormOfType", (WrongKeyForm,), {**fields, "answer_names": tuple(fields)})
