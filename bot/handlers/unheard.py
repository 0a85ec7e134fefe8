"""The supervisor's to-write list: words nobody understood become lines and answers of the office."""

from __future__ import annotations

from bot.domain.draft import Button, button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.scripts_library.render import choices
from bot.scripts_library.schema import NONE
from bot.store import library, practice

_PAGE = 8
_LONGEST_ANSWER = 300


async def next_(context: Context) -> None:
    """The oldest words that wait."""
    await _show(context)


async def _show(context: Context, after: int = 0) -> None:
    """The next words after an id, with the likeliest meanings as buttons."""
    await context.set_dialogue()
    found, count = await library.waiting(context.tx, context.person, after)
    if found is None:
        context.show(context.say("unheard_none"), [back_row(context)])
        return
    matching = context.office.matcher.match(found.words)
    rows = [
        [button(zh, f"1:un:{found.id}:{intent_id}")]
        for intent_id, zh in choices(context.office.library, matching)
    ]
    rows += [
        [
            button(context.say("button_unheard_other"), f"1:un:{found.id}:list:0"),
            button(context.say("button_unheard_no"), f"1:un:{found.id}:{NONE}"),
        ],
        [button(context.say("button_unheard_skip"), f"1:un:{found.id}:skip"), *back_row(context)],
    ]
    said = context.say("unheard_words", count=count, person=found.person, words=found.words)
    context.show(said, rows)


async def tap(context: Context) -> None:
    """What the words mean; skip them; look through all objections; write an answer."""
    match context.parts:
        case ["next"]:
            await _show(context)
        case ["write", intent_id]:
            await _ask_answer(context, intent_id)
        case [unheard_id, "skip"]:
            await _show(context, context.number(unheard_id))
        case [unheard_id, "list", page]:
            _list(context, context.number(unheard_id), context.number(page))
        case [unheard_id, intent_id]:
            await _settle(context, context.number(unheard_id), intent_id)
        case _:
            raise UserError(context.say("old_button"))


def _list(context: Context, unheard_id: int, page: int) -> None:
    intents = context.office.library.intents
    shown = intents[page * _PAGE : (page + 1) * _PAGE]
    if not shown:
        raise UserError(context.say("old_button"))
    rows = [[button(intent.zh, f"1:un:{unheard_id}:{intent.id}")] for intent in shown]
    last = (len(intents) - 1) // _PAGE
    onward = 0 if page == last else page + 1
    rows.append([button(context.say("button_more_intents"), f"1:un:{unheard_id}:list:{onward}")])
    context.show(context.say("unheard_list", page=page + 1, pages=last + 1), rows)


async def _settle(context: Context, unheard_id: int, intent_id: str) -> None:
    """The words become a line of the office's own, learned at once."""
    intent = context.office.library.intent(intent_id)
    if intent is None and intent_id != NONE:
        raise UserError(context.say("old_button"))
    said = await library.waiting_words(context.tx, context.person, unheard_id)
    if said is None:
        raise UserError(context.say("unheard_settled"))
    asker = await library.settle(context.tx, unheard_id, intent_id)
    if intent is not None:
        await practice.add_source(context.tx, asker, intent.id, "unheard")
    await library.add(context.tx, "utterance", intent_id, said, context.person.id)
    context.content_changed = True
    rows: list[list[Button]] = []
    if intent is not None:
        rows.append([button(context.say("button_write_answer"), f"1:un:write:{intent_id}")])
    rows.append([button(context.say("button_unheard_next"), "1:un:next"), *back_row(context)])
    zh = intent.zh if intent else context.say("unheard_is_none")
    context.show(context.say("unheard_learned", intent=zh), rows)


async def _ask_answer(context: Context, intent_id: str) -> None:
    intent = context.office.library.intent(intent_id)
    if intent is None:
        raise UserError(context.say("old_button"))
    await context.set_dialogue(flow="own_answer", intent=intent_id)
    context.show(context.say("own_answer_ask", intent=intent.zh), [back_row(context)])


async def typed(context: Context) -> None:
    """The answer was written: the rules judge it before the team can use it."""
    state = await context.dialogue()
    intent = context.office.library.intent(str(state.get("intent")))
    if intent is None:
        raise UserError(context.say("old_button"))
    text = context.event.text.strip()
    if len(text) > _LONGEST_ANSWER:
        raise UserError(context.say("own_answer_long", limit=_LONGEST_ANSWER))
    verdict = context.office.gate.judge(text, "public")
    if verdict.decision != "pass":
        finding = verdict.findings[0]
        told = context.say(
            "own_answer_stopped", matched=finding.matched[:60], reason=finding.reason
        )
        context.reply(told, [back_row(context)])
        return
    await library.add(context.tx, "answer", intent.id, text, context.person.id)
    await context.set_dialogue()
    context.content_changed = True
    onward = [button(context.say("button_unheard_next"), "1:un:next"), *back_row(context)]
    context.reply(context.say("own_answer_kept", intent=intent.zh), [onward])
