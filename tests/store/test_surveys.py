"""Ratings after claims: read only by those who may see the clients, the words sealed at rest."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from bot.domain.policies import ClaimDecision
from bot.errors import AccessDenied
from bot.store import book, surveys
from bot.store.engine import Store, Tx
from tests.store.staff import staff

WORDS = "材料跑了三趟"


async def rated(tx: Tx, agent_id: int, number: str, rating: int | None) -> int:
    """A client whose claim was decided, with the survey that was sent and perhaps answered."""
    client = await book.add_client(tx, agent_id, f"客户{number}")
    policy = await book.upsert_policy(
        tx, client.id, number, product="险", company="司", premium=Decimal(1)
    )
    claim = await book.open_claim(tx, policy.id)
    await book.decide_claim(tx, claim.id, ClaimDecision.PAID)
    found = await tx.connection.execute(
        text(
            "INSERT INTO touch (dedupe_key, cadence, step, event, subject, audience, nature, due_on,"
            " due_at, expires_at, event_on, agent_id, client_id, claim_id, status, decided_at) "
            "VALUES (:key, 'claim_decided', 'survey_paid', 'claim_decided', :key, 'client',"
            " 'service', CAST(:now AS date), :now, :now, CAST(:now AS date), :agent, :client, :claim,"
            " 'sent', :now) RETURNING id"
        ),
        {"key": number, "now": tx.now, "agent": agent_id, "client": client.id, "claim": claim.id},
    )
    touch_id = int(found.scalar_one())
    if rating is not None:
        assert await surveys.rate(tx, touch_id, client.id, rating)
        assert not await surveys.rate(tx, touch_id, client.id, 5)
        assert await surveys.comment(tx, touch_id, client.id, WORDS) == rating
    assert await surveys.comment(tx, touch_id, client.id + 1, "别人的") is None
    return touch_id


@pytest.mark.parametrize(
    ("who", "seen"),
    [("mine", {"客户M"}), ("other", {"客户O"}), ("boss", {"客户M"}), ("admin", {"客户M", "客户O"})],
)
async def test_each_reads_the_ratings_of_the_clients_they_may_see(
    store: Store, who: str, seen: set[str]
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        await rated(tx, known["mine"].id, "M", 2)
        await rated(tx, known["other"].id, "O", None)
        since, until = tx.now - timedelta(days=1), tx.now + timedelta(days=1)
        found = await surveys.asked(tx, known[who], since, until)
        assert {one.client for one in found} == seen
        assert {one.comment for one in found if one.client == "客户M"} <= {WORDS}
        assert await surveys.asked(tx, known[who], until, until + timedelta(days=1)) == []


async def test_officers_and_clients_read_none(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        for who in ("officer", "client"):
            with pytest.raises(AccessDenied):
                await surveys.asked(tx, known[who], tx.now, tx.now)


async def test_the_words_are_sealed_at_rest(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        await rated(tx, known["mine"].id, "M", 1)
        kept = await tx.connection.execute(text("SELECT comment_sealed FROM survey"))
        sealed = bytes(kept.scalar_one())
    assert WORDS.encode() not in sealed
