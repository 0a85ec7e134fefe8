"""People of the simulator and the User and Chat objects they appear as."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from .wire import Json


@dataclass(slots=True)
class Person:
    """Someone with a phone; ``id`` is the user id and the id of the private chat with the bot."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "zh-hans"
    label: str = ""
    phone: str = ""
    sample: bool = False
    started: bool = False
    blocked: bool = False
    read_to: int = 0
    unread: int = 0
    keyboard: Json | None = None
    keyboard_from: int = 0

    def row(self) -> object:
        """The form that is stored."""
        return asdict(self)

    def user(self) -> Json:
        """The Bot API's User object."""
        return {"id": self.id, "is_bot": False, **self._names(), **self._language()}

    def chat(self) -> Json:
        """The Bot API's Chat object of the private chat."""
        return {"id": self.id, **self._names(), "type": "private"}

    def own_phone(self) -> str:
        """The telephone number in this person's own contact."""
        return self.phone or f"+86139{self.id % 10**8:08d}"

    def _names(self) -> Json:
        names = {"first_name": self.first_name}
        if self.last_name:
            names["last_name"] = self.last_name
        if self.username:
            names["username"] = self.username
        return names

    def _language(self) -> Json:
        return {"language_code": self.language_code} if self.language_code else {}


def person_from_row(row: Json) -> Person:
    """The person as stored; fields of other versions are left out."""
    known = Person.__dataclass_fields__
    return Person(**{name: value for name, value in row.items() if name in known})
