"""A touch in the agent's hand: the draft to confirm, and the text that was sent outside."""

from __future__ import annotations

from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.compose import explain, own_words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders import drafts, notes, sender
from bot.store import book, outbox, touches
from bot.store.touches import TouchRow


async def tap(context: Context) -> None:
    """Buttons under a draft or under a text to copy."""
    match context.parts:
        case [touch_id]:
            await _show(context, await _mine(context, touch_id, "draft"))
        case [touch_id, "send"]:
            await _send(context, await _mine(context, touch_id, "draft"))
        case [touch_id, "edit"]:
            rows = await _mine(context, touch_id, "draft")
            await context.set_dialogue(flow="draft", touch=rows[0].id)
            context.reply(context.say("touch_edit_ask"), [back_row(context)])
        case [touch_id, "later"]:
            rows = await _mine(context, touch_id, "draft")
            await drafts.later(context.tx, rows, context.office.settings)
            context.show(context.say("draft_later_done"), [back_row(context)])
        case [touch_id, "skip"]:
            rows = await _mine(context, touch_id, "draft", "handed_to_agent")
            await drafts.skip(context.tx, rows[0].id)
            context.show(context.say("draft_skipped"), [back_row(context)])
        case [touch_id, "done"]:
            rows = await _mine(context, touch_id, "handed_to_agent")
            await drafts.by_hand(context.tx, rows[0].id)
            context.show(context.say("by_hand_done"), [back_row(context)])
        case _:
            raise UserError(context.say("old_button"))


async def _mine(context: Context, touch_id: str, *statuses: str) -> list[TouchRow]:
    """A touch with what its message carries, of a client the person may see, still undecided."""
    rows = await touches.carried_by(context.tx, context.number(touch_id))
    if not rows or rows[0].client_id is None or rows[0].audience != "client":
        raise UserError(context.say("touch_gone"))
    await book.client(context.tx, context.person, rows[0].client_id, "touch")
    if rows[0].status not in statuses:
        raise UserError(context.say("touch_decided"))
    return rows


async def _show(context: Context, rows: list[TouchRow]) -> None:
    office = context.office
    client = await book.client(context.tx, context.person, rows[0].client_id, "touch")
    text = await drafts.text_of(context.tx, rows, office.cadences, office.settings, context.person)
    what = notes.names([sender.due_of(row) for row in rows], office.cadences)
    told = context.say("touch_to_confirm", name=client.name, what=what, text=text)
    keyboard = [*notes.confirm_buttons(rows[0].id, context.script), back_row(context)]
    context.show(told, keyboard, client_id=client.id)


async def _send(context: Context, rows: list[TouchRow]) -> None:
    office = context.office
    sent = await drafts.send(
        context.tx, rows, office.cadences, office.settings, office.gate, context.person
    )
    if sent.verdict is None:
        context.show(context.say("draft_refused", why=sent.refusal), [back_row(context)])
    elif sent.verdict.decision == "block":
        told = explain(context, sent.text, sent.verdict) + "\n\n" + context.say("draft_edit_first")
        edit = button(context.say("button_draft_edit"), f"1:td:{rows[0].id}:edit")
        context.reply(told, [[edit], back_row(context)], html=True)
    elif sent.note is not None:
        await outbox.enqueue(context.tx, [sent.note])
        context.show(context.say("draft_copied"), [back_row(context)])
    else:
        key = "draft_held" if sent.verdict.decision == "warn" else "draft_sent"
        context.show(context.say(key, text=sent.text), [back_row(context)])


async def typed(context: Context) -> None:
    """The agent's own words for a draft, judged at once."""
    state = await context.dialogue()
    rows = await _mine(context, str(state.get("touch") or 0), "draft")
    text = own_words(context)
    if text is None:
        return
    await drafts.rewrite(context.tx, rows, text)
    await context.set_dialogue()
    await _show(context, await _mine(context, str(rows[0].id), "draft"))
