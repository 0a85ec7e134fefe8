"""Practice with a simulated client: a conversation, the daily drill, the judgement of a reply."""

from __future__ import annotations

from html import escape

from bot.domain.draft import Button, button
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.practice import service
from bot.practice.client import opening
from bot.practice.judge import MAX_REPLY, Judgement
from bot.practice.schema import Persona
from bot.scripts_library.render import fill
from bot.store import practice, tables

_PAGE = 7
_HOURS = (8, 12, 18, 20, 21)


async def start(context: Context) -> None:
    """What can be practised; a round under way can be gone on with."""
    await context.set_dialogue()
    running = await practice.open_round(context.tx, context.person.id)
    habit = await practice.habit(context.tx, context.person.id)
    rows: list[list[Button]] = []
    if running is not None:
        rows.append(
            [
                button(context.say("button_practice_on"), "1:pr:on"),
                button(context.say("button_practice_stop"), "1:pr:stop"),
            ]
        )
    rows += [
        [
            button(context.say("button_talk"), "1:pr:who:0"),
            button(context.say("button_drill"), "1:pr:drill"),
        ],
        [
            button(context.say("button_progress"), "1:pg:mine"),
            button(context.say("button_drill_hour"), "1:pr:hours"),
        ],
        [
            button(
                context.say("button_judge_end" if habit.at_once else "button_judge_once"),
                "1:pr:when",
            )
        ],
    ]
    if context.person.role is Role.SUPERVISOR:
        rows.append([button(context.say("button_team_practice"), "1:pg:team")])
    rows.append(back_row(context))
    key = "practice_running" if running is not None else "practice_start"
    context.show(context.say(key), rows)


async def tap(context: Context) -> None:
    """Buttons of practice."""
    match context.parts:
        case ["who", page]:
            _who(context, context.number(page))
        case ["with", persona_id]:
            await _talk(context, persona_id)
        case ["drill"]:
            await _drill(context)
        case ["on"]:
            await _go_on(context)
        case ["stop"]:
            await _stop(context)
        case ["when"]:
            habit = await practice.habit(context.tx, context.person.id)
            await practice.set_habit(context.tx, context.person.id, at_once=not habit.at_once)
            await start(context)
        case ["hours"]:
            _hours(context)
        case ["hour", hour]:
            await _set_hour(context, context.number(hour))
        case _:
            raise UserError(context.say("old_button"))


def _who(context: Context, page: int) -> None:
    personas = context.office.personas.personas
    shown = personas[page * _PAGE : (page + 1) * _PAGE]
    if not shown:
        raise UserError(context.say("old_button"))
    rows = [
        [
            button(
                context.say("persona_button", name=one.name, age=one.age, character=one.character),
                f"1:pr:with:{one.id}",
            )
        ]
        for one in shown
    ]
    last = (len(personas) - 1) // _PAGE
    if last:
        onward = 0 if page == last else page + 1
        rows.append([button(context.say("button_more_personas"), f"1:pr:who:{onward}")])
    context.show(context.say("practice_who"), [*rows, [_back(context)]])


def _back(context: Context) -> Button:
    return button(context.say("button_practice"), "1:m:lianxi")


async def _talk(context: Context, persona_id: str) -> None:
    persona = context.office.personas.persona(persona_id)
    if persona is None:
        raise UserError(context.say("old_button"))
    await service.begin_talk(context.tx, context.person.id, persona)
    await context.set_dialogue(flow="practice")
    text = context.say(
        "talk_begins",
        name=persona.name,
        age=persona.age,
        about=persona.about,
        character=persona.character,
        line=opening(persona),
    )
    context.show(text, [_stop_row(context)])


async def _drill(context: Context) -> None:
    queue = await service.begin_drill(context.tx, context.person.id, context.office.library)
    await context.set_dialogue(flow="practice")
    running = await practice.open_round(context.tx, context.person.id)
    line = running.state["line"] if running is not None else ""
    context.show(context.say("drill_begins", count=len(queue), line=line), [_stop_row(context)])


def _stop_row(context: Context) -> list[Button]:
    return [button(context.say("button_practice_stop"), "1:pr:stop")]


async def _go_on(context: Context) -> None:
    """Say again what waits for an answer."""
    running = await practice.open_round(context.tx, context.person.id)
    if running is None:
        raise UserError(context.say("practice_none"))
    await context.set_dialogue(flow="practice")
    persona = context.office.personas.persona(running.persona)
    name = persona.name if persona else context.say("drill_client")
    text = context.say("practice_waits", name=name, line=running.state["line"])
    context.show(text, [_stop_row(context)])


async def _stop(context: Context) -> None:
    stopped = await service.abandon(context.tx, context.person.id)
    await context.set_dialogue()
    key = "practice_stopped" if stopped else "practice_none"
    context.show(context.say(key), [[_back(context)], back_row(context)])


def _hours(context: Context) -> None:
    buttons = [button(f"{hour}:00", f"1:pr:hour:{hour}") for hour in _HOURS]
    off = button(context.say("button_no_reminder"), "1:pr:hour:99")
    context.show(context.say("drill_hours"), [buttons, [off], [_back(context)]])


async def _set_hour(context: Context, hour: int) -> None:
    kept = hour if hour in _HOURS else None
    await practice.set_habit(context.tx, context.person.id, hour=kept)
    told = (
        context.say("drill_hour_kept", hour=kept)
        if kept is not None
        else context.say("drill_hour_off")
    )
    context.show(told, [[_back(context)]])


async def typed(context: Context) -> None:
    """The trainee's reply: judged, and the client reacts."""
    running = await practice.open_round(context.tx, context.person.id)
    reply = context.event.text.strip()
    if running is None:
        await context.set_dialogue()
        raise UserError(context.say("practice_none"))
    if len(reply) > MAX_REPLY:
        raise UserError(context.say("practice_long", limit=MAX_REPLY))
    persona = context.office.personas.persona(running.persona)
    if persona is None and running.kind == service.TALK:
        await service.abandon(context.tx, context.person.id)
        await context.set_dialogue()
        raise UserError(context.say("persona_gone"))
    verdict = context.office.gate.judge(reply)
    played = await service.play(
        context.tx, running, persona, context.office.library, context.office.judge, reply, verdict
    )
    habit = await practice.habit(context.tx, context.person.id)
    lines = []
    if habit.at_once or running.kind == service.DRILL or played.outcome == "unlawful":
        lines.append(_judged(context, played.intent, played.judgement, persona))
    if played.judgement.unlawful:
        finding = verdict.findings[0]
        lines.append(
            context.say(
                "practice_unlawful",
                matched=escape(finding.matched[:60]),
                reason=escape(finding.reason),
                basis=escape(finding.basis),
            )
        )
    if played.line:
        name = persona.name if persona else context.say("drill_next", left=played.left)
        lines.append(f"<b>{escape(name)}</b>：{escape(played.line)}")
    rows = [_stop_row(context)]
    if played.outcome is not None:
        await context.set_dialogue()
        lines.append(await _ended(context, running, played.outcome))
        rows = [
            [button(context.say("button_transcript"), f"1:pg:round:{running.id}")],
            [_back(context), *back_row(context)],
        ]
    context.reply("\n\n".join(lines), rows, html=True)


def _judged(context: Context, intent_id: str, judgement: Judgement, persona: Persona | None) -> str:
    """The points, each with the trainee's own words, and a model answer."""
    lines = [context.say("practice_score", score=judgement.score)]
    for point in judgement.points:
        part = context.say(f"part_{point.part}")
        quotes = "、".join(f"“{escape(word)}”" for word in point.quotes)
        full = point.earned == point.worth
        mark = "✅" if full else "🔸" if point.earned else "▫️"
        hint = "" if full else context.say(f"hint_{point.part}")
        liked = persona is not None and persona.calms == point.part and full
        more = context.say("part_liked", name=persona.name) if persona and liked else ""
        lines.append(f"{mark} {part} {quotes}{hint}{more}".rstrip())
    intent = context.office.library.intent(intent_id)
    if intent is not None:
        model = fill(context.office.library, intent.answers[0].chat)
        lines.append(context.say("practice_model", text=escape(model)))
    return "\n".join(lines)


async def _ended(context: Context, running: tables.PracticeRound, outcome: str) -> str:
    """How the round ended, its mean, and what held the client back."""
    kept = await practice.turns(context.tx, running.id or 0)
    mean = round(sum(turn.score for turn in kept) / len(kept)) if kept else 0
    lines = [context.say(f"outcome_{outcome}"), context.say("practice_mean", score=mean)]
    weakest = min(kept, key=lambda turn: turn.score, default=None)
    intent = context.office.library.intent(weakest.intent) if weakest else None
    if intent is not None and weakest is not None and len(kept) > 1:
        lines.append(context.say("practice_weakest", intent=escape(intent.zh), score=weakest.score))
    if intent is not None and intent.stories:
        lines.append(context.say("practice_story", story=escape(intent.stories[0])))
    return "\n".join(lines)
