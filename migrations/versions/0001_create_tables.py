"""Create the tables of the first slice."""

import sqlalchemy as sa
from alembic import op

POINTS = sa.Numeric(14, 4).with_variant(sa.String(20), "sqlite")


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "criteria_sets",
        sa.Column("family", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('official', 'illustrative')", name=op.f("ck_criteria_sets_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_sets")),
        sa.UniqueConstraint("family", "edition", name=op.f("uq_criteria_sets_family_edition")),
        sa.UniqueConstraint("sha256", name=op.f("uq_criteria_sets_sha256")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_address_at", "sign_ins", ["address", "at"], unique=False)
    op.create_index("ix_sign_ins_email_at", "sign_ins", ["email", "at"], unique=False)

    op.create_table(
        "units",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_units_validity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
    )
    op.create_table(
        "periods",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("criteria_set_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("ranking_is_public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "phase IN ('preparing', 'self_scoring', 'review', 'explanation', 'council', 'published', 'archived')",
            name=op.f("ck_periods_phase"),
        ),
        sa.ForeignKeyConstraint(
            ["criteria_set_id"], ["criteria_sets.id"], name=op.f("fk_periods_criteria_set_id_criteria_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
        sa.UniqueConstraint("code", name=op.f("uq_periods_code")),
    )
    op.create_table(
        "users",
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("home_unit_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("activation_sha256", sa.String(length=64), nullable=True),
        sa.Column("activation_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sign_out_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role IN ('unit_officer', 'unit_director', 'cluster_leader')) = (unit_id IS NOT NULL)",
            name=op.f("ck_users_unit"),
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'department', 'reviewer', 'unit_officer', 'unit_director',"
            " 'cluster_leader', 'leader', 'auditor')",
            name=op.f("ck_users_role"),
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.ForeignKeyConstraint(["home_unit_id"], ["units.id"], name=op.f("fk_users_home_unit_id_units")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_users_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("activation_sha256", name=op.f("uq_users_activation_sha256")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "awards",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("quota_percent", sa.Integer(), nullable=True),
        sa.Column("minimum_grade", sa.String(length=100), nullable=True),
        sa.Column("shuts_out", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("merit", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('title', 'form')", name=op.f("ck_awards_kind")),
        sa.CheckConstraint("scope IN ('cluster', 'nationwide')", name=op.f("ck_awards_scope")),
        sa.CheckConstraint("(quota IS NULL) <> (quota_percent IS NULL)", name=op.f("ck_awards_quota")),
        sa.CheckConstraint("quota IS NULL OR quota > 0", name=op.f("ck_awards_quota_positive")),
        sa.CheckConstraint("quota_percent IS NULL OR quota_percent BETWEEN 1 AND 100", name=op.f("ck_awards_percent")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_awards_period_id_periods")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("period_id", "code", name=op.f("uq_awards_period_id_code")),
    )
    op.create_table(
        "clusters",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("is_inferred", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_clusters_number")),
        sa.ForeignKeyConstraint(["deputy_id"], ["units.id"], name=op.f("fk_clusters_deputy_id_units")),
        sa.ForeignKeyConstraint(["leader_id"], ["units.id"], name=op.f("fk_clusters_leader_id_units")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_clusters_period_id_periods")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.UniqueConstraint("period_id", "number", name=op.f("uq_clusters_period_id_number")),
    )
    op.create_table(
        "conflicts",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_conflicts_unit_id_units")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_conflicts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
        sa.UniqueConstraint("user_id", "unit_id", name=op.f("uq_conflicts_user_id_unit_id")),
    )
    op.create_table(
        "councils",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("method IN ('single', 'mean', 'median', 'trimmed')", name=op.f("ck_councils_method")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_councils_period_id_periods")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_councils")),
        sa.UniqueConstraint("period_id", "name", name=op.f("uq_councils_period_id_name")),
    )
    op.create_table(
        "extensions",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "phase IN ('preparing', 'self_scoring', 'review', 'explanation', 'council', 'published', 'archived')",
            name=op.f("ck_extensions_phase"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_extensions_reason")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["users.id"], name=op.f("fk_extensions_granted_by_id_users")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_extensions_period_id_periods")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_extensions_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_table(
        "history",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_history_actor_id_users")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_history_period_id_periods")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_history_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index("ix_history_at", "history", ["at"], unique=False)
    op.create_index("ix_history_thing", "history", ["thing", "thing_id"], unique=False)
    op.create_index("ix_history_unit_id", "history", ["unit_id"], unique=False)

    op.create_table(
        "phase_windows",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "phase IN ('preparing', 'self_scoring', 'review', 'explanation', 'council', 'published', 'archived')",
            name=op.f("ck_phase_windows_phase"),
        ),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_phase_windows_order")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_phase_windows_period_id_periods")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_windows")),
        sa.UniqueConstraint("period_id", "phase", name=op.f("uq_phase_windows_period_id_phase")),
    )
    op.create_table(
        "results",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_by_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_results_period_id_periods")),
        sa.ForeignKeyConstraint(["sealed_by_id"], ["users.id"], name=op.f("fk_results_sealed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("period_id", name=op.f("uq_results_period_id")),
    )
    op.create_table(
        "council_clusters",
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_council_clusters_cluster_id_clusters")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_council_clusters_council_id_councils")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_clusters")),
        sa.UniqueConstraint("council_id", "cluster_id", name=op.f("uq_council_clusters_council_id_cluster_id")),
    )
    op.create_table(
        "decisions",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("signer", sa.String(length=120), nullable=False),
        sa.Column("signer_title", sa.String(length=120), nullable=False),
        sa.Column("vote_note", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_decisions_award_id_awards")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_decisions_made_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("award_id", name=op.f("uq_decisions_award_id")),
    )
    op.create_table(
        "seats",
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('chair', 'member')", name=op.f("ck_seats_role")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_seats_council_id_councils")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_seats_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint("council_id", "user_id", name=op.f("uq_seats_council_id_user_id")),
    )
    op.create_index(
        "uq_seats_chair",
        "seats",
        ["council_id"],
        unique=True,
        postgresql_where=sa.text("role = 'chair'"),
        sqlite_where=sa.text("role = 'chair'"),
    )

    op.create_table(
        "sheets",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=120), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("submission_sha256", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'signing') OR (submitted_at IS NOT NULL AND signed_by_id IS NOT NULL"
            " AND submission_sha256 IS NOT NULL)",
            name=op.f("ck_sheets_submitted"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'signing', 'submitted', 'returned') OR received_at IS NOT NULL",
            name=op.f("ck_sheets_received"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'signing', 'submitted', 'returned', 'received', 'reviewed', 'explaining', 'final')",
            name=op.f("ck_sheets_state"),
        ),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_sheets_cluster_id_clusters")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_sheets_period_id_periods")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_sheets_signed_by_id_users")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_sheets_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheets")),
        sa.UniqueConstraint("period_id", "unit_id", name=op.f("uq_sheets_period_id_unit_id")),
    )
    op.create_table(
        "evidence",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("document_number", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_size")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_evidence_sheet_id_sheets")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_evidence_uploaded_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("sheet_id", "sha256", name=op.f("uq_evidence_sheet_id_sha256")),
    )
    op.create_table(
        "certificates",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("register_number", sa.String(length=40), nullable=False),
        sa.Column("check_code", sa.String(length=9), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=False),
        sa.Column("print_count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name=op.f("ck_certificates_revoked")),
        sa.CheckConstraint("status = 'valid' OR revoke_reason <> ''", name=op.f("ck_certificates_reason")),
        sa.CheckConstraint("status IN ('valid', 'revoked')", name=op.f("ck_certificates_status")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_certificates_decision_id_decisions")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_certificates_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("check_code", name=op.f("uq_certificates_check_code")),
        sa.UniqueConstraint("decision_id", "unit_id", name=op.f("uq_certificates_decision_id_unit_id")),
    )
    op.create_table(
        "entries",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_entries_sheet_id_sheets")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["users.id"], name=op.f("fk_entries_updated_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("sheet_id", "code", name=op.f("uq_entries_sheet_id_code")),
    )
    op.create_table(
        "exclusions",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_exclusions_note")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_exclusions_decided_by_id_users")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_exclusions_sheet_id_sheets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
    )
    op.create_table(
        "explanations",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('keep', 'change')", name=op.f("ck_explanations_outcome")),
        sa.CheckConstraint("outcome IS NULL OR answer <> ''", name=op.f("ck_explanations_answer")),
        sa.CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name=op.f("ck_explanations_answered")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_explanations_answered_by_id_users")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_explanations_made_by_id_users")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_explanations_sheet_id_sheets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanations")),
        sa.UniqueConstraint("sheet_id", "code", name=op.f("uq_explanations_sheet_id_code")),
    )
    op.create_table(
        "marks",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("points", POINTS, nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("not_applicable = (points IS NULL)", name=op.f("ck_marks_points")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_marks_council_id_councils")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_marks_sheet_id_sheets")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_marks_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index("ix_marks_sheet_code", "marks", ["sheet_id", "code"], unique=False)

    op.create_table(
        "returned_lines",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("returned_by_id", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_returned_lines_reason")),
        sa.ForeignKeyConstraint(["returned_by_id"], ["users.id"], name=op.f("fk_returned_lines_returned_by_id_users")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_returned_lines_sheet_id_sheets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_lines")),
    )
    op.create_table(
        "reviews",
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_reviews_council_id_councils")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_reviews_sheet_id_sheets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("council_id", "sheet_id", name=op.f("uq_reviews_council_id_sheet_id")),
    )
    op.create_table(
        "verdicts",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("points", POINTS, nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("round IN ('review', 'explanation')", name=op.f("ck_verdicts_round")),
        sa.CheckConstraint("not_applicable = (points IS NULL)", name=op.f("ck_verdicts_points")),
        sa.ForeignKeyConstraint(["council_id"], ["councils.id"], name=op.f("fk_verdicts_council_id_councils")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_verdicts_decided_by_id_users")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_verdicts_sheet_id_sheets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("sheet_id", "code", "round", name=op.f("uq_verdicts_sheet_id_code_round")),
    )
    op.create_table(
        "citations",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_citations_entry_id_entries")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_citations_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citations")),
        sa.UniqueConstraint("entry_id", "evidence_id", name=op.f("uq_citations_entry_id_evidence_id")),
    )
    op.create_table(
        "completions",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_completions_review_id_reviews")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_completions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completions")),
        sa.UniqueConstraint("review_id", "user_id", name=op.f("uq_completions_review_id_user_id")),
    )


def downgrade() -> None:
    op.drop_table("completions")
    op.drop_table("citations")
    op.drop_table("verdicts")
    op.drop_table("reviews")
    op.drop_table("returned_lines")
    op.drop_index("ix_marks_sheet_code", table_name="marks")

    op.drop_table("marks")
    op.drop_table("explanations")
    op.drop_table("exclusions")
    op.drop_table("entries")
    op.drop_table("certificates")
    op.drop_table("evidence")
    op.drop_table("sheets")
    op.drop_index("uq_seats_chair", table_name="seats")

    op.drop_table("seats")
    op.drop_table("decisions")
    op.drop_table("council_clusters")
    op.drop_table("results")
    op.drop_table("phase_windows")
    op.drop_index("ix_history_unit_id", table_name="history")
    op.drop_index("ix_history_thing", table_name="history")
    op.drop_index("ix_history_at", table_name="history")

    op.drop_table("history")
    op.drop_table("extensions")
    op.drop_table("councils")
    op.drop_table("conflicts")
    op.drop_table("clusters")
    op.drop_table("awards")
    op.drop_table("users")
    op.drop_table("periods")
    op.drop_table("units")
    op.drop_index("ix_sign_ins_email_at", table_name="sign_ins")
    op.drop_index("ix_sign_ins_address_at", table_name="sign_ins")

    op.drop_table("sign_ins")
    op.drop_table("criteria_sets")
