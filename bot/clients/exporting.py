"""An agent's book as an Excel file with the columns of the import, and the empty template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.clients.cells import show_birth
from bot.clients.columns import COLUMNS, word_for
from bot.clients.workbook import Worksheet, write
from bot.domain.people import Client
from bot.domain.policies import Policy

_Cell = str | Decimal
_WIDTHS = {"product": 26, "company": 28, "phone": 18, "id_number": 22, "number": 18, "birth": 20}
_WIDTH = 12


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client with what an export says about them; ``agent`` is the serving agent's name."""

    client: Client
    policies: tuple[Policy, ...] = ()
    id_number: str = ""
    agent: str = ""


def book_file(records: Sequence[ClientRecord], *, with_agent: bool = False) -> bytes:
    """An ``.xlsx`` with a line for each policy, and one for each client without a policy."""
    columns = [column for column in COLUMNS if with_agent or column.key != "agent"]
    keys = [column.key for column in columns]
    lines = (
        [values.get(key, "") for key in keys] for record in records for values in _lines(record)
    )
    titles: list[_Cell] = [column.title for column in columns]
    widths = [_WIDTHS.get(key, _WIDTH) for key in keys]
    return write([Worksheet("客户与保单", [titles, *lines], widths)])


def _lines(record: ClientRecord) -> Iterator[dict[str, _Cell]]:
    client = record.client
    about: dict[str, _Cell] = {
        "external_id": client.external_id or "",
        "name": client.name,
        "sex": word_for("sex", client.sex),
        "birth": show_birth(client.birth_on, client.birth_lunar),
        "phone": _show_phone(client.phone),
        "id_number": record.id_number,
        "agent": record.agent,
    }
    if not record.policies:
        yield about
    for policy in record.policies:
        yield about | _policy(policy)


def _show_phone(phone: str | None) -> str:
    return (phone or "").removeprefix("+86")


def _policy(policy: Policy) -> dict[str, _Cell]:
    return {
        "number": policy.number,
        "product": policy.product,
        "company": policy.company,
        "premium": policy.premium,
        "frequency": word_for("frequency", policy.frequency),
        "sum_insured": "" if policy.sum_insured is None else policy.sum_insured,
        "issued_on": policy.issued_on.isoformat() if policy.issued_on else "",
        "next_due_on": policy.next_due_on.isoformat() if policy.next_due_on else "",
        "status": word_for("status", policy.status.value),
        "jurisdiction": word_for("jurisdiction", policy.jurisdiction),
    }


def template() -> bytes:
    """An ``.xlsx`` to fill in: one line of 样例, and a sheet that explains each column."""
    columns = [column for column in COLUMNS if column.key != "agent"]
    titles = [column.title for column in columns]
    widths = [_WIDTHS.get(column.key, _WIDTH) for column in columns]
    explained = [
        ["列名", "怎么填", "例如"],
        *([column.title, column.meaning, column.example] for column in columns),
        [
            "说明",
            "一行一张保单；有几张保单的客户写几行，客户各列照抄或只写姓名。样例这一行请删去。",
            "",
        ],
    ]
    return write(
        [
            Worksheet("客户与保单", [titles, [column.example for column in columns]], widths),
            Worksheet("填写说明", explained, (14, 70, 30)),
        ]
    )
