"""What saving an answer costs at least on this stack, as a server to measure others against: a signed session cookie,
one SELECT of the attempt, one committed UPSERT, a fragment of 3 kB. ``granian`` serves ``create()``.
"""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask, Response, abort, request, session

from cuocthi.database import configure_engine

FRAGMENT = "<p>" + "x" * 3000 + "</p>"

attempt = sa.table("floor_attempt", sa.column("id"), sa.column("user_id"), sa.column("deadline"))
SAVE = sa.text(
    "INSERT INTO floor_answer (attempt_id, position, chosen) VALUES (:attempt_id, :position, :chosen) "
    "ON CONFLICT (attempt_id, position) DO UPDATE SET chosen = excluded.chosen"
)
TABLES = (
    "CREATE TABLE floor_attempt (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, deadline BIGINT NOT NULL)",
    """CREATE TABLE floor_answer (
    attempt_id BIGINT NOT NULL, position INT NOT NULL, chosen INT NOT NULL, PRIMARY KEY (attempt_id, position))""",
    "INSERT INTO floor_attempt (id, user_id, deadline) VALUES (1, 1, 9000000000000000)",
)


def prepare(url: str) -> None:
    """Create the two tables of the floor and its one attempt."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement)
    engine.dispose()


def create() -> Flask:
    """Return the application; its database is that of the platform."""
    app = Flask("floor")
    app.secret_key = "floor"
    engine = sa.create_engine(os.environ["FLOOR_DATABASE_URL"])
    configure_engine(engine)

    @app.get("/begin")
    def begin() -> str:
        session["user"] = 1
        return "ok"

    @app.post("/save")
    def save() -> Response:
        with engine.begin() as connection:
            found = connection.execute(sa.select(attempt).where(attempt.c.id == int(request.form["attempt"]))).one()
            if found.user_id != session.get("user"):
                abort(403)
            values = {
                "attempt_id": found.id,
                "position": int(request.form["position"]),
                "chosen": int(request.form["choice"]),
            }
            connection.execute(SAVE, values)
        return Response(FRAGMENT)

    return app
