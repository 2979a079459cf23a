"""Create reminders; keep with a submission when it first came and until when it was due."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sheets", sa.Column("first_submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sheets", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "reminders",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_reminders_sent")),
        sa.CheckConstraint("state IN ('sending', 'sent', 'failed')", name=op.f("ck_reminders_state")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_reminders_period_id_periods")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reminders_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("period_id", "user_id", "day", name=op.f("uq_reminders_period_id_user_id_day")),
    )


def downgrade() -> None:
    op.drop_table("reminders")
    op.drop_column("sheets", "due_at")
    op.drop_column("sheets", "first_submitted_at")
