"""Scheduled misfortunes: what goes wrong with the next matching calls."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from bot.errors import UserError

from .wire import Json

FaultKind = Literal["429", "500", "slow", "drop_after_delivery", "duplicate_updates", "timeout"]


@dataclass(slots=True)
class Fault:
    """One kind of trouble for the next ``times`` calls of ``method`` in ``chat`` (or of any)."""

    kind: FaultKind
    method: str = ""
    chat: int = 0
    retry_after: int = 1
    seconds: float = 1.0
    times: int = 1

    def hits(self, method: str, chat: str) -> bool:
        """Whether a call of ``method`` (small letters) in ``chat`` is meant."""
        if self.kind == "duplicate_updates":
            return False
        return (not self.method or self.method.lower() == method) and (
            not self.chat or str(self.chat) == chat
        )


@dataclass(slots=True)
class FaultPlan:
    """The faults still to come, in the order they were scheduled."""

    waiting: list[Fault] = field(default_factory=list)

    def schedule(self, items: list[Json]) -> None:
        """Add faults; UserError names what cannot be scheduled."""
        self.waiting.extend([_fault(item) for item in items])

    def take_duplicate(self) -> bool:
        """Whether the updates that go out now are to be given once more; used up by one."""
        for fault in self.waiting:
            if fault.kind == "duplicate_updates":
                self._use(fault)
                return True
        return False

    def take(self, method: str, chat: str) -> Fault | None:
        """The fault that this call meets, used up by one."""
        for fault in self.waiting:
            if fault.hits(method, chat):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        fault.times -= 1
        if fault.times <= 0:
            self.waiting = [other for other in self.waiting if other is not fault]

    def shown(self) -> list[Json]:
        """The schedule as JSON."""
        return [asdict(fault) for fault in self.waiting]


def _fault(item: Json) -> Fault:
    if not isinstance(item, dict) or str(item.get("kind")) not in get_args(FaultKind):
        raise UserError(f"故障种类（kind）只能是：{'、'.join(get_args(FaultKind))}。")
    unknown = set(item) - set(Fault.__dataclass_fields__)
    if unknown:
        raise UserError(f"故障里没有这一项：{'、'.join(sorted(unknown))}。")
    given = {name: value for name, value in item.items() if value is not None}
    given["kind"] = str(item["kind"])
    try:
        for name, kind in (("chat", int), ("retry_after", int), ("seconds", float), ("times", int)):
            if name in given:
                given[name] = kind(given[name])
    except (TypeError, ValueError) as error:
        raise UserError("chat、retry_after、seconds、times 要写数字。") from error
    return Fault(**given)
