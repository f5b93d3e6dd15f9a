"""The blueprint of signing in and of what a person changes about signing in."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("users", "cuocthi.users", template_folder="templates")
