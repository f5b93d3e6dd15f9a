"""What templates translate with: the reader's language, values escaped, in letters as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template_string

from cuocthi.web.i18n import in_language

if TYPE_CHECKING:
    from flask import Flask

ESCAPED = "{% autoescape true %}{{ _('%(what)s at 100%%', what='<b>') }} {{ gettext('Rank') }}{% endautoescape %}"
PLAIN = "{% autoescape false %}{{ _('%(what)s at 100%%', what='<b>') }}{% endautoescape %}"


def test_values_are_escaped_where_the_page_is_html(app: Flask) -> None:
    with app.test_request_context():
        assert render_template_string(ESCAPED).startswith("&lt;b&gt; at 100% ")
        assert render_template_string(PLAIN) == "<b> at 100%"


def test_each_text_is_in_the_language_in_which_it_is_written(app: Flask) -> None:
    with app.test_request_context():
        vietnamese = render_template_string("{{ _('Rank') }}")
        with in_language("en"):
            assert render_template_string("{{ _('Rank') }}") == "Rank"
        assert render_template_string("{{ _('Rank') }}") == vietnamese != "Rank"
