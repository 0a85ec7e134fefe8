"""what a policy review needs: line, insured, beneficiary, account; tags; contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policy", sa.Column("line", sa.Text(), nullable=True))
    op.add_column(
        "policy", sa.Column("insured", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("policy", sa.Column("beneficiary", sa.Text(), nullable=True))
    op.add_column("policy", sa.Column("account", sa.Text(), nullable=True))
    op.add_column("policy", sa.Column("to_collect", sa.Numeric(14, 2), nullable=True))
    op.create_table(
        "client_tag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_tag_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_tag")),
        sa.UniqueConstraint("client_id", "tag", name=op.f("uq_client_tag_client_id_tag")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_contact_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_client_id_at", "contact", ["client_id", "at"])
    op.create_index(op.f("ix_contact_person_id"), "contact", ["person_id"])


def downgrade() -> None:
    op.drop_table("contact")
    op.drop_table("client_tag")
    for column in ("to_collect", "account", "beneficiary", "insured", "line"):
        op.drop_column("policy", column)
