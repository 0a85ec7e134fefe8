"""The cadences in force: read from their file, and again when the file changes."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from bot.datafile import read_text
from bot.errors import DataFileError, UserError
from bot.reminders.loading import parse_cadences
from bot.reminders.schema import Cadences

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Agenda:
    """``cadences`` are those of the last file without faults; ``digest`` tells versions apart.

    ``announced`` is the digest for which this process has seen to it that clients are planned.
    """

    path: Path
    cadences: Cadences
    digest: str
    seen: tuple[int, int]
    announced: str = ""

    @classmethod
    def read(cls, path: Path) -> Agenda:
        """Read the file; raises DataFileError with every fault."""
        seen = _stamp(path)
        text = read_text(path)
        return cls(path, parse_cadences(str(path), text), _digest(text), seen)

    def look(self) -> bool:
        """Take the file up if it changed and has no fault; gives whether it did.

        A file with faults is logged with their lines, and the cadences before it stay in force.
        """
        seen = _stamp(self.path)
        if seen == self.seen:
            return False
        self.seen = seen
        try:
            text = read_text(self.path)
            cadences = parse_cadences(str(self.path), text)
        except DataFileError as error:
            log.warning("the cadences stay as they were: %s", error)
            return False
        changed = _digest(text) != self.digest
        self.cadences, self.digest = cadences, _digest(text)
        return changed

    def text(self) -> str:
        """The file as it stands."""
        return read_text(self.path)

    def write(self, text: str) -> None:
        """Put ``text`` in the file's place and in force; DataFileError leaves both as they were."""
        parse_cadences(str(self.path), text)
        beside = self.path.with_suffix(".new")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            raise UserError("提醒规则的文件写不进去，请管理员检查文件夹的权限") from error
        self.look()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
