"""How to answer an objection: in the chat, as a command, and inline in any chat."""

from __future__ import annotations

from bot.domain.draft import (
    COPY_LIMIT,
    NOTICE,
    Audience,
    Button,
    Draft,
    button,
    copy_button,
    inline_here,
)
from bot.domain.event import Kind
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers import compose
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.outbox import delivery
from bot.scripts_library.match import Matching
from bot.scripts_library.render import chat_text, choices, inline_results, plain_text
from bot.scripts_library.schema import Answer, Intent
from bot.store import archive

_LONGEST = 600
_NEAR = 0.1
_GUESS = 0.3


async def ask(context: Context) -> None:
    """``/yiyi`` with the client's words answers them; without, it asks for them."""
    if context.event.kind is Kind.COMMAND and context.event.text:
        await _answer(context, context.event.text)
        return
    await context.set_dialogue(flow="objection")
    here = [[inline_here(context.say("button_ask_inline"), "")], back_row(context)]
    context.show(context.say("objection_ask"), here)


async def typed(context: Context) -> None:
    """The client's words were typed."""
    await _answer(context, context.event.text)


async def _answer(context: Context, text: str) -> None:
    matching = context.office.matcher.match(text[:_LONGEST])
    library = context.office.library
    if matching.sure:
        intent = library.intent(matching.matches[0].intent)
        if intent is not None:
            await _show(context, intent, intent.answers[0], matching)
            return
    likely = not matching.none or any(match.score >= _GUESS for match in matching.matches)
    offered = choices(library, matching) if likely else []
    rows = [[button(zh, f"1:ob:{intent_id}:0")] for intent_id, zh in offered]
    key = "objection_none" if rows else "objection_none_short"
    context.reply(context.say(key), [*rows, back_row(context)])


async def _show(
    context: Context,
    intent: Intent,
    answer: Answer,
    matching: Matching | None = None,
    *,
    fresh: bool = False,
) -> None:
    at = intent.answers.index(answer)
    text = plain_text(answer)
    following = (at + 1) % len(intent.answers)
    rows: list[list[Button]] = [
        [button(context.say("button_another_answer"), f"1:ob:{intent.id}:{following}")],
        [await _send_button(context, f"1:ob:{intent.id}:{at}:send")],
    ]
    if len(text) <= COPY_LIMIT:
        rows[1].append(copy_button(context.say("button_copy"), text))
    for match in matching.matches[1:3] if matching else ():
        other = context.office.library.intent(match.intent)
        if other is not None and match.score >= _NEAR:
            label = context.say("button_other_intent", intent=other.zh)
            rows.append([button(label, f"1:ob:{other.id}:0")])
    rows.append(back_row(context))
    show = context.reply if fresh else context.show
    show(chat_text(context.office.library, intent, answer), rows, html=True)


async def tap(context: Context) -> None:
    """Another answer, another objection, or send this one to a client."""
    match context.parts:
        case [intent_id, place]:
            await _show(context, *_answer_at(context, intent_id, place))
        case [intent_id, place, "send"]:
            _, answer = _answer_at(context, intent_id, place)
            await compose.offer(context, plain_text(answer))
        case [intent_id, place, "send", client_id]:
            _, answer = _answer_at(context, intent_id, place)
            await compose.judge_for(context, context.number(client_id), plain_text(answer))
        case _:
            raise UserError(context.say("old_button"))


def _answer_at(context: Context, intent_id: str, place: str) -> tuple[Intent, Answer]:
    """The answer that a button is about; the library may have changed since it was shown."""
    intent = context.office.library.intent(intent_id)
    at = context.number(place)
    if intent is None or at >= len(intent.answers):
        raise UserError(context.say("old_button"))
    return intent, intent.answers[at]


async def _send_button(context: Context, data: str) -> Button:
    """Says to whom, when the words of a certain client are being answered."""
    state = await context.dialogue()
    client_id = state.get("client") if state.get("flow") == "objection" else None
    if not client_id:
        return button(context.say("button_send_answer"), data)
    client = await compose.still_mine(context, int(client_id))
    if client is None:
        await context.set_dialogue(flow="objection")
        return button(context.say("button_send_answer"), data)
    label = context.say("button_send_answer_to", name=client.name)
    return button(label, f"{data}:{client.id}")


async def show_first(context: Context, intent: Intent) -> None:
    """The first answer to an objection, as a new message."""
    await _show(context, intent, intent.answers[0], fresh=True)


async def inline(context: Context) -> None:
    """``@bot words`` in any chat: personal results, each already lawful for the public."""
    results = []
    person = context.stranger_or_person
    known = person is not None and person.active and person.role in (Role.AGENT, Role.SUPERVISOR)
    query = context.event.text.strip()[:_LONGEST]
    if known and query:
        matching = context.office.matcher.match(query)
        for entry in inline_results(context.office.library, matching):
            if context.office.gate.judge(entry.text, "public").decision != "pass":
                continue
            results.append(
                {
                    "type": "article",
                    "id": entry.id,
                    "title": entry.title,
                    "description": entry.text[:90],
                    "input_message_content": {"message_text": entry.text},
                }
            )
    params = {
        "inline_query_id": context.event.reference,
        "results": results,
        "is_personal": True,
        "cache_time": 0,
    }
    if not known:
        text = context.say("not_registered_inline")
        params["button"] = {"text": text, "start_parameter": "inline"}
    audience = Audience.PUBLIC if results else Audience.STAFF
    context.drafts.append(
        Draft(context.event.user_id, "answerInlineQuery", params, audience, NOTICE)
    )


async def chosen(context: Context) -> None:
    """An inline result was posted somewhere: the archive keeps what was said."""
    if context.stranger_or_person is None:
        return
    intent_id = context.event.reference.partition(".")[0]
    intent = context.office.library.intent(intent_id)
    answers = {answer.id: answer for answer in intent.answers} if intent else {}
    answer = answers.get(context.event.reference)
    if answer is None:
        return
    verdict = context.office.gate.judge(answer.text, "public")
    archive_id = await delivery.archive_judged(
        context.tx, verdict, answer.text, Audience.PUBLIC, author_id=context.person.id
    )
    await archive.append(
        context.tx,
        "posted",
        Audience.PUBLIC.value,
        subject_id=archive_id,
        author_id=context.person.id,
    )
