"""what a client adds to a rating"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("survey", sa.Column("comment_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("survey", "comment_sealed")
