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
from bot.domain.people import Client, Role
from bot.errors import UserError
from bot.handlers import compose, obliged, words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.outbox import queueing
from bot.scripts_library.match import Matching
from bot.scripts_library.render import choices, inline_results, sent_text, short_text, whole_text
from bot.scripts_library.schema import Answer, Intent
from bot.scripts_library.service import ranked
from bot.store import archive, library

_LONGEST = 600
_SHORTEST_UNHEARD = 4
_NEAR = 0.1
_GUESS = 0.3


async def ask(context: Context) -> None:
    """``/yiyi`` with the client's words answers them; without, it asks for them."""
    if context.event.kind is Kind.COMMAND and context.event.text:
        await _answer(context, context.event.text, asked=True)
        return
    await context.set_dialogue(flow="objection")
    here = [
        [button(context.say("button_scenes"), "1:sc")],
        [inline_here(context.say("button_ask_inline"), "")],
        back_row(context),
    ]
    context.show(context.say("objection_ask"), here)


async def typed(context: Context) -> None:
    """The client's words were typed."""
    asked = (await context.dialogue()).get("flow") == "objection"
    await _answer(context, context.event.text, asked=asked)


async def _answer(context: Context, text: str, *, asked: bool) -> None:
    """Answer what is sure, else let the agent pick; what was not understood goes to the supervisor.

    ``asked`` tells that the agent said it is an objection, so that even words which look like
    ordinary talk are worth learning.
    """
    matching = context.office.matcher.match(text[:_LONGEST])
    if matching.sure:
        intent = context.office.library.intent(matching.matches[0].intent)
        if intent is not None:
            first, *_ = await ranked(context.tx, intent)
            await _show(context, intent, first, matching)
            return
    likely = not matching.none or any(match.score >= _GUESS for match in matching.matches)
    offered = choices(context.office.library, matching) if likely else []
    if (asked or not matching.none) and len(text.strip()) >= _SHORTEST_UNHEARD:
        await library.keep_unheard(context.tx, context.person.id, text[:_LONGEST])
    rows = [[button(zh, f"1:ob:{intent_id}:0")] for intent_id, zh in offered]
    key = "objection_none" if rows else "objection_none_short"
    context.reply(context.say(key), [*rows, back_row(context)])


async def _show(
    context: Context,
    intent: Intent,
    answer: Answer,
    matching: Matching | None = None,
    *,
    whole: bool = False,
    fresh: bool = False,
) -> None:
    """One answer, short; ``whole`` adds the longer form and the notes for the agent."""
    client = await _client(context)
    said = await words.filled(context, answer.chat, client)
    here = f"1:ob:{intent.id}:{intent.answers.index(answer)}"
    order = await ranked(context.tx, intent)
    following = order[(order.index(answer) + 1) % len(order)]
    rows: list[list[Button]] = [
        [_send_button(context, here, client)],
        [
            button(
                context.say("button_another_answer"),
                f"1:ob:{intent.id}:{intent.answers.index(following)}",
            ),
            button(context.say("button_less" if whole else "button_whole"), _toggled(here, whole)),
        ],
        [button("👍", f"{here}:up"), button("👎", f"{here}:down")],
    ]
    copied = await words.filled(context, sent_text(context.office.library, answer), client)
    if len(copied) <= COPY_LIMIT:
        rows[0].append(copy_button(context.say("button_copy"), copied))
    rows += obliged.row(context, intent, client)
    rows += _other_objections(context, matching)
    rows.append(back_row(context))
    if whole:
        called = await words.filled(context, answer.call, client)
        text = whole_text(context.office.library, intent, answer, said, called)
    else:
        text = short_text(context.office.library, intent, answer, said)
    (context.reply if fresh else context.show)(text, rows, html=True)


def _toggled(here: str, whole: bool) -> str:
    return here if whole else f"{here}:more"


def _other_objections(context: Context, matching: Matching | None) -> list[list[Button]]:
    """What else the message raises for sure, then what it may mean instead."""
    if matching is None:
        return []
    named = [("button_also_intent", name) for name in matching.others]
    named += [
        ("button_other_intent", match.intent)
        for match in matching.matches[1:3]
        if match.score >= _NEAR and match.intent not in matching.others
    ]
    rows = []
    for key, name in named:
        other = context.office.library.intent(name)
        if other is not None:
            rows.append([button(context.say(key, intent=other.zh), f"1:ob:{other.id}:0")])
    return rows


async def tap(context: Context) -> None:
    """Another answer, more of it, a vote, another objection, or send this one to a client."""
    match context.parts:
        case [intent_id, place]:
            await _show(context, *_answer_at(context, intent_id, place))
        case [intent_id, place, "more"]:
            await _show(context, *_answer_at(context, intent_id, place), whole=True)
        case [intent_id, place, "up" | "down" as opinion]:
            _, answer = _answer_at(context, intent_id, place)
            useful = opinion == "up"
            await library.vote(context.tx, context.person.id, answer.id, useful=useful)
            context.toast(context.say("vote_up" if useful else "vote_down"))
        case [intent_id, place, "send"]:
            _, answer = _answer_at(context, intent_id, place)
            await compose.offer(context, sent_text(context.office.library, answer))
        case [intent_id, place, "send", client_id]:
            _, answer = _answer_at(context, intent_id, place)
            text = sent_text(context.office.library, answer)
            await compose.judge_for(context, context.number(client_id), text)
        case _:
            raise UserError(context.say("old_button"))


def _answer_at(context: Context, intent_id: str, place: str) -> tuple[Intent, Answer]:
    """The answer that a button is about; the library may have changed since it was shown."""
    intent = context.office.library.intent(intent_id)
    at = context.number(place)
    if intent is None or at >= len(intent.answers):
        raise UserError(context.say("old_button"))
    return intent, intent.answers[at]


async def _client(context: Context) -> Client | None:
    """The client whose words are being answered, when there is a certain one."""
    state = await context.dialogue()
    client_id = state.get("client") if state.get("flow") == "objection" else None
    if not client_id:
        return None
    client = await compose.still_mine(context, int(client_id))
    if client is None:
        await context.set_dialogue(flow="objection")
    return client


def _send_button(context: Context, here: str, client: Client | None) -> Button:
    """Says to whom, when the words of a certain client are being answered."""
    if client is None:
        return button(context.say("button_send_answer"), f"{here}:send")
    label = context.say("button_send_answer_to", name=client.name)
    return button(label, f"{here}:send:{client.id}")


async def show_first(context: Context, intent: Intent) -> None:
    """The best answer to an objection, as a new message."""
    first, *_ = await ranked(context.tx, intent)
    await _show(context, intent, first, fresh=True)


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
    text = await words.filled(context, sent_text(context.office.library, answer), None)
    verdict = context.office.gate.judge(text, "public")
    archive_id = await queueing.archive_judged(
        context.tx, verdict, text, Audience.PUBLIC, author_id=context.person.id
    )
    await archive.append(
        context.tx,
        "posted",
        Audience.PUBLIC.value,
        subject_id=archive_id,
        author_id=context.person.id,
    )
