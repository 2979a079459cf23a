"""Let only `retired_at` of a published set change, close the ways around the guards, and guard changes of drafts.

Around a trigger for each row lead TRUNCATE (PostgreSQL) and INSERT OR REPLACE (SQLite, where the row that makes room
is deleted without any trigger).
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FROZEN = ("criteria_sets", "marks", "results", "history", "draft_changes")
# table -> which rows an INSERT OR REPLACE of a new one would delete, of those that are frozen
REPLACED = {
    "criteria_sets": "published_at IS NOT NULL AND (id = NEW.id OR sha256 = NEW.sha256 "
    "OR (family = NEW.family AND edition = NEW.edition))",
    "marks": "id = NEW.id",
    "results": "id = NEW.id OR period_id = NEW.period_id",
    "history": "id = NEW.id",
    "draft_changes": "id = NEW.id OR (draft_id = NEW.draft_id AND number = NEW.number)",
}
COLUMNS = ("id", "family", "edition", "title", "status", "body", "sha256", "published_at")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in COLUMNS)
        op.execute("DROP TRIGGER frozen_criteria_sets_update")
        op.execute(
            "CREATE TRIGGER frozen_criteria_sets_update BEFORE UPDATE ON criteria_sets "
            f"WHEN OLD.published_at IS NOT NULL AND NOT ({same}) "
            "BEGIN SELECT RAISE(ABORT, 'frozen: criteria_sets'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER frozen_draft_changes_{verb.lower()} BEFORE {verb} ON draft_changes "
                "BEGIN SELECT RAISE(ABORT, 'frozen: draft_changes'); END"
            )
        for table, clash in REPLACED.items():
            frozen = f"SELECT 1 FROM {table} WHERE {clash}"  # noqa: S608  # names of ours
            op.execute(
                f"CREATE TRIGGER frozen_{table}_replace BEFORE INSERT ON {table} WHEN EXISTS ({frozen}) "
                f"BEGIN SELECT RAISE(ABORT, 'frozen: {table}'); END"
            )
    else:
        same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in COLUMNS)
        op.execute("DROP TRIGGER frozen_criteria_sets ON criteria_sets")
        op.execute(
            "CREATE TRIGGER frozen_criteria_sets BEFORE UPDATE ON criteria_sets FOR EACH ROW "
            f"WHEN (OLD.published_at IS NOT NULL AND NOT ({same})) EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE TRIGGER frozen_criteria_sets_delete BEFORE DELETE ON criteria_sets FOR EACH ROW "
            "WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE TRIGGER frozen_draft_changes BEFORE UPDATE OR DELETE ON draft_changes "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        for table in FROZEN:
            op.execute(
                f"CREATE TRIGGER frozen_{table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in FROZEN:
            op.execute(f"DROP TRIGGER frozen_{table}_replace")
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER frozen_draft_changes_{verb}")
        op.execute("DROP TRIGGER frozen_criteria_sets_update")
        op.execute(
            "CREATE TRIGGER frozen_criteria_sets_update BEFORE UPDATE ON criteria_sets "
            "WHEN OLD.published_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'frozen: criteria_sets'); END"
        )
    else:
        for table in FROZEN:
            op.execute(f"DROP TRIGGER frozen_{table}_truncate ON {table}")
        op.execute("DROP TRIGGER frozen_draft_changes ON draft_changes")
        for name in ("frozen_criteria_sets", "frozen_criteria_sets_delete"):
            op.execute(f"DROP TRIGGER {name} ON criteria_sets")
        op.execute(
            "CREATE TRIGGER frozen_criteria_sets BEFORE UPDATE OR DELETE ON criteria_sets FOR EACH ROW "
            "WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )
