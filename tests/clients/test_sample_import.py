"""The sample list of clients goes into the sample office, as the README says."""

from __future__ import annotations

from pathlib import Path

from bot import settings
from bot.clock import FrozenClock
from tests.office import LIN, greet, office

SAMPLE = settings.ROOT / "data" / "samples" / "clients.csv"


async def test_an_agent_of_the_sample_office_imports_the_sample_list(
    database_url: str, clock: FrozenClock, tmp_path: Path
) -> None:
    async with office(database_url, clock, tmp_path) as (_, phone):
        await greet(phone, LIN)
        await phone.mark(LIN)
        form = {"person": str(LIN), "file": SAMPLE.open("rb")}
        async with phone.session.post(f"{phone.address}/sim/document", data=form) as answer:
            assert answer.status == 200, await answer.text()
        await phone.expect(LIN, "导入完成", "客户：新增 6", "保单：新增 6")
