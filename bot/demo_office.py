"""The sample office of the demo: its people, clients and policies, with dates counted from now."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.datafile import DataModel
from bot.domain.people import Role
from bot.domain.policies import ClaimDecision
from bot.settings import Settings
from bot.store import book, people
from bot.store.engine import Tx


class SamplePerson(DataModel):
    """Somebody of the sample office."""

    key: str
    chat_id: int
    name: str
    role: Literal["agent", "supervisor", "officer", "admin", "client"]
    label: str
    supervisor: str | None = None
    phone: str | None = None
    script: str = "hans"
    timezone: str = "Asia/Shanghai"


class SamplePolicy(DataModel):
    """A policy with its dates counted from the first start."""

    number: str
    product: str
    premium: int
    sum_insured: int
    due_in_days: int
    issued_days_ago: int
    jurisdiction: str = "CN"
    claim_decided_days_ago: int | None = None
    claim_decision: Literal["paid", "declined"] | None = None


class SampleClient(DataModel):
    """A client of the sample office."""

    agent: str
    name: str
    sex: str
    birth_in_days: int
    birth_year: int
    person: str | None = None
    phone: str | None = None
    timezone: str = "Asia/Shanghai"
    policies: list[SamplePolicy] = Field(min_length=1)


class SampleOffice(DataModel):
    """``data/samples/office.yaml``."""

    company: str
    people: list[SamplePerson]
    clients: list[SampleClient]


async def seed_rows(tx: Tx, sample: SampleOffice, settings: Settings) -> None:
    """Register everybody and fill the agents' books."""
    today = tx.now.astimezone(ZoneInfo(settings.timezone)).date()
    ids: dict[str, int] = {}
    for person in sorted(sample.people, key=lambda p: p.supervisor is not None):
        added = await people.add(
            tx,
            person.chat_id,
            person.name,
            Role(person.role),
            supervisor_id=ids[person.supervisor] if person.supervisor else None,
            script=person.script,
            timezone=person.timezone,
        )
        ids[person.key] = added.id
    for client in sample.clients:
        await _seed_client(tx, client, ids, today)


async def _seed_client(tx: Tx, client: SampleClient, ids: dict[str, int], today: date) -> None:
    birthday = today + timedelta(days=client.birth_in_days)
    record = await book.add_client(
        tx,
        ids[client.agent],
        client.name,
        sex=client.sex,
        birth_on=date(client.birth_year, birthday.month, min(birthday.day, 28)),
        phone=client.phone,
        timezone=client.timezone,
        person_id=ids[client.person] if client.person else None,
    )
    for sample in client.policies:
        policy = await book.upsert_policy(
            tx,
            record.id,
            sample.number,
            product=sample.product,
            company="样例人寿",
            premium=Decimal(sample.premium),
            sum_insured=Decimal(sample.sum_insured),
            next_due_on=today + timedelta(days=sample.due_in_days),
            issued_on=today - timedelta(days=sample.issued_days_ago),
            jurisdiction=sample.jurisdiction,
        )
        if sample.claim_decided_days_ago is not None and sample.claim_decision is not None:
            then = tx.now - timedelta(days=sample.claim_decided_days_ago)
            earlier = Tx(tx.connection, tx.vault, then)
            claim = await book.open_claim(earlier, policy.id)
            await book.decide_claim(earlier, claim.id, ClaimDecision(sample.claim_decision))
