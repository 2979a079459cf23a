"""Guard what must never change: published criteria sets, marks, results, history."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# table -> condition on the old row under which it is frozen
FROZEN = {
    "criteria_sets": "OLD.published_at IS NOT NULL",
    "marks": "1 = 1",
    "results": "1 = 1",
    "history": "1 = 1",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, condition in FROZEN.items():
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER frozen_{table}_{verb.lower()} BEFORE {verb} ON {table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, 'frozen: {table}'); END"
                )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'frozen: %', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$"
        )
        for table, condition in FROZEN.items():
            op.execute(
                f"CREATE TRIGGER frozen_{table} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
                f"WHEN ({condition}) EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in FROZEN:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER frozen_{table}_{verb}")
    else:
        for table in FROZEN:
            op.execute(f"DROP TRIGGER frozen_{table} ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
