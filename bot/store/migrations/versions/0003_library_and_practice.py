"""what an office adds to the library; practice rounds, turns, cards and habits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "addition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_addition_author_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addition")),
    )
    op.create_index(op.f("ix_addition_author_id"), "addition", ["author_id"], unique=False)
    op.create_table(
        "answer_vote",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_answer_vote_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "answer_id", name=op.f("pk_answer_vote")),
    )
    op.create_index(op.f("ix_answer_vote_answer_id"), "answer_vote", ["answer_id"], unique=False)
    op.create_table(
        "drill_card",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column(
            "card", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_drill_card_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "intent", name=op.f("pk_drill_card")),
    )
    op.create_index(
        "ix_drill_card_person_id_due_at", "drill_card", ["person_id", "due_at"], unique=False
    )
    op.create_table(
        "drill_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_drill_source_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_drill_source_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_source")),
    )
    op.create_index(op.f("ix_drill_source_by_id"), "drill_source", ["by_id"], unique=False)
    op.create_index(op.f("ix_drill_source_person_id"), "drill_source", ["person_id"], unique=False)
    op.create_table(
        "practice_habit",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("ranked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at_once", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_practice_habit_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_practice_habit")),
    )
    op.create_table(
        "practice_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("persona", sa.Text(), nullable=False),
        sa.Column(
            "state", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("comment_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_by"],
            ["person.id"],
            name=op.f("fk_practice_round_comment_by"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_practice_round_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_round")),
    )
    op.create_index(
        op.f("ix_practice_round_comment_by"), "practice_round", ["comment_by"], unique=False
    )
    op.create_index(
        "ix_practice_round_person_id_started_at",
        "practice_round",
        ["person_id", "started_at"],
        unique=False,
    )
    op.create_index(
        "uq_practice_round_open",
        "practice_round",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "unheard",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_unheard_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unheard")),
    )
    op.create_index(
        "ix_unheard_open",
        "unheard",
        ["id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(op.f("ix_unheard_person_id"), "unheard", ["person_id"], unique=False)
    op.create_table(
        "practice_turn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("score", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "parts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["practice_round.id"],
            name=op.f("fk_practice_turn_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_turn")),
    )
    op.create_index(op.f("ix_practice_turn_round_id"), "practice_turn", ["round_id"], unique=False)
    op.create_table(
        "signing_item",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_signing_item_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", "item", name=op.f("pk_signing_item")),
    )


def downgrade() -> None:
    op.drop_table("signing_item")
    op.drop_index(op.f("ix_practice_turn_round_id"), table_name="practice_turn")
    op.drop_table("practice_turn")
    op.drop_index(op.f("ix_unheard_person_id"), table_name="unheard")
    op.drop_index(
        "ix_unheard_open", table_name="unheard", postgresql_where=sa.text("settled_at IS NULL")
    )
    op.drop_table("unheard")
    op.drop_index(
        "uq_practice_round_open",
        table_name="practice_round",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_practice_round_person_id_started_at", table_name="practice_round")
    op.drop_index(op.f("ix_practice_round_comment_by"), table_name="practice_round")
    op.drop_table("practice_round")
    op.drop_table("practice_habit")
    op.drop_index(op.f("ix_drill_source_person_id"), table_name="drill_source")
    op.drop_index(op.f("ix_drill_source_by_id"), table_name="drill_source")
    op.drop_table("drill_source")
    op.drop_index("ix_drill_card_person_id_due_at", table_name="drill_card")
    op.drop_table("drill_card")
    op.drop_index(op.f("ix_answer_vote_answer_id"), table_name="answer_vote")
    op.drop_table("answer_vote")
    op.drop_index(op.f("ix_addition_author_id"), table_name="addition")
    op.drop_table("addition")
