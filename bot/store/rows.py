"""Rows of the book's tables as clients, policies and claims; what is sealed opened only when asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.people import Client
from bot.domain.policies import Claim, ClaimDecision, Policy, PolicyStatus
from bot.store.engine import Tx


def sealed_client_of(row: Row[Any]) -> Client:
    """The client of a row of the whole table, the phone left sealed."""
    return Client(
        id=row.id,
        agent_id=row.agent_id,
        name=row.name,
        external_id=row.external_id,
        person_id=row.person_id,
        sex=row.sex,
        birth_on=row.birth_on,
        birth_lunar=row.birth_lunar,
        timezone=row.timezone,
        marketing_ok=row.marketing_ok,
        deceased=row.deceased,
    )


def client_of(tx: Tx, row: Row[Any]) -> Client:
    """The client of a row of the whole table, the phone opened."""
    return replace(sealed_client_of(row), phone=tx.vault.open(row.phone_sealed))


def policy_of(row: Row[Any]) -> Policy:
    """The policy of a row of the whole table."""
    return Policy(
        id=row.id,
        client_id=row.client_id,
        number=row.number,
        product=row.product,
        company=row.company,
        premium=row.premium,
        frequency=row.frequency,
        sum_insured=row.sum_insured,
        issued_on=row.issued_on,
        next_due_on=row.next_due_on,
        status=PolicyStatus(row.status),
        jurisdiction=row.jurisdiction,
        line=row.line,
        insured=row.insured,
        beneficiary=row.beneficiary,
        account=row.account,
        to_collect=row.to_collect,
    )


def claim_of(row: Row[Any]) -> Claim:
    """The claim of a row of the whole table."""
    decision = ClaimDecision(row.decision) if row.decision else None
    return Claim(row.id, row.policy_id, row.opened_at, row.decided_at, decision)
