"""The archive as a table for Excel."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.clock import FrozenClock
from bot.compliance.records import COLUMNS, row_of
from bot.store import archive
from tests.office import HE, greet, office

SHANGHAI = ZoneInfo("Asia/Shanghai")
RECORD = {
    "id": 7,
    "at": datetime(2026, 5, 4, 16, 5, 9, tzinfo=UTC),
    "author": "林晓梅",
    "audience": "client",
    "decision": "pass",
    "findings": [],
    "rulebook": "v1",
    "fate": "sent",
    "text": "=1+1",
}


def test_the_time_is_that_of_the_office() -> None:
    row = dict(zip(COLUMNS, row_of(RECORD, SHANGHAI), strict=True))
    assert row["时间"] == "2026-05-05 00:05:09"
    assert row["内容"] == "'=1+1"


async def test_the_file_is_named_by_the_day_at_the_office(
    database_url: str, clock: FrozenClock, tmp_path
) -> None:
    clock.at = datetime(2026, 5, 4, 17, 0, tzinfo=UTC)
    async with office(database_url, clock, tmp_path) as (app, phone):
        await greet(phone, HE)
        async with app.store.begin() as tx:
            await archive.append(tx, "judged", "client", text="您好", decision="pass")
        await phone.say(HE, "/cundang")
        await phone.tap(HE, "近 7 天")
        await phone.expect(HE, "近 7 天共 1 条")
        files = [one["document"] for one in await phone.transcript(HE) if one.get("document")]
        assert [file["file_name"] for file in files] == ["存档-2026-05-05.csv"]
