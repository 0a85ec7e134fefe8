"""Replays each ``*.txt`` beside this file: people talk, the product answers, the clock moves.

# a comment
林晓梅 > 文字              writes
林晓梅 * 按钮              taps the newest button with this label
林晓梅 < 一段 | 又一段      gets a new or edited message that holds these parts
林晓梅 ! 一段              sees this toast after the tap just made
林晓梅 @                   shares the own phone contact
时钟 + 3 天                the clock moves forward, through everything due on the way
重启                       the product stops and starts again
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import demo
from bot.clock import FrozenClock
from tests.office import CHEN, HE, LI, LIN, WANG, ZHANG, ZHOU, greet, office

PEOPLE = {
    "林晓梅": LIN,
    "周志强": ZHOU,
    "陈立": CHEN,
    "何静": HE,
    "王建国": WANG,
    "李婷": LI,
    "張美玲": ZHANG,
}
REPLAYS = sorted(Path(__file__).parent.glob("*.txt"))


def _scenes(text: str) -> list[list[str]]:
    """The lines between restarts."""
    scenes: list[list[str]] = [[]]
    for line in text.splitlines():
        stripped = line.strip()
        if stripped == "重启":
            scenes.append([])
        elif stripped and not stripped.startswith("#"):
            scenes[-1].append(stripped)
    return scenes


@pytest.mark.parametrize("path", REPLAYS, ids=lambda path: path.stem)
async def test_replay(path: Path, database_url: str, clock: FrozenClock, tmp_path: Path) -> None:
    for number, scene in enumerate(_scenes(path.read_text(encoding="utf-8"))):
        async with office(database_url, clock, tmp_path) as (app, phone):
            if number == 0:
                await greet(phone, *PEOPLE.values())
            toast = ""
            for line in scene:
                who, act, rest = ([*line.split(maxsplit=2), "", ""])[:3]
                person = PEOPLE.get(who, 0)
                try:
                    match (who, act):
                        case ("时钟", "+"):

                            async def move(at: datetime) -> None:
                                clock.at = at

                            for each in PEOPLE.values():
                                await phone.mark(each)
                            days = timedelta(days=int(rest.split()[0]))
                            await demo.advance(app, clock.now() + days, move)
                        case (_, ">"):
                            await app.watcher.look()  # what was published is in force
                            await phone.say(person, rest.replace("⏎", "\n"))
                        case (_, "*"):
                            answer = await phone.tap(person, rest)
                            toast = answer.get("text") or ""
                        case (_, "!"):
                            assert rest in toast
                        case (_, "@"):
                            await phone.mark(person)
                            await phone.post("contact", person=person)
                        case (_, "<"):
                            await phone.expect(person, *[part.strip() for part in rest.split("|")])
                        case _:
                            raise ValueError("unknown act")
                except (AssertionError, ValueError) as error:
                    raise AssertionError(f"{path.name}: {line}\n{error}") from error
