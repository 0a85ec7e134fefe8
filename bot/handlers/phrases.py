"""The officer's phrase lists in the chat: try a sentence; find, add, change and retire a phrase."""

from __future__ import annotations

import asyncio
import html
from datetime import timedelta
from typing import Any

from bot.compliance import editing, lint, rulebook
from bot.compliance.editing import Place
from bot.compliance.source import Source, make_checker, read_source
from bot.domain.draft import button, in_rows
from bot.errors import DataFileError, UserError
from bot.handlers import backtesting
from bot.handlers.compose import explain
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.handlers.officer import office_today
from bot.store import archive

BACK_TEST_DAYS = 30
_HITS_SINCE = timedelta(days=90)
_SHOWN = 3


async def try_sentence(context: Context) -> None:
    """Judge a sentence without sending or archiving it."""
    if context.event.command == "yuju" and context.event.text:
        await _tried(context, context.event.text)
        return
    await context.set_dialogue(flow="try")
    context.show(context.say("try_ask"), [back_row(context)])


async def typed_sentence(context: Context) -> None:
    """The sentence was typed; the next one may follow."""
    await _tried(context, context.event.text)


async def _tried(context: Context, text: str) -> None:
    verdict = context.office.gate.judge(text)
    version = verdict.version
    if verdict.decision == "pass":
        context.reply(context.say("try_passed", version=version), [back_row(context)])
        return
    context.reply(explain(context, text, verdict), [back_row(context)], html=True)


async def _in_force(context: Context) -> Source:
    version = await rulebook.current(context.tx)
    if version is None:
        raise UserError(context.say("phrase_gone"))
    return rulebook.source_of(version)


async def _to_change(context: Context) -> Source:
    """The text in force; refused while somebody mends the files, which publishing overwrites."""
    in_force = await _in_force(context)
    try:
        on_disk = read_source(context.office.settings.content_dir)
        if on_disk != in_force:
            await asyncio.to_thread(on_disk.book)
    except DataFileError as error:
        raise UserError(context.say("phrase_file_faulty")) from error
    return in_force


async def search(context: Context) -> None:
    """``/cihui`` with a word looks for it; without one it asks."""
    if context.event.command == "cihui" and context.event.text:
        await _found(context, context.event.text.strip())
        return
    await context.set_dialogue(flow="phrase", step="search")
    add = [button(context.say("button_phrase_add"), "1:ph:add"), *back_row(context)]
    context.show(context.say("phrase_search_ask"), [add])


async def _found(context: Context, word: str) -> None:
    found = editing.search((await _in_force(context)).rules, word[:40])
    rows = [
        [button(f"{place.value['id']}　{_words(place)}"[:60], f"1:ph:one:{place.value['id']}")]
        for place in found
    ]
    rows.append([button(context.say("button_phrase_add"), "1:ph:add"), *back_row(context)])
    key = "phrase_found" if found else "phrase_not_found"
    context.reply(context.say(key, word=word[:40], count=len(found)), rows)


def _words(place: Place) -> str:
    value = place.value
    return "、".join(map(str, value.get("any") or value.get("terms") or [value.get("pattern", "")]))


async def tap(context: Context) -> None:
    """Buttons of the dialogue."""
    match context.parts:
        case ["add"]:
            await context.set_dialogue(flow="phrase", step="words")
            context.show(context.say("phrase_ask_words"), [back_row(context)])
        case ["one", rule_id]:
            await _one(context, rule_id)
        case ["change", rule_id] if editing.find((await _in_force(context)).rules, rule_id):
            await context.set_dialogue(flow="phrase", step="change", rule=rule_id)
            context.reply(context.say("phrase_ask_change"), [back_row(context)])
        case ["retire", rule_id]:
            source = await _to_change(context)
            yesterday = office_today(context) - timedelta(days=1)
            rules = editing.retire_rule(source.rules, rule_id, yesterday)
            await _ask_why(context, source, rules, context.say("phrase_why_retire", rule=rule_id))
        case ["cat", category] if category in context.office.gate.checker.categories:
            state = await context.dialogue()
            await context.set_dialogue(**{**state, "step": "wrong", "category": category})
            await _ask_wrong(context, state)
        case ["example"]:
            state = await context.dialogue()
            await _wrong(context, state, state.get("example", ""))
        case ["noright"]:
            await _right(context, await context.dialogue(), [])
        case ["publish"]:
            await _publish(context)
        case _:
            raise UserError(context.say("old_button"))


async def _one(context: Context, rule_id: str) -> None:
    place = editing.find((await _in_force(context)).rules, rule_id)
    if place is None:
        raise UserError(context.say("phrase_gone"))
    hits = {
        row["rule"]: row
        for row in await archive.rule_hits(context.tx, context.tx.now - _HITS_SINCE)
    }.get(rule_id, {"stopped": 0, "overruled": 0})
    text = context.say(
        "phrase_card",
        rule=rule_id,
        category=place.category,
        words=_words(place)[:800],
        wrong=" / ".join(place.value.get("wrong", []))[:400],
        right=" / ".join(place.value.get("right", []))[:400] or "—",
        stopped=hits["stopped"],
        overruled=hits["overruled"],
    )
    rows = []
    if place.value.get("any"):
        rows.append([button(context.say("button_phrase_change"), f"1:ph:change:{rule_id}")])
    rows.append(
        [button(context.say("button_phrase_retire"), f"1:ph:retire:{rule_id}"), *back_row(context)]
    )
    context.show(text, rows)


async def typed(context: Context) -> None:
    """What was typed at this step of the dialogue."""
    state = await context.dialogue()
    text = context.event.text.strip()
    match state.get("step"):
        case "search":
            await _found(context, text)
        case "words":
            await _new_words(context, state, text)
        case "wrong":
            await _wrong(context, state, text)
        case "right":
            await _right(context, state, [line for line in text.splitlines() if line.strip()])
        case "change":
            words = _checked(context, text)
            source = await _to_change(context)
            rules = editing.change_rule(
                source.rules, state["rule"], lambda rule: {**rule, "any": words}
            )
            why = context.say("phrase_why_change", rule=state["rule"])
            await _ask_why(context, source, rules, why)
        case _:
            raise UserError(context.say("old_button"))


def _checked(context: Context, text: str) -> list[str]:
    words = editing.split_words(text)
    if not words or any(not 2 <= len(word) <= 60 for word in words):
        raise UserError(context.say("phrase_words_wrong"))
    return words


async def _new_words(context: Context, state: dict[str, Any], text: str) -> None:
    words = _checked(context, text)
    await context.set_dialogue(**{**state, "step": "category", "words": words})
    categories = context.office.gate.checker.categories
    buttons = [button(one.name, f"1:ph:cat:{one.id}") for one in categories.values()]
    rows = in_rows(buttons, 2)
    context.reply(context.say("phrase_ask_category", words="、".join(words)), rows)


async def _ask_wrong(context: Context, state: dict[str, Any]) -> None:
    rows = [back_row(context)]
    if state.get("example"):
        rows.insert(0, [button(context.say("button_phrase_example"), "1:ph:example")])
    context.show(context.say("phrase_ask_wrong"), rows)


async def _wrong(context: Context, state: dict[str, Any], text: str) -> None:
    wrong = [line.strip() for line in text.splitlines() if line.strip()]
    if not wrong:
        raise UserError(context.say("phrase_wrong_missing"))
    await context.set_dialogue(**{**state, "step": "right", "wrong": wrong})
    rows = [[button(context.say("button_phrase_no_right"), "1:ph:noright")], back_row(context)]
    context.reply(context.say("phrase_ask_right"), rows)


async def _right(context: Context, state: dict[str, Any], right: list[str]) -> None:
    if not state.get("words") or not state.get("category") or not state.get("wrong"):
        raise UserError(context.say("old_button"))
    source = await _to_change(context)
    rules, rule_id = editing.add_rule(
        source.rules, state["category"], state["words"], state["wrong"], right
    )
    await _ask_why(context, source, rules, context.say("phrase_why_add", rule=rule_id))


async def _ask_why(context: Context, base: Source, rules: str, why: str) -> None:
    """Check the change of ``base``, try it on the past, and ask whether to publish it."""
    source = Source(rules, base.lexicon)
    in_force = context.office.gate.checker
    try:
        candidate = await asyncio.to_thread(make_checker, source, in_force)
        await asyncio.to_thread(lint.require_examples, candidate, source, in_force)
    except DataFileError as error:
        faults = "\n".join(dict.fromkeys(problem.reason for problem in error.problems))
        raise UserError(context.say("phrase_refused", fault=faults[:800])) from error
    told = await backtesting.lines(context, candidate, BACK_TEST_DAYS)
    await context.set_dialogue(
        flow="phrase", step="publish", rules=rules, why=why, base=base.digest
    )
    rows = [[button(context.say("button_publish"), "1:ph:publish"), *back_row(context)]]
    context.show(f"{html.escape(why)}\n\n" + "\n".join(told), rows, html=True)


async def _publish(context: Context) -> None:
    state = await context.dialogue()
    if state.get("step") != "publish":
        raise UserError(context.say("old_button"))
    source = Source(state["rules"], (await _to_change(context)).lexicon)
    version_id, published = await rulebook.propose(
        context.tx,
        context.office.settings,
        source,
        state["why"],
        context.person,
        base=state["base"],
    )
    context.content_changed = published
    await context.set_dialogue()
    key = "rules_published" if published else "rules_waiting_second"
    context.show(context.say(key, id=version_id), [back_row(context)])
