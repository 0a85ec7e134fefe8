"""People of the office and their clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each person has exactly one."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    ADMIN = "admin"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on Telegram whom the office knows.

    ``chat_id`` is the private chat (equal to the Telegram user id). ``script`` is the
    writing the person reads: ``hans`` or ``hant``. ``timezone`` is an IANA name.
    """

    id: int
    chat_id: int
    name: str
    role: Role
    supervisor_id: int | None = None
    script: str = "hans"
    timezone: str = "Asia/Shanghai"
    active: bool = True
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Client:
    """A client in an agent's book; ``person_id`` is set once the client has joined on Telegram.

    ``birth_lunar`` tells that ``birth_on`` is the solar date of a birthday kept by the lunar
    calendar. ``marketing_ok`` is False after 退订; service notices still go out.
    """

    id: int
    agent_id: int
    name: str
    external_id: str | None = None
    person_id: int | None = None
    sex: str | None = None
    birth_on: date | None = None
    birth_lunar: bool = False
    phone: str | None = None
    timezone: str = "Asia/Shanghai"
    marketing_ok: bool = True
    deceased: bool = False
