"""News and reference material as articles with pictures

What was withdrawn stays withdrawn, what everybody could read is not removed, and notes of corrections only grow.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CHECKS = {
    "published_unless_draft": "(state = 'draft') = (published_at IS NULL)",
    "published_by_somebody": "(published_at IS NULL) = (published_by_id IS NULL)",
    "withdrawn_at_a_moment": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
    "withdrawn_with_a_reason": "(state = 'withdrawn') = (reason <> '')",
}
_STAYS = "what was published stays on record"
#: By trigger: its table and act, and when it refuses.
_TRIGGERS = {
    "core_article_withdrawn": ("core_article", "UPDATE", "OLD.state = 'withdrawn'"),
    "core_article_kept": ("core_article", "DELETE", "OLD.state <> 'draft'"),
    "core_article_correction_kept": ("core_article_correction", "UPDATE", "1 = 1"),
    "core_article_correction_there": ("core_article_correction", "DELETE", "1 = 1"),
}


def upgrade() -> None:
    """Create the tables and what guards them."""
    _create_pictures()
    _create_articles()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, act, refused) in _TRIGGERS.items():
        if on_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {refused} "
                f"BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
            )
            continue
        raised = f"RAISE EXCEPTION '{_STAYS}' USING ERRCODE = 'restrict_violation';"
        body = f"IF {refused} THEN {raised} END IF; RETURN {'OLD' if act == 'DELETE' else 'NEW'};"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _create_pictures() -> None:
    op.create_table(
        "core_picture",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("added_by_id", _KEY, nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("alt <> ''", name=op.f("ck_core_picture_said_in_words")),
        *_foreign("core_picture", campaign_id="campaign", added_by_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_picture")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_core_picture_campaign_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "core_picture_file",
        sa.Column("picture_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("width", _KEY, autoincrement=False, nullable=False),
        sa.Column("height", _KEY, nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_core_picture_file_has_a_size")),
        *_foreign("core_picture_file", picture_id="picture", file_id="file"),
        sa.PrimaryKeyConstraint("picture_id", "width", name=op.f("pk_core_picture_file")),
    )
    op.create_index(op.f("ix_core_picture_file_file_id"), "core_picture_file", ["file_id"])


def _create_articles() -> None:
    op.create_table(
        "core_article",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("kind", _choice("articlekind", "news", "reference"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("position", _KEY, nullable=False),
        sa.Column("state", _choice("articlestate", "draft", "published", "withdrawn"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by_id", _KEY, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by_id", _KEY, nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_core_article_{name}")) for name, text in _CHECKS.items()),
        *_foreign("core_article", campaign_id="campaign", created_by_id="user", published_by_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_article")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_core_article_campaign_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_core_article_public", "core_article", ["campaign_id", "state", "published_at"])
    op.create_table(
        "core_article_correction",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_core_article_correction_says_what")),
        *_foreign("core_article_correction", article_id="article", by_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_article_correction")),
    )
    op.create_index(op.f("ix_core_article_correction_article_id"), "core_article_correction", ["article_id"])
    for other in ("picture", "document"):
        table = f"core_article_{other}"
        op.create_table(
            table,
            sa.Column("article_id", _KEY, autoincrement=False, nullable=False),
            sa.Column(f"{other}_id", _KEY, autoincrement=False, nullable=False),
            *_foreign(table, **{"article_id": "article", f"{other}_id": other}),
            sa.PrimaryKeyConstraint("article_id", f"{other}_id", name=op.f(f"pk_{table}")),
        )
    op.create_index(op.f("ix_core_article_picture_picture_id"), "core_article_picture", ["picture_id"])


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        for name in _TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in _TRIGGERS:
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in (
        "core_article_document",
        "core_article_picture",
        "core_article_correction",
        "core_article",
        "core_picture_file",
        "core_picture",
    ):
        op.drop_table(table)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def _foreign(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"core_{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]
