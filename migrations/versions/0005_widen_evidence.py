"""Let an evidence be a link, keep its older files, take large files in pieces, remember what was taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEW_CHECKS = {
    "file_or_link": "(url IS NULL) = (sha256 IS NOT NULL)",
    "file": "(sha256 IS NULL) = (size IS NULL)",
    "confirmed": "taken_from_id IS NOT NULL OR confirmed_at IS NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("evidence") as batch:
        batch.add_column(sa.Column("url", sa.String(length=1000), nullable=True))
        batch.add_column(sa.Column("taken_from_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch.alter_column("size", existing_type=sa.Integer(), type_=sa.BigInteger(), nullable=True)
        batch.alter_column("sha256", existing_type=sa.String(length=64), nullable=True)
        batch.create_foreign_key(op.f("fk_evidence_taken_from_id_evidence"), "evidence", ["taken_from_id"], ["id"])
        for name, condition in NEW_CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_evidence_{name}"), condition)
    op.create_table(
        "evidence_revisions",
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_revisions_size")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_revisions_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["users.id"], name=op.f("fk_evidence_revisions_uploaded_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["users.id"], name=op.f("fk_evidence_revisions_replaced_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_revisions")),
        sa.UniqueConstraint("evidence_id", "number", name=op.f("uq_evidence_revisions_evidence_id_number")),
    )
    op.create_table(
        "uploads",
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0 AND received >= 0 AND received <= size", name=op.f("ck_uploads_received")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_uploads_sheet_id_sheets")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id_users")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_uploads_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("token", name=op.f("uq_uploads_token")),
    )


def downgrade() -> None:
    op.drop_table("uploads")
    op.drop_table("evidence_revisions")
    # a link has no place in the older table
    op.execute("DELETE FROM citations WHERE evidence_id IN (SELECT id FROM evidence WHERE url IS NOT NULL)")
    op.execute("UPDATE evidence SET taken_from_id = NULL, confirmed_at = NULL")
    op.execute("DELETE FROM evidence WHERE url IS NOT NULL")
    with op.batch_alter_table("evidence") as batch:
        for name in NEW_CHECKS:
            batch.drop_constraint(op.f(f"ck_evidence_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_evidence_taken_from_id_evidence"), type_="foreignkey")
        batch.alter_column("sha256", existing_type=sa.String(length=64), nullable=False)
        batch.alter_column("size", existing_type=sa.BigInteger(), type_=sa.Integer(), nullable=False)
        for column in ("confirmed_at", "taken_from_id", "url"):
            batch.drop_column(column)
