"""planning by client: leads, family, benefits, handovers; how agents want touches; carried touches"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A change of facts sets ``plan_on`` back, so that the client is planned again whoever changed what.
# The row is written even when it stands there already: a planning under way then waits or is waited
# for, and cannot overwrite the mark of a change that it did not see.
_TRIGGERS = """
CREATE FUNCTION plan_client_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agent_id, NEW.name, NEW.birth_on, NEW.birth_lunar, NEW.timezone, NEW.marketing_ok,
      NEW.deceased, NEW.stage, NEW.stage_since_on, NEW.grade)
     IS DISTINCT FROM
     (OLD.agent_id, OLD.name, OLD.birth_on, OLD.birth_lunar, OLD.timezone, OLD.marketing_ok,
      OLD.deceased, OLD.stage, OLD.stage_since_on, OLD.grade) THEN
    NEW.plan_on := '0001-01-01';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plan_again BEFORE UPDATE ON client
  FOR EACH ROW EXECUTE FUNCTION plan_client_again();

CREATE FUNCTION plan_its_client_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE client SET plan_on = '0001-01-01' WHERE id = OLD.client_id;
  END IF;
  IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.client_id <> OLD.client_id) THEN
    UPDATE client SET plan_on = '0001-01-01' WHERE id = NEW.client_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER plan_again AFTER INSERT OR UPDATE OR DELETE ON policy
  FOR EACH ROW EXECUTE FUNCTION plan_its_client_again();
CREATE TRIGGER plan_again AFTER INSERT OR UPDATE OR DELETE ON family_member
  FOR EACH ROW EXECUTE FUNCTION plan_its_client_again();
CREATE TRIGGER plan_again AFTER INSERT OR UPDATE OR DELETE ON handover
  FOR EACH ROW EXECUTE FUNCTION plan_its_client_again();
CREATE TRIGGER plan_again AFTER INSERT OR UPDATE OR DELETE ON contact
  FOR EACH ROW EXECUTE FUNCTION plan_its_client_again();

CREATE FUNCTION plan_its_policys_client_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE client SET plan_on = '0001-01-01' WHERE id = (
    SELECT client_id FROM policy
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.policy_id ELSE NEW.policy_id END);
  RETURN NULL;
END $$;
CREATE TRIGGER plan_again AFTER INSERT OR UPDATE OR DELETE ON claim
  FOR EACH ROW EXECUTE FUNCTION plan_its_policys_client_again();
CREATE TRIGGER plan_again AFTER INSERT OR UPDATE OR DELETE ON benefit
  FOR EACH ROW EXECUTE FUNCTION plan_its_policys_client_again();

CREATE FUNCTION plan_agents_clients_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE client SET plan_on = '0001-01-01' WHERE agent_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER plan_again AFTER UPDATE OF timezone, role, active ON person
  FOR EACH ROW WHEN ((NEW.timezone, NEW.role, NEW.active)
                     IS DISTINCT FROM (OLD.timezone, OLD.role, OLD.active))
  EXECUTE FUNCTION plan_agents_clients_again();
"""
_TABLES = ("client", "policy", "family_member", "handover", "contact", "claim", "benefit", "person")
_FUNCTIONS = (
    "plan_client_again",
    "plan_its_client_again",
    "plan_its_policys_client_again",
    "plan_agents_clients_again",
)


def _ref(column: str, target: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def upgrade() -> None:
    for column in (
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("stage_since_on", sa.Date(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("plan_on", sa.Date(), server_default=sa.text("'0001-01-01'"), nullable=False),
    ):
        op.add_column("client", column)
    op.create_index(op.f("ix_client_plan_on"), "client", ["plan_on"])
    op.add_column("policy", sa.Column("delivered_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_policy_unpaid",
        "policy",
        ["next_due_on"],
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "family_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("birth_lunar", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _ref("client_id", "client.id", "family_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_member")),
    )
    op.create_index(op.f("ix_family_member_client_id"), "family_member", ["client_id"])
    op.create_table(
        "benefit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=True),
        _ref("policy_id", "policy.id", "benefit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
        sa.UniqueConstraint(
            "policy_id", "kind", "due_on", name=op.f("uq_benefit_policy_id_kind_due_on")
        ),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        _ref("client_id", "client.id", "handover"),
        _ref("from_id", "person.id", "handover"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_from_id"), "handover", ["from_id"])
    op.create_index("ix_handover_client_id_assigned_on", "handover", ["client_id", "assigned_on"])
    op.create_table(
        "touch_mode",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        _ref("person_id", "person.id", "touch_mode"),
        sa.PrimaryKeyConstraint("person_id", "cadence", name=op.f("pk_touch_mode")),
    )
    op.create_table(
        "morning_list",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        _ref("person_id", "person.id", "morning_list"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_morning_list")),
    )
    op.alter_column("touch", "client_id", nullable=False)
    op.add_column("touch", sa.Column("carrier_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_touch_carrier_id"), "touch", "touch", ["carrier_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_touch_carrier_id"), "touch", ["carrier_id"])
    op.create_index(
        "ix_touch_agent_id_due_at",
        "touch",
        ["agent_id", "due_at"],
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_index("ix_touch_client_id_due_at", "touch", ["client_id", "due_at"])
    op.create_index("ix_touch_agent_id_decided_at", "touch", ["agent_id", "decided_at"])
    op.drop_index(op.f("ix_touch_client_id"), table_name="touch")
    op.drop_index(op.f("ix_touch_agent_id"), table_name="touch")
    op.execute(_TRIGGERS)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"DROP TRIGGER plan_again ON {table}")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.create_index(op.f("ix_touch_agent_id"), "touch", ["agent_id"])
    op.create_index(op.f("ix_touch_client_id"), "touch", ["client_id"])
    for index in (
        "ix_touch_agent_id_decided_at",
        "ix_touch_agent_id_due_at",
        "ix_touch_client_id_due_at",
        op.f("ix_touch_carrier_id"),
    ):
        op.drop_index(index, table_name="touch")
    op.drop_column("touch", "carrier_id")
    op.alter_column("touch", "client_id", nullable=True)
    for table in ("morning_list", "touch_mode", "handover", "benefit", "family_member"):
        op.drop_table(table)
    op.drop_index("ix_policy_unpaid", table_name="policy")
    op.drop_column("policy", "delivered_on")
    op.drop_index(op.f("ix_client_plan_on"), table_name="client")
    for column in ("plan_on", "grade", "stage_since_on", "stage"):
        op.drop_column("client", column)
