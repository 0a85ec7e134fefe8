"""Sensitive fields at rest: encrypted, and found by exact match only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsError, StoreError

_NONCE = 12


class Vault:
    """Encrypts with AES-256-GCM (NIST SP 800-38D) and indexes with HMAC-SHA-256.

    The two keys are derived from one 32-byte master key, so that the index tells nothing of
    the cipher.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise SettingsError("SHOUYUE_ENCRYPTION_KEY：应为 32 字节的 base64 文本")
        self._cipher = AESGCM(hmac.digest(master, b"encrypt", hashlib.sha256))
        self._index_key = hmac.digest(master, b"index", hashlib.sha256)

    def seal(self, text: str | None) -> bytes | None:
        """Encrypt ``text``; each call gives other bytes. None stays None."""
        if text is None:
            return None
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes | None) -> str | None:
        """Decrypt; raises StoreError when the key is another or the bytes were changed."""
        if sealed is None:
            return None
        try:
            return self._cipher.decrypt(sealed[:_NONCE], bytes(sealed[_NONCE:]), None).decode()
        except InvalidTag:
            raise StoreError(
                "解不开加密的资料：密钥与当初写入时不同，请恢复原来的 SHOUYUE_ENCRYPTION_KEY 或密钥文件"
            ) from None

    def index(self, kind: str, value: str | None) -> bytes | None:
        """A blind index of ``value`` for exact search, separate by ``kind``."""
        if value is None:
            return None
        return hmac.digest(self._index_key, f"{kind}\0{value}".encode(), hashlib.sha256)


def open_vault(key: str, data_dir: Path) -> Vault:
    """The vault of ``key`` (base64), or of a key file in ``data_dir`` made at first use (0600)."""
    if key:
        try:
            return Vault(base64.b64decode(key, validate=True))
        except ValueError:
            raise SettingsError("SHOUYUE_ENCRYPTION_KEY：应为 32 字节的 base64 文本") from None
    path = data_dir / "secret.key"
    if not path.exists():
        unfinished = data_dir / f"secret.key.{os.getpid()}"
        handle = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
        try:
            os.link(unfinished, path)  # never replaces a key that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return Vault(base64.b64decode(path.read_bytes()))
