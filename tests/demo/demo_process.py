"""The real demo as a process of its own, as `shouyue demo` starts it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bot import settings
from bot.errors import StoreError
from bot.store import embedded

MODEL = settings.ROOT / "var" / "tests" / "compliance.model"
_READY = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """``shouyue demo`` on a free port, with data and content of its own below ``folder``."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        content = folder / "content"
        if not content.exists():
            # publishing a phrase writes the rules file
            shutil.copytree(settings.ROOT / "data", content)
            (folder / "data").mkdir(mode=0o711)
            if MODEL.exists():
                shutil.copy(MODEL, folder / "data" / MODEL.name)

    def start(self, wait: bool = True) -> subprocess.Popen[bytes]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("SHOUYUE_")}
        env |= {
            "SHOUYUE_DATA_DIR": str(self.folder / "data"),
            "SHOUYUE_CONTENT_DIR": str(self.folder / "content"),
            "SHOUYUE_PORT": str(self.port),
            "SHOUYUE_CHAT_RATE": "50",
        }
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "demo"],
                cwd=settings.ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if wait:
            self._until_healthy()
        return self.process

    def _until_healthy(self) -> None:
        until = time.monotonic() + _READY
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, self.said()
            try:
                assert self.get("/healthz")["status"] == "ok"
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"the demo did not start: {self.said()}")

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")[-3000:]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.base}{path}", timeout=10) as answer:
            assert answer.headers.get_content_type() == "application/json"
            return json.loads(answer.read())

    def post(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.base}{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def interrupt(self) -> int:
        """Ctrl-C; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def left_over(self) -> list[str]:
        """Command lines of living processes that work in this demo's folders."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                status = (entry / "status").read_text(encoding="utf-8")
            except OSError:
                continue
            if self._owns(words) and "\nState:\tZ" not in status:
                found.append(words)
        return found

    def _owns(self, words: str) -> bool:
        return str(self.folder) in words or str(self._server().data) in words

    def _server(self) -> embedded.EmbeddedServer:
        return embedded._place(self.folder / "data")

    def end(self) -> None:
        """Whatever happened in the test, nothing stays behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
        server = self._server()
        if (server.data / "postmaster.pid").exists():
            with contextlib.suppress(StoreError):
                server.stop()
        shutil.rmtree(server.data, ignore_errors=True)
        shutil.rmtree(server.sockets, ignore_errors=True)
        with contextlib.suppress(OSError):
            server.data.parent.rmdir()
