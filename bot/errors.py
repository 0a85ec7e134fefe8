"""The tree of errors: what went wrong, in a sentence for the person who can mend it."""

from __future__ import annotations

from dataclasses import dataclass


class ShouyueError(Exception):
    """Base of every error of ours. ``str(error)`` is one clear sentence with the way out."""


class UserError(ShouyueError):
    """A person's input cannot be used; the sentence is shown to that person in the chat."""


class Unclear(UserError):
    """Input that may mean several things; ``candidates`` are (what to type, how it is shown)."""

    def __init__(self, message: str, candidates: tuple[tuple[str, str], ...]) -> None:
        self.candidates = candidates
        super().__init__(message)


class AccessDenied(UserError):
    """The person may not see or do this; the attempt is traced where the data is read."""


class SettingsError(ShouyueError):
    """A setting of the environment is missing or wrong."""


class StoreError(ShouyueError):
    """The database cannot be reached, started or migrated."""


class DoorBypassed(ShouyueError):
    """A text tried to leave without passing the door: a bug, never a person's mistake."""


class GatewayError(ShouyueError):
    """Telegram refused or could not be reached in a way that retrying will not mend."""


@dataclass(frozen=True, slots=True)
class DataProblem:
    """One fault in a data file: 1-based ``line`` and ``column``, and what to write instead."""

    file: str
    line: int
    column: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.reason}"


class DataFileError(ShouyueError):
    """A data file is refused; ``problems`` holds every fault found, in file order."""

    def __init__(self, problems: list[DataProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
