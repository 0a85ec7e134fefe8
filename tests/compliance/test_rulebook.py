"""Versions of the rulebook: no change is lost, none is doubled, and the watching never ends."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.compliance import rulebook
from bot.compliance.backtest import compare
from bot.compliance.checks import Facts
from bot.compliance.editing import retire_rule
from bot.compliance.gate import Gate
from bot.compliance.model import Model
from bot.compliance.rulebook import Watcher
from bot.compliance.source import RULES, Source, make_checker, read_source
from bot.compliance.verdict import Checker
from bot.domain.people import Person, Role
from bot.errors import UserError
from bot.settings import Settings
from bot.store import archive, outbox, people, reviews
from bot.store.engine import Store
from tests.office import HE, LIN, greet, office
from tests.office import test_settings as settings_of

TODAY = date(2026, 5, 4)
FIRST = "  rules:\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


def with_rule(source: Source, word: str) -> Source:
    """The rulebook with one more word, which stops a text."""
    rule = f"  - {{id: t-{len(word)}-{ord(word[0])}, any: [{word}], wrong: [【{word}】]}}\n"
    return Source(source.rules.replace(FIRST, FIRST + rule, 1), source.lexicon)


def save(settings: Settings, source: Source) -> None:
    (settings.content_dir / RULES).write_text(source.rules, encoding="utf-8")


@dataclasses.dataclass
class Watched:
    """A process that watches."""

    watcher: Watcher
    gate: Gate


@pytest.fixture
async def watch(
    store: Store, settings: Settings, clock: FrozenClock, model: Model
) -> Callable[[], Any]:
    async def start() -> Watched:
        source = read_source(settings.content_dir)
        checker = Checker(source.book(), model, source.digest)
        gate = Gate(checker, Facts(notices=()), clock, settings.timezone)

        async def after() -> None:
            pass

        watcher = Watcher(store, settings, gate, after)
        await watcher.start()
        return Watched(watcher, gate)

    return start


async def officer(store: Store, chat_id: int = 1) -> Person:
    async with store.begin() as tx:
        return await people.add(tx, chat_id, f"专员{chat_id}", Role.OFFICER)


async def published(store: Store) -> list[str]:
    """Digests in force one after the other, oldest first."""
    async with store.begin() as tx:
        found = await reviews.versions(tx, 20, "published")
    return [version.digest for version in sorted(found, key=lambda one: one.id or 0)]


async def test_a_change_made_from_an_older_version_is_refused(
    store: Store, settings: Settings
) -> None:
    start = read_source(settings.content_dir)
    mine, yours = with_rule(start, "海马特惠"), with_rule(start, "犀牛大礼")
    who = await officer(store)
    async with store.begin() as tx:
        await rulebook.propose(tx, settings, start, "初版", None)
    async with store.begin() as tx:
        await rulebook.propose(tx, settings, mine, "甲", who, base=start.digest)
    with pytest.raises(UserError, match="词库刚被改过，请重做这一步"):
        async with store.begin() as tx:
            await rulebook.propose(tx, settings, yours, "乙", who, base=start.digest)
    assert await published(store) == [start.digest, mine.digest]


async def test_of_two_changes_at_the_same_moment_one_is_refused(
    store: Store, settings: Settings
) -> None:
    start = read_source(settings.content_dir)
    who = await officer(store)
    async with store.begin() as tx:
        await rulebook.propose(tx, settings, start, "初版", None)

    async def change(word: str) -> bool:
        try:
            async with store.begin() as tx:
                changed = with_rule(start, word)
                await rulebook.propose(tx, settings, changed, word, who, base=start.digest)
        except UserError:
            return False
        return True

    done = await asyncio.gather(change("海马特惠"), change("犀牛大礼"))
    assert sorted(done) == [False, True]
    assert len(await published(store)) == 2


async def test_a_proposal_is_not_published_over_what_was_published_since(
    store: Store, settings: Settings
) -> None:
    both = dataclasses.replace(settings, two_officers=True)
    start = read_source(settings.content_dir)
    first, second = await officer(store, 1), await officer(store, 2)
    async with store.begin() as tx:
        await rulebook.propose(tx, both, start, "初版", None)
        one, ready = await rulebook.propose(tx, both, with_rule(start, "海马特惠"), "甲", first)
        other, _ = await rulebook.propose(tx, both, with_rule(start, "犀牛大礼"), "乙", first)
        assert not ready
        await rulebook.publish(tx, both, one, second)
    with pytest.raises(UserError, match="词库刚被改过，请重做这一步"):
        async with store.begin() as tx:
            await rulebook.publish(tx, both, other, second)
    async with store.begin() as tx:
        await rulebook.reject(tx, other)


async def test_a_roll_back_tells_whether_it_waits(store: Store, settings: Settings) -> None:
    both = dataclasses.replace(settings, two_officers=True)
    start = read_source(settings.content_dir)
    who = await officer(store)
    async with store.begin() as tx:
        old, _ = await rulebook.propose(tx, settings, start, "初版", None)
        await rulebook.propose(tx, settings, with_rule(start, "海马特惠"), "甲", who)
        waiting, ready = await rulebook.roll_back(tx, both, old, "停错了", who)
        assert (waiting > old, ready) == (True, False)
        _, ready = await rulebook.roll_back(tx, settings, old, "停错了", who)
        assert ready


async def test_a_saved_file_is_taken_once_by_however_many_processes(
    store: Store, settings: Settings, watch: Any
) -> None:
    start = read_source(settings.content_dir)
    here, there = await watch(), await watch()
    changed = with_rule(start, "海马特惠")
    save(settings, changed)
    await asyncio.gather(here.watcher.look(), there.watcher.look(), here.watcher.look())
    assert await published(store) == [start.digest, changed.digest]
    assert here.watcher.version == there.watcher.version == changed.digest
    assert here.watcher.fault is there.watcher.fault is None


def test_a_version_published_before_the_words_of_asking_existed_is_still_read(
    settings: Settings,
) -> None:
    start = read_source(settings.content_dir)
    lines = start.lexicon.splitlines(keepends=True)
    new = ("  asking:", "  doubting:", "  consenting:", "  rhetorical:")
    older = Source(start.rules, "".join(line for line in lines if not line.startswith(new)))
    contexts = older.book().lexicon.contexts
    assert (contexts.asking, contexts.rhetorical) == ([], [])
    assert contexts.reported == start.book().lexicon.contexts.reported


async def test_a_file_that_waits_for_a_second_officer_is_not_proposed_again(
    store: Store, settings: Settings, watch: Any
) -> None:
    here = await watch()
    here.watcher._settings = dataclasses.replace(settings, two_officers=True)
    changed = with_rule(read_source(settings.content_dir), "海马特惠")
    for _ in range(2):
        save(settings, changed)
        await here.watcher.look()
    async with store.begin() as tx:
        assert len(await reviews.versions(tx, 20, "proposed")) == 1


async def test_a_file_made_from_an_older_version_is_refused_in_words_and_nothing_stops(
    store: Store, settings: Settings, watch: Any
) -> None:
    start = read_source(settings.content_dir)
    here = await watch()
    who = await officer(store)
    async with store.begin() as tx:
        await rulebook.propose(tx, settings, with_rule(start, "海马特惠"), "聊天", who)
    save(settings, with_rule(start, "犀牛大礼"))
    await here.watcher.look()
    assert read_source(settings.content_dir).digest == here.watcher.version
    assert here.gate.judge("海马特惠").decision != "pass"
    async with store.begin() as tx:
        rows = await tx.connection.execute(
            outbox.OUTBOX.select().where(outbox.OUTBOX.c.chat_id == who.chat_id)
        )
        assert "词库刚被改过" in rows.one().params["text"]


async def test_whatever_happens_in_a_look_the_next_one_comes(
    watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await watch()
    monkeypatch.setattr(rulebook, "WATCH_SECONDS", 0.001)
    looks: list[int] = []
    enough = asyncio.Event()

    async def broken() -> None:
        looks.append(1)
        if len(looks) == 3:
            enough.set()
        raise UserError("坏了") if len(looks) % 2 else RuntimeError("坏了")

    monkeypatch.setattr(here.watcher, "look", broken)
    running = asyncio.create_task(here.watcher.run())
    await asyncio.wait_for(enough.wait(), 5)
    assert not running.done()
    running.cancel()


def retired(source: Source, checker: Checker, rule: str) -> Checker:
    """The rulebook without a rule from today on."""
    rules = retire_rule(source.rules, rule, TODAY - timedelta(days=1))
    return make_checker(Source(rules, source.lexicon), checker)


def test_a_retired_rule_counts_as_retired_in_the_back_test(
    settings: Settings, model: Model
) -> None:
    source = with_rule(read_source(settings.content_dir), "海马特惠")
    checker = Checker(source.book(), model, source.digest)
    rule = next(hit.rule for hit in checker.check("海马特惠").findings)
    texts = [("海马特惠", "client"), ("您好", "client"), ("保本保息，稳赚不赔", "public")]
    tested = compare(texts, checker, retired(source, checker, rule), TODAY, Facts())
    assert (tested.messages, tested.unchanged_stopped) == (3, 1)
    assert [text for text, _ in tested.newly_passed] == ["海马特惠"]
    assert tested.newly_stopped == []


async def test_each_past_text_is_judged_once(
    store: Store, settings: Settings, model: Model
) -> None:
    source = read_source(settings.content_dir)
    checker = Checker(source.book(), model, source.digest)
    candidate = make_checker(with_rule(source, "海马特惠"), checker)
    async with store.begin() as tx:
        for text in ("海马特惠", "海马特惠", "您好"):
            await archive.append(tx, "judged", "client", text=text, decision="pass")
        tested = await rulebook.back_test(tx, checker, candidate, 30, TODAY, Facts())
    assert (tested.messages, len(tested.newly_stopped)) == (2, 1)


async def test_officers_hear_of_others_changes_and_of_broken_files_in_one_sentence(
    database_url: str, clock: FrozenClock, tmp_path: Path
) -> None:
    async with office(database_url, clock, tmp_path) as (app, phone):
        await greet(phone, HE, LIN)
        settings = app.settings
        start = read_source(settings.content_dir)

        # A rule is about to be published when somebody saves the file.
        await phone.say(HE, "/cihui 闪电办理")
        await phone.tap(HE, "加词条")
        await phone.expect(HE, "要拦哪些说法")
        await phone.say(HE, "闪电办理")
        await phone.tap(HE, "炒停售")
        await phone.expect(HE, "违规的例句")
        await phone.say(HE, "今天闪电办理")
        await phone.tap(HE, "没有相近")
        await phone.expect(HE, "回测")
        save(settings, with_rule(start, "海马特惠"))
        await app.watcher.look()
        refused = await phone.tap(HE, "发布")
        assert refused["text"] == "词库刚被改过，请重做这一步"

        # The file is broken: a change of something else would overwrite what is being mended.
        changed = read_source(settings.content_dir)
        save(settings, Source("categories: [\n" + changed.rules, changed.lexicon))
        await phone.say(HE, "/cihui 海马特惠")
        await phone.tap(HE, "t-4-")
        await phone.expect(HE, "海马特惠")
        refused = await phone.tap(HE, "停用")
        assert "词库文件里另有没改好的错误" in refused["text"]


async def test_a_roll_back_in_the_chat_waits_for_the_second_officer(
    database_url: str, clock: FrozenClock, tmp_path: Path
) -> None:
    async with office(database_url, clock, tmp_path, two_officers=True) as (app, phone):
        await greet(phone, HE)
        alone = dataclasses.replace(app.settings, two_officers=False)
        changed = with_rule(read_source(app.settings.content_dir), "海马特惠")
        clock.advance(timedelta(minutes=1))
        async with app.store.begin() as tx:
            await rulebook.propose(tx, alone, changed, "加词条", None)
        await app.watcher.look()
        await phone.say(HE, "/guize")
        await phone.tap(HE, "来自词库文件")
        await phone.tap(HE, "回滚到这一版")
        await phone.expect(HE, "为什么回滚")
        await phone.say(HE, "停错了")
        await phone.expect(HE, "要另一位合规专员发布才生效")
        assert app.watcher.version == changed.digest
