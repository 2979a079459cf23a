"""Keep with a unit the cluster, role and tags that its next period begins with: those of its newest one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEWEST = (
    "SELECT {what} FROM sheets JOIN clusters ON clusters.id = sheets.cluster_id"
    " JOIN periods ON periods.id = sheets.period_id WHERE sheets.unit_id = units.id ORDER BY periods.code DESC LIMIT 1"
)
ROLE = "CASE units.id WHEN clusters.leader_id THEN 'leader' WHEN clusters.deputy_id THEN 'deputy' END"


def upgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("cluster", sa.String(length=100), nullable=True))
        batch.add_column(sa.Column("cluster_role", sa.String(length=10), nullable=True))
        batch.add_column(sa.Column("tags", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("is_illustrative", sa.Boolean(), nullable=True))
    told = {"cluster": "clusters.name", "cluster_role": ROLE, "tags": "sheets.tags"}
    for column, what in {**told, "is_illustrative": "clusters.is_inferred"}.items():
        op.execute(f"UPDATE units SET {column} = ({NEWEST.format(what=what)})")  # noqa: S608  # names of ours
    op.execute("UPDATE units SET tags = '[]', is_illustrative = false WHERE cluster IS NULL")
    with op.batch_alter_table("units") as batch:
        batch.alter_column("tags", existing_type=sa.JSON(), nullable=False)
        batch.alter_column("is_illustrative", existing_type=sa.Boolean(), nullable=False)
        batch.create_check_constraint(op.f("ck_units_cluster_role"), "cluster_role IN ('leader', 'deputy')")


def downgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.drop_constraint(op.f("ck_units_cluster_role"), type_="check")
        for column in ("is_illustrative", "tags", "cluster_role", "cluster"):
            batch.drop_column(column)
