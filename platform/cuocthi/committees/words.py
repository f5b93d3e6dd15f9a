"""The words for what a committee does; its title is campaign data, and stands in their place where there is one."""

from __future__ import annotations

from cuocthi.contributions import Role
from cuocthi.text import T

ROLES = {
    Role.ORGANISING: T("Organising committee"),
    Role.JURY: T("Jury"),
    Role.SUPPORT: T("Support team"),
    Role.OVERSIGHT: T("Oversight"),
    Role.STANDING: T("Standing office"),
    Role.TECHNICAL: T("Technicians"),
    Role.EDITORIAL: T("Editors"),
    Role.COORDINATING: T("Unit coordinators"),
}
