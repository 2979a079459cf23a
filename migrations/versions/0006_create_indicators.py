"""Create the figures that the ministry holds; mark what was filled in or taken over and not confirmed yet."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("entries") as batch:
        batch.add_column(sa.Column("taken_from", sa.String(length=20), nullable=True))
        batch.alter_column("updated_by_id", existing_type=sa.Integer(), nullable=True)  # figures from the command line
        batch.create_check_constraint(op.f("ck_entries_taken_from"), "taken_from IN ('last_year', 'ministry')")
    with op.batch_alter_table("citations") as batch:
        batch.add_column(sa.Column("is_unconfirmed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("citations") as batch:
        batch.alter_column("is_unconfirmed", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "indicators",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("loaded_by_id", sa.Integer(), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_indicators_period_id_periods")),
        sa.ForeignKeyConstraint(["loaded_by_id"], ["users.id"], name=op.f("fk_indicators_loaded_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicators")),
        sa.UniqueConstraint("period_id", "code", name=op.f("uq_indicators_period_id_code")),
    )
    op.create_table(
        "indicator_values",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("stance", sa.String(length=20), nullable=False),
        sa.Column("own_value", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("stance IN ('offered', 'confirmed', 'disputed')", name=op.f("ck_indicator_values_stance")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_indicator_values_source")),
        sa.CheckConstraint("(stance = 'disputed') = (reason <> '')", name=op.f("ck_indicator_values_reason")),
        sa.CheckConstraint("(stance = 'offered') = (said_at IS NULL)", name=op.f("ck_indicator_values_said")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicators.id"], name=op.f("fk_indicator_values_indicator_id_indicators")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_indicator_values_unit_id_units")),
        sa.ForeignKeyConstraint(["said_by_id"], ["users.id"], name=op.f("fk_indicator_values_said_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_values")),
        sa.UniqueConstraint("indicator_id", "unit_id", name=op.f("uq_indicator_values_indicator_id_unit_id")),
    )
    op.create_index("ix_indicator_values_unit_id", "indicator_values", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("indicator_values")
    op.drop_table("indicators")
    with op.batch_alter_table("citations") as batch:
        batch.drop_column("is_unconfirmed")
    op.execute("UPDATE entries SET updated_by_id = (SELECT MIN(id) FROM users) WHERE updated_by_id IS NULL")
    with op.batch_alter_table("entries") as batch:
        batch.alter_column("updated_by_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("ck_entries_taken_from"), type_="check")
        batch.drop_column("taken_from")
