"""Create drafts of criteria sets with their nodes, changes and comments; let a published set retire."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("criteria_sets", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "drafts",
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("published_set_id", sa.Integer(), nullable=True),
        sa.Column("consultation_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_key", sa.Integer(), nullable=False),
        sa.Column("change_number", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('writing', 'consultation', 'published', 'dropped')", name=op.f("ck_drafts_state")
        ),
        sa.CheckConstraint("(state = 'published') = (published_set_id IS NOT NULL)", name=op.f("ck_drafts_published")),
        sa.CheckConstraint(
            "state <> 'consultation' OR consultation_until IS NOT NULL", name=op.f("ck_drafts_consultation")
        ),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["criteria_sets.id"], name=op.f("fk_drafts_based_on_id_criteria_sets")
        ),
        sa.ForeignKeyConstraint(
            ["published_set_id"], ["criteria_sets.id"], name=op.f("fk_drafts_published_set_id_criteria_sets")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_drafts_made_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("published_set_id", name=op.f("uq_drafts_published_set_id")),
    )
    op.create_table(
        "draft_nodes",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("root", sa.String(length=20), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('head', 'section', 'criterion', 'ground')", name=op.f("ck_draft_nodes_kind")),
        sa.CheckConstraint("root IN ('core', 'bonus', 'deductions', 'exclusions')", name=op.f("ck_draft_nodes_root")),
        sa.CheckConstraint("(kind = 'head') = (key = 0)", name=op.f("ck_draft_nodes_head")),
        sa.CheckConstraint("parent IS NULL OR root = 'core'", name=op.f("ck_draft_nodes_parent")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_draft_nodes_draft_id_drafts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_nodes")),
        sa.UniqueConstraint("draft_id", "key", name=op.f("uq_draft_nodes_draft_id_key")),
    )
    op.create_table(
        "draft_changes",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("node_key", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("nodes", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_draft_changes_draft_id_drafts")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_draft_changes_actor_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_changes")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_draft_changes_draft_id_number")),
    )
    op.create_index("ix_draft_changes_actor_id", "draft_changes", ["actor_id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("node_key", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('adopted', 'answered')", name=op.f("ck_comments_outcome")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_comments_text")),
        sa.CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name=op.f("ck_comments_answered")),
        sa.CheckConstraint("outcome IS NULL OR outcome = 'adopted' OR answer <> ''", name=op.f("ck_comments_answer")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_comments_draft_id_drafts")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_comments_user_id_users")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_comments_answered_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index("ix_comments_draft_id", "comments", ["draft_id"], unique=False)


def downgrade() -> None:
    for table in ("comments", "draft_changes", "draft_nodes", "drafts"):
        op.drop_table(table)
    op.drop_column("criteria_sets", "retired_at")
