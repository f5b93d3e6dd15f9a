"""The base of every form, and how a refusal of the domain becomes an error at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask_babel import get_domain, gettext, lazy_gettext
from flask_wtf import FlaskForm

from cuocthi.text import TN, T
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from wtforms import FieldList

    from cuocthi.errors import DomainError


class _CatalogueMessages:
    """WTForms' own messages, taken from our catalogue: WTForms ships no Vietnamese one."""

    def gettext(self, string: str) -> str:
        return str(gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        # Looked up but not filled in: WTForms does that, with names that Babel's own ngettext does not know.
        return str(get_domain().get_translations().ungettext(singular, plural, n))


class BaseForm(FlaskForm):
    """A form with a CSRF token and messages in the reader's language."""

    class Meta(FlaskForm.Meta):
        """Where messages come from."""

        def get_translations(self, _form: Any) -> _CatalogueMessages:
            """Return the catalogue of this platform."""
            return _CatalogueMessages()


#: What WTForms says by itself, so that it stands in our catalogue.
WTFORMS_MESSAGES = (
    T("This field is required."),
    T("Not a valid choice."),
    T("Not a valid date value."),
    T("Not a valid integer value."),
    T("Invalid input."),
    T("Invalid Choice: could not coerce."),
    T("'%(value)s' is not a valid choice for this field."),
    TN(
        "Field cannot be longer than %(max)d character.",
        "Field cannot be longer than %(max)d characters.",
        1,
    ),
    T("Number must be at least %(min)s."),
    T("Number must be at most %(max)s."),
    T("Number must be between %(min)s and %(max)s."),
)


def lazy_text(msgid: str) -> str:
    """Mark a label for translation at the time it is shown (import it as ``_l``); WTForms' annotations ask for str."""
    return cast("str", lazy_gettext(msgid))


def change_rows(act: str, *tables: FieldList[Any], most: int) -> bool:
    """Add a row to one of these tables of a form, or remove one, if ``act`` says so; tell whether it did.

    ``act`` is the value of the button that was pressed: ``add-<table>`` or ``remove-<row>``, by the names that the
    fields have in the form ("add-tiers", "remove-tiers-2"). No table gets more than ``most`` rows, or than it has set
    itself.
    """
    verb, _dash, target = act.partition("-")
    for rows in tables:
        if verb == "add" and target == rows.name and len(rows) < (rows.max_entries or most):
            rows.append_entry()
            return True
        removed = next((place for place, row in enumerate(rows) if row.name == target), None)
        if verb == "remove" and removed is not None:
            del rows.entries[removed]
            return True
    return False


def attach_error(form: BaseForm, error: DomainError) -> None:
    """Show a refusal at the field it names, or at the head of the form."""
    message = translate(error.message)
    details = [translate(text) for text in (*getattr(error, "reasons", ()), *getattr(error, "problems", ()))]
    if error.field and error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, message, *details]
    else:
        form.form_errors = [*form.form_errors, message, *details]
