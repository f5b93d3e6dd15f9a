"""The form of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cuocthi.contributions import Edge
from cuocthi.tasks.domain import TaskFacts
from cuocthi.timelines.edges import days_from
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.committees.models import Committee
    from cuocthi.tasks.models import Task
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User


class TaskForm(BaseForm):
    """What is to be done, in which phase, until which day, by whom. The day keeps its distance from the phase."""

    title = StringField(_l("What is to be done"), [DataRequired(), Length(max=300)])
    phase = SelectField(_l("Phase"), [InputRequired()])
    due_on = DateField(_l("Until"), [InputRequired()])
    due_edge = RadioField(
        _l("If the phase is moved, the day keeps its distance from"),
        [InputRequired()],
        choices=select_choices([(Edge.OPENED.value, _l("its beginning")), (Edge.CLOSED.value, _l("its end"))]),
    )
    assignee = SelectField(
        _l("Who"), [Optional()], description=_l("A member of a committee, or the committee as a whole.")
    )
    note = TextAreaField(_l("Note"), [Length(max=2000)])

    @classmethod
    def of(cls, task: Task) -> TaskForm:
        """Return the form filled with a task."""
        return cls(
            data={
                "title": task.title,
                "phase": str(task.phase_id),
                "due_on": task.due_on,
                "due_edge": task.due_edge.value,
                "assignee": _assignee(task.committee_id, task.user_id),
                "note": task.note,
            }
        )

    def offer(
        self, phases: Sequence[Phase], committees: Sequence[tuple[Committee, Sequence[User]]], task: Task | None = None
    ) -> None:
        """Let phases, committees and those who sit on them be chosen; also who has the task but sits there no more."""
        self.phase.choices = select_choices((str(phase.id), phase.title) for phase in phases)
        found = {"": _("Nobody yet")}
        for committee, members in committees:
            found[_assignee(committee.id, None)] = _("%(committee)s as a whole", committee=committee.title)
            found |= {_assignee(committee.id, user.id): f"{user.name} – {committee.title}" for user in members}
        if task is not None and task.user is not None and task.committee is not None:
            found.setdefault(_assignee(task.committee_id, task.user_id), f"{task.user.name} – {task.committee.title}")
        self.assignee.choices = select_choices(found.items())

    def to_facts(
        self, phases: Sequence[Phase], committees: Sequence[tuple[Committee, Sequence[User]]], task: Task | None = None
    ) -> TaskFacts:
        """Return what was entered; call it once the form is valid."""
        phase = next(phase for phase in phases if str(phase.id) == self.phase.data)
        committee, user = self._chosen(committees, task)
        edge = Edge(self.due_edge.data)
        day = self.due_on.data
        return TaskFacts(
            title=self.title.data or "",
            phase=phase,
            due_edge=edge,
            due_days=days_from(phase, edge=edge, day=day) if day else 0,
            note=self.note.data or "",
            committee=committee,
            user=user,
        )

    def _chosen(
        self, committees: Sequence[tuple[Committee, Sequence[User]]], task: Task | None
    ) -> tuple[Committee | None, User | None]:
        wanted = self.assignee.data or ""
        for committee, members in committees:
            if wanted == _assignee(committee.id, None):
                return committee, None
            for user in members:
                if wanted == _assignee(committee.id, user.id):
                    return committee, user
        return (task.committee, task.user) if wanted and task is not None else (None, None)


def _assignee(committee_id: int | None, user_id: int | None) -> str:
    """Return how a committee, or a person on it, stands in the form: "3" or "3-17"."""
    return "-".join(str(key) for key in (committee_id, user_id) if key is not None)
