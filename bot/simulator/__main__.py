"""``python -m bot.simulator``: run the simulator until a signal or the end of stdin."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .server import DEFAULT_TOKEN, Simulator


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.simulator", description="本机的 Bot API 模拟器和浏览器里的手机"
    )
    parser.add_argument("--port", type=int, default=8081, help="端口，0 表示任选一个空闲端口")
    parser.add_argument("--data", type=Path, required=True, help="保存聊天和文件的文件夹")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="机器人的令牌")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="标准输入关闭时退出，随父进程结束"
    )
    options = parser.parse_args(arguments)
    if not options.token.partition(":")[0].isdigit():
        parser.error("令牌要以数字和冒号开头，例如 1000000001:LOCAL-DEMO-TOKEN")
    try:
        asyncio.run(_run(options))
    except OSError as error:
        parser.exit(1, f"无法启动：{error.strerror or error}。换一个端口，或换一个可写的文件夹。\n")


async def _run(options: argparse.Namespace) -> None:
    simulator = Simulator(options.data, options.token)
    port = await simulator.start(options.port)
    print(json.dumps({"port": port}), flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    if options.until_stdin_closes:
        _watch_stdin(loop, ended)
    await ended.wait()
    await simulator.stop()


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, daemon=True, name="stdin").start()


if __name__ == "__main__":
    main()
