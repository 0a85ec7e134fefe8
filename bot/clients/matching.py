"""Finds the clients and policies of a sheet in an agent's book, or says where they clash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clients.columns import TITLE
from bot.clients.entries import ClientEntry, ImportPlan, LineProblem, PolicyEntry
from bot.domain.people import Client
from bot.domain.policies import Policy

_TELL_APART = "请填客户编号、手机或出生日期来区分"


class AgentBook:
    """One agent's clients and policies as they stand, and how each is found."""

    def __init__(
        self,
        clients: Sequence[Client],
        policies: Sequence[Policy] = (),
        id_numbers: Mapping[int, str] | None = None,
    ) -> None:
        self.id_numbers = id_numbers or {}
        self.by_id = {client.id: client for client in clients}
        self.by_external_id = {c.external_id: c for c in clients if c.external_id}
        self.by_phone: dict[str, list[Client]] = defaultdict(list)
        self.by_id_number: dict[str, list[Client]] = defaultdict(list)
        self.by_name: dict[str, list[Client]] = defaultdict(list)
        self.policies: dict[str, Policy] = {}
        for client in sorted(clients, key=lambda client: client.id):
            self.by_name[client.name].append(client)
            if client.phone:
                self.by_phone[client.phone].append(client)
            if client.id in self.id_numbers:
                self.by_id_number[self.id_numbers[client.id]].append(client)
        for policy in policies:
            self.policies.setdefault(policy.number, policy)


@dataclass(frozen=True, slots=True)
class Matched:
    """An entry of the sheet with its client in the book; None for a new one."""

    entry: ClientEntry
    client: Client | None


def match(plan: ImportPlan, book: AgentBook) -> tuple[list[Matched], list[LineProblem]]:
    """Each entry with its client: by external id, else phone, ID number, or name and birth date.

    An entry that tells only a name is the client of that name of whom nothing else is known.
    The second part are the clashes with the book.
    """
    matched: list[Matched] = []
    problems: list[LineProblem] = []
    taken: dict[int, int] = {}
    for entry in plan.clients:
        found = _find(entry, book)
        if isinstance(found, LineProblem):
            problems.append(found)
            continue
        if found is not None:
            earlier = taken.setdefault(found.id, entry.line)
            if earlier != entry.line:
                wrong = f"与第 {earlier} 行是名单里的同一位客户"
                problems.append(_problem(entry, "name", entry.name, wrong, _TELL_APART))
                continue
        problems += _policy_clashes(entry, found, book)
        matched.append(Matched(entry, found))
    return matched, problems


def _problem(
    entry: ClientEntry | PolicyEntry, key: str, value: str, wrong: str, instead: str
) -> LineProblem:
    return LineProblem(entry.line, TITLE[key], value, wrong, instead)


def _find(entry: ClientEntry, book: AgentBook) -> Client | LineProblem | None:
    known = book.by_external_id.get(entry.external_id or "")
    same_phone = book.by_phone.get(entry.phone or "", [])
    same_id_number = book.by_id_number.get(entry.id_number or "", [])
    for owners, key in ((same_phone, "phone"), (same_id_number, "id_number")):
        if not owners:
            continue
        if known is None:
            known = next((owner for owner in owners if _may_be(entry, owner)), None)
        # a number that two records of the book share already is not the sheet's fault
        if known is None or known.id not in {owner.id for owner in owners}:
            return _taken(entry, key, owners[0])
    return known or _by_name(entry, book)


def _may_be(entry: ClientEntry, client: Client) -> bool:
    """Whether name and external ids allow that both are one client."""
    return client.name == entry.name and None in (entry.external_id, client.external_id)


def _taken(entry: ClientEntry, key: str, owner: Client) -> LineProblem:
    return _problem(
        entry,
        key,
        getattr(entry, key),
        f"名单里的{owner.name}已经用了这个{'手机号' if key == 'phone' else '身份证号'}",
        "同一人请统一姓名和客户编号；家人共用的只留在一位名下",
    )


def _by_name(entry: ClientEntry, book: AgentBook) -> Client | LineProblem | None:
    namesakes = [c for c in book.by_name.get(entry.name, []) if _may_be(entry, c)]
    if entry.birth_on is not None:
        found = [client for client in namesakes if client.birth_on == entry.birth_on]
        if len(found) > 1:
            wrong = "名单里有几位同名同生日的客户"
            return _problem(entry, "name", entry.name, wrong, "请填客户编号或手机来区分")
        return found[0] if found else None
    if entry.phone or entry.external_id or entry.id_number:
        return None
    bare = [c for c in namesakes if not (c.external_id or c.phone or c.birth_on)]
    if bare:
        return bare[0]
    if namesakes:
        return _problem(entry, "name", entry.name, "名单里已有同名客户", _TELL_APART)
    return None


def _policy_clashes(
    entry: ClientEntry, client: Client | None, book: AgentBook
) -> list[LineProblem]:
    problems = []
    for policy in entry.policies:
        held = book.policies.get(policy.number)
        if held is not None and (client is None or held.client_id != client.id):
            owner = book.by_id[held.client_id].name
            wrong = f"这张保单已在{owner}名下"
            problems.append(_problem(policy, "number", policy.number, wrong, "请核对保单号和客户"))
    return problems
