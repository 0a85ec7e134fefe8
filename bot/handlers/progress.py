"""Progress of practice: the picture, the rank, transcripts, and the supervisor's view of a team."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from html import escape

from bot.domain.draft import NOTICE, Button, button, message
from bot.domain.people import Person, Role
from bot.errors import AccessDenied, UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.messages import say
from bot.pictures.mastery import mastery_picture
from bot.practice.progress import WEEKS, by_week, streak
from bot.store import outbox, people, practice

_SHOWN_INTENTS = 6
_WEAK_SHOWN = 5
_LONGEST_COMMENT = 300
_MONTH = timedelta(days=30)


async def tap(context: Context) -> None:
    """Buttons of progress."""
    match context.parts:
        case ["mine"]:
            await _mine(context)
        case ["rank"]:
            await _toggle_rank(context)
        case ["round", round_id]:
            await _transcript(context, context.number(round_id))
        case ["team"]:
            await _team(context)
        case ["member", person_id]:
            await _member(context, context.number(person_id))
        case ["give", person_id, intent_id]:
            await _give(context, context.number(person_id), intent_id)
        case ["comment", round_id]:
            await _ask_comment(context, context.number(round_id))
        case _:
            raise UserError(context.say("old_button"))


async def _mine(context: Context) -> None:
    since = context.tx.now - timedelta(weeks=WEEKS)
    scored = await practice.scores(context.tx, [context.person.id], since)
    habit = await practice.habit(context.tx, context.person.id)
    key = "button_rank_off" if habit.ranked else "button_rank_on"
    rows = [
        [button(context.say(key), "1:pg:rank")],
        [button(context.say("button_practice"), "1:m:lianxi"), *back_row(context)],
    ]
    if not scored:
        context.show(context.say("progress_none"), rows)
        return
    zone = context.zone()
    days = {at.astimezone(zone).date() for *_, at in scored}
    weeks = by_week([(score, at) for _, _, score, at in scored], context.today(), zone)
    weakest = _weakest([(intent, score) for _, intent, score, _ in scored])
    caption = [context.say("progress_streak", days=streak(days, context.today()))]
    if habit.ranked:
        caption.append(await _rank(context))
    picture = await asyncio.to_thread(
        mastery_picture,
        context.say("progress_title", name=context.person.name[:12]),
        [(f"{monday:%m-%d}", score) for monday, score in weeks],
        [(_zh(context, intent), score) for intent, score in weakest[:_SHOWN_INTENTS]],
        context.say("progress_weak"),
        context.say("progress_foot", count=len(scored)),
    )
    context.send_photo(picture, "\n".join(caption), rows)


def _weakest(scored: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """(intent, mean of its last three scores), the weakest first."""
    by_intent: dict[str, list[int]] = defaultdict(list)
    for intent, score in scored:
        by_intent[intent].append(score)
    means = [(intent, round(sum(kept[-3:]) / len(kept[-3:]))) for intent, kept in by_intent.items()]
    return sorted(means, key=lambda one: (one[1], one[0]))


def _zh(context: Context, intent_id: str) -> str:
    intent = context.office.library.intent(intent_id)
    return intent.zh if intent else intent_id


async def _rank(context: Context) -> str:
    """The place among those of the team who show theirs too."""
    peers = await practice.ranked_peers(context.tx, context.person)
    ids = [person_id for person_id, _ in peers]
    means = await practice.averages(context.tx, ids, context.tx.now - _MONTH)
    order = sorted(means, key=lambda one: -means[one][0])
    if context.person.id not in order:
        return context.say("rank_none")
    place = order.index(context.person.id) + 1
    return context.say("rank_place", place=place, count=len(order))


async def _toggle_rank(context: Context) -> None:
    habit = await practice.habit(context.tx, context.person.id)
    await practice.set_habit(context.tx, context.person.id, ranked=not habit.ranked)
    key = "rank_hidden" if habit.ranked else "rank_shown"
    rows = [[button(context.say("button_progress"), "1:pg:mine"), *back_row(context)]]
    context.reply(context.say(key), rows)


async def _transcript(context: Context, round_id: int) -> None:
    """What was said in a round, for the trainee or the trainee's supervisor."""
    found = await practice.readable_round(context.tx, context.person, round_id)
    if found is None:
        raise AccessDenied(context.say("round_not_yours"))
    lines = []
    for turn in await practice.turns(context.tx, round_id):
        lines.append(f"<b>{escape(_zh(context, turn.intent))}</b>　{turn.score}")
        lines.append(f"<i>{escape(turn.line)}</i>\n{escape(turn.reply[:250])}")
    if found.comment:
        lines.append(context.say("round_comment", comment=escape(found.comment)))
    rows: list[list[Button]] = []
    if found.person_id != context.person.id:
        rows.append([button(context.say("button_comment"), f"1:pg:comment:{round_id}")])
    rows.append([button(context.say("button_practice"), "1:m:lianxi"), *back_row(context)])
    context.reply("\n\n".join(lines)[:4000], rows, html=True)


async def _team(context: Context) -> None:
    """The team's month: who practised how much, and where everybody is weak."""
    if context.person.role is not Role.SUPERVISOR:
        raise AccessDenied(context.say("not_your_role"))
    members = await people.team_of(context.tx, context.person)
    ids = [member.id for member in members]
    since = context.tx.now - _MONTH
    means = await practice.averages(context.tx, ids, since)
    scored = await practice.scores(context.tx, ids, since)
    if not members or not scored:
        context.show(context.say("team_practice_none"), [back_row(context)])
        return
    lines = [context.say("team_practice")]
    for member in members:
        mean, count = means.get(member.id, (0, 0))
        key = "team_member_line" if count else "team_member_idle"
        lines.append(context.say(key, name=member.name, score=mean, count=count))
    weak = _weakest([(intent, score) for _, intent, score, _ in scored])[:_WEAK_SHOWN]
    lines.append(context.say("team_weak"))
    lines += [f"· {_zh(context, intent)} {score}" for intent, score in weak]
    rows = [[button(member.name, f"1:pg:member:{member.id}")] for member in members[:8]]
    context.show("\n".join(lines), [*rows, back_row(context)])


async def _of_team(context: Context, person_id: int) -> Person:
    """A member of the supervisor's own team."""
    if context.person.role is Role.SUPERVISOR:
        for member in await people.team_of(context.tx, context.person):
            if member.id == person_id:
                return member
    raise AccessDenied(context.say("not_your_team"))


async def _member(context: Context, person_id: int) -> None:
    """One member: weak intents to give as a drill, and the last rounds to read."""
    member = await _of_team(context, person_id)
    scored = await practice.scores(context.tx, [member.id], context.tx.now - _MONTH)
    weak = _weakest([(intent, score) for _, intent, score, _ in scored])[:3]
    rows = [
        [
            button(
                context.say("button_give_drill", intent=_zh(context, intent)),
                f"1:pg:give:{member.id}:{intent}",
            )
        ]
        for intent, _ in weak
    ]
    for one in await practice.last_rounds(context.tx, member.id, 3):
        day = one.started_at.astimezone(context.zone()).date()
        persona = context.office.personas.persona(one.persona)
        name = persona.name if persona else context.say("button_drill")
        label = context.say("button_round", day=f"{day:%m-%d}", name=name)
        rows.append([button(label, f"1:pg:round:{one.id}")])
    key = "member_practice" if scored else "member_idle"
    rows.append([button(context.say("button_team_practice"), "1:pg:team"), *back_row(context)])
    context.show(context.say(key, name=member.name), rows)


async def _give(context: Context, person_id: int, intent_id: str) -> None:
    """Give a drill of one intent to a member, who is told."""
    member = await _of_team(context, person_id)
    if context.office.library.intent(intent_id) is None:
        raise UserError(context.say("old_button"))
    await practice.add_source(context.tx, member.id, intent_id, "task", context.person.id)
    zh = _zh(context, intent_id)
    told = say("drill_given", member.script, name=context.person.name, intent=zh)
    start = [[button(say("button_drill", member.script), "1:pr:drill")]]
    await outbox.enqueue(context.tx, [message(member.chat_id, told, start, priority=NOTICE)])
    context.toast(context.say("drill_given_toast", name=member.name))


async def _ask_comment(context: Context, round_id: int) -> None:
    await _foreign_round(context, round_id)
    await context.set_dialogue(flow="practice_comment", round=round_id)
    context.reply(context.say("comment_ask"), [back_row(context)])


async def _foreign_round(context: Context, round_id: int) -> int:
    """Whose round it is, when it is one of the supervisor's team and not the reader's own."""
    found = await practice.readable_round(context.tx, context.person, round_id)
    if found is None or found.person_id == context.person.id:
        raise AccessDenied(context.say("round_not_yours"))
    return found.person_id


async def typed_comment(context: Context) -> None:
    """The supervisor's word goes to the trainee."""
    state = await context.dialogue()
    round_id = int(state.get("round") or 0)
    words = context.event.text.strip()
    if len(words) > _LONGEST_COMMENT:
        raise UserError(context.say("practice_long", limit=_LONGEST_COMMENT))
    trainee = await people.by_id(context.tx, await _foreign_round(context, round_id))
    await practice.comment(context.tx, round_id, context.person.id, words)
    await context.set_dialogue()
    told = say("comment_told", trainee.script, name=context.person.name, comment=words)
    read = [[button(say("button_transcript", trainee.script), f"1:pg:round:{round_id}")]]
    await outbox.enqueue(context.tx, [message(trainee.chat_id, told, read, priority=NOTICE)])
    context.reply(context.say("comment_kept"), [back_row(context)])
