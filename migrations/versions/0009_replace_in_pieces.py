"""Let an upload in pieces be the newer file of an evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEW_CHECKS = {
    "seen": "(replaces_id IS NULL) = (seen_version IS NULL)",
    "cites_or_replaces": "replaces_id IS NULL OR code = ''",
    "replaced": "replaces_id IS NULL OR evidence_id IS NULL OR evidence_id = replaces_id",
}


def upgrade() -> None:
    with op.batch_alter_table("uploads") as batch:
        batch.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("seen_version", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_uploads_replaces_id_evidence"), "evidence", ["replaces_id"], ["id"])
        for name, condition in NEW_CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_uploads_{name}"), condition)


def downgrade() -> None:
    op.execute("DELETE FROM uploads WHERE replaces_id IS NOT NULL")  # else they would become documents of their own
    with op.batch_alter_table("uploads") as batch:
        for name in NEW_CHECKS:
            batch.drop_constraint(op.f(f"ck_uploads_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_uploads_replaces_id_evidence"), type_="foreignkey")
        batch.drop_column("seen_version")
        batch.drop_column("replaces_id")
