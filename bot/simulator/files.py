"""Files that were sent: kept in a folder, known by Telegram's kinds of ids."""

from __future__ import annotations

import mimetypes
import secrets
import struct
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from .journal import Journal
from .refusals import bad_request
from .wire import Fields, Json, Upload

FileKind = Literal["photo", "document"]
PHOTO_BYTES_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file; ``path`` is what getFile gives, relative to the address for downloads."""

    file_id: str
    unique_id: str
    kind: FileKind
    path: str
    name: str
    mime_type: str
    size: int
    width: int = 0
    height: int = 0

    def row(self) -> object:
        """The form that is stored."""
        return asdict(self)

    def file(self) -> Json:
        """The Bot API's File object."""
        return {**self._ids(), "file_path": self.path}

    def part(self) -> Json:
        """The field of a message that shows this file."""
        if self.kind == "photo":
            return {"photo": [{**self._ids(), "width": self.width, "height": self.height}]}
        return {"document": {"file_name": self.name, "mime_type": self.mime_type, **self._ids()}}

    def _ids(self) -> Json:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


class FileStore:
    """All files, by file_id, unique id and download path."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder = folder
        self._journal = journal
        self._files: dict[str, StoredFile] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for _, row in journal.load("file"):
            self._remember(StoredFile(**row))

    def _remember(self, stored: StoredFile) -> None:
        for key in (stored.file_id, stored.unique_id, stored.path):
            self._files[key] = stored

    def find(self, key: str) -> StoredFile | None:
        """The file with that file_id, unique id or path."""
        return self._files.get(key)

    def content(self, stored: StoredFile) -> bytes:
        """The bytes of a file."""
        return (self._folder / stored.unique_id).read_bytes()

    def add(self, kind: FileKind, upload: Upload) -> StoredFile:
        """Keep an upload; Refusal when a photo is no picture."""
        width = height = 0
        if kind == "photo":
            width, height = picture_size(upload.content)
        elif not upload.content:
            raise bad_request("file must be non-empty")
        unique_id = secrets.token_hex(8)
        name = PurePosixPath(upload.name.replace("\\", "/")).name or "file"
        suffix = PurePosixPath(name).suffix or mimetypes.guess_extension(upload.content_type) or ""
        if kind == "photo":
            suffix = _picture_suffix(upload.content)
        stored = StoredFile(
            file_id=f"SIM{secrets.token_urlsafe(24)}",
            unique_id=unique_id,
            kind=kind,
            path=f"{kind}s/file_{unique_id}{suffix if suffix.isascii() else ''}",
            name=name,
            mime_type=mimetypes.guess_type(f"x{suffix}")[0] or upload.content_type,
            size=len(upload.content),
            width=width,
            height=height,
        )
        (self._folder / unique_id).write_bytes(upload.content)
        self._remember(stored)
        self._journal.put("file", stored.file_id, stored)
        return stored

    def take(self, kind: FileKind, fields: Fields, reference: str, name: str) -> StoredFile:
        """The file that ``reference`` (a field's value) stands for: upload, attach:// or id."""
        upload = fields.uploads.get(reference.removeprefix("attach://")) if reference else None
        upload = upload or fields.uploads.get(name)
        if upload is not None:
            return self.add(kind, upload)
        if not reference:
            raise bad_request(f"there is no {name} in the request")
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        stored = self._files.get(reference)
        if stored is None or reference != stored.file_id:
            raise bad_request(
                "wrong file identifier/HTTP URL specified"
                if "/" in reference or len(reference) < 20
                else "wrong remote file identifier specified: Wrong string length"
            )
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return stored

    def clear(self) -> None:
        """Delete every file."""
        for stored in {stored.unique_id: stored for stored in self._files.values()}.values():
            (self._folder / stored.unique_id).unlink(missing_ok=True)
            self._journal.drop("file", stored.file_id)
        self._files.clear()


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, GIF or JPEG; Refusal when it is none of them."""
    if len(content) > PHOTO_BYTES_LIMIT:
        raise bad_request("file is too big")
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) > 24:
        return struct.unpack(">II", content[16:24])
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) > 10:
        return struct.unpack("<HH", content[6:10])
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    if content[:4] == b"RIFF" and content[8:15] == b"WEBPVP8" and len(content) > 30:
        return _webp_size(content)
    raise bad_request("IMAGE_PROCESS_FAILED")


def _picture_suffix(content: bytes) -> str:
    """The suffix of the true format, whatever the file was called."""
    marks = {b"\x89P": ".png", b"GI": ".gif", b"\xff\xd8": ".jpg", b"RI": ".webp"}
    return marks[content[:2]]


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    raise bad_request("IMAGE_PROCESS_FAILED")


def _webp_size(content: bytes) -> tuple[int, int]:
    form = content[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
        return width + 1, height + 1
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF
