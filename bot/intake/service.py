"""Interviews against the database: sealed, saved after every answer, finished with a report."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text, update

from bot.domain.draft import NOTICE, button, message
from bot.domain.people import Person, Role
from bot.errors import AccessDenied, UserError
from bot.intake.flow import Answers, live_values, new_answers
from bot.intake.grade import FOLLOW_UP_DAYS, LeadClass
from bot.intake.schema import Questionnaire
from bot.messages import say
from bot.reminders.calendar import LunarDay, lunar_to_solar
from bot.store import book, dialogues, milestones, outbox, people, relations, tables, touches
from bot.store.engine import Tx

INTERVIEW = tables.table(tables.Interview)

_COMPLETE_WITHIN = timedelta(hours=24)
_FORGOTTEN = timedelta(days=14)
_DAY = (9, 21)
_LISTED = 8
_LONGEST_NAME = 30
_ASSUMPTIONS = "assumptions"


def _sealed(tx: Tx, answers: Answers) -> bytes | None:
    return tx.vault.seal(json.dumps(answers, ensure_ascii=False))


async def begin(tx: Tx, agent: Person, title: str, client_id: int | None) -> int:
    """A new interview; the agent is reminded to complete the record within 24 hours."""
    statement = (
        insert(INTERVIEW)
        .values(
            agent_id=agent.id,
            client_id=client_id,
            title=title,
            answers_sealed=_sealed(tx, new_answers()),
            started_at=tx.now,
            updated_at=tx.now,
        )
        .returning(INTERVIEW.c.id)
    )
    return int((await tx.connection.execute(statement)).scalar_one())


async def load(tx: Tx, agent: Person, interview_id: int) -> tuple[tables.Interview, Answers]:
    """An interview of this agent, locked, with its answers opened."""
    query = (
        select(INTERVIEW)
        .where(INTERVIEW.c.id == interview_id, INTERVIEW.c.agent_id == agent.id)
        .with_for_update()
    )
    row = (await tx.connection.execute(query)).first()
    if row is None:
        raise AccessDenied("没有找到这份问卷，请从菜单重新打开")
    interview = tables.Interview.model_validate(row._mapping)
    answers: dict[str, Any] = json.loads(tx.vault.open(interview.answers_sealed) or "{}")
    return interview, answers


async def save(tx: Tx, interview_id: int, answers: Answers, status: str = "open") -> None:
    """Keep the answers; nothing of an interview is held in memory."""
    await tx.connection.execute(
        update(INTERVIEW)
        .where(INTERVIEW.c.id == interview_id)
        .values(answers_sealed=_sealed(tx, answers), updated_at=tx.now, status=status)
    )


async def open_interviews(tx: Tx, agent: Person, limit: int = 6) -> list[tables.Interview]:
    """Interviews that can be continued or read again, newest first."""
    query = (
        select(INTERVIEW)
        .where(INTERVIEW.c.agent_id == agent.id)
        .order_by(INTERVIEW.c.updated_at.desc())
        .limit(limit)
    )
    return [tables.Interview.model_validate(r._mapping) for r in await tx.connection.execute(query)]


async def latest_of(
    tx: Tx, viewer: Person, client_id: int
) -> tuple[tables.Interview, Answers] | None:
    """The newest finished interview of a client whom the viewer may see, with its answers."""
    await book.client(tx, viewer, client_id, "interview")
    query = (
        select(INTERVIEW)
        .where(INTERVIEW.c.client_id == client_id, INTERVIEW.c.status == "finished")
        .order_by(INTERVIEW.c.updated_at.desc())
        .limit(1)
    )
    row = (await tx.connection.execute(query)).first()
    if row is None:
        return None
    interview = tables.Interview.model_validate(row._mapping)
    return interview, json.loads(tx.vault.open(interview.answers_sealed) or "{}")


async def open_of(tx: Tx, leader: Person, agent_id: int) -> list[tables.Interview]:
    """The unfinished interviews of an agent of this supervisor's team, newest first."""
    await people.in_team(tx, leader, agent_id)
    query = (
        select(INTERVIEW)
        .where(INTERVIEW.c.agent_id == agent_id, INTERVIEW.c.status == "open")
        .order_by(INTERVIEW.c.updated_at.desc())
        .limit(_LISTED)
    )
    return [tables.Interview.model_validate(r._mapping) for r in await tx.connection.execute(query)]


async def one_of(tx: Tx, leader: Person, interview_id: int) -> tables.Interview:
    """An unfinished interview of this supervisor's team, locked."""
    query = select(INTERVIEW).where(INTERVIEW.c.id == interview_id, INTERVIEW.c.status == "open")
    row = (await tx.connection.execute(query.with_for_update())).first()
    if row is None:
        raise AccessDenied("这份问卷已经做完了，没有可转的")
    interview = tables.Interview.model_validate(row._mapping)
    await people.in_team(tx, leader, interview.agent_id)
    return interview


async def hand_over(tx: Tx, leader: Person, interview_id: int, to_agent: int) -> tables.Interview:
    """Give an unfinished interview to another of the supervisor's team, its client with it."""
    interview = await one_of(tx, leader, interview_id)
    await people.in_team(tx, leader, to_agent)
    if interview.client_id is not None:
        await book.hand_over(tx, [interview.client_id], to_agent)
    await tx.connection.execute(
        update(INTERVIEW).where(INTERVIEW.c.id == interview_id).values(agent_id=to_agent)
    )
    await touches.give_keyed(tx, _task_key(interview_id), to_agent)
    return interview


_STALE = text(
    "SELECT i.id, i.title, p.chat_id, p.script, p.timezone FROM interview i "
    "JOIN person p ON p.id = i.agent_id AND p.active AND p.reachable "
    "WHERE i.status = 'open' AND i.updated_at BETWEEN :since AND :before AND NOT EXISTS "
    "(SELECT FROM outbox o WHERE o.dedupe_key = 'interview-nudge-' || i.id) LIMIT 200"
)


async def nudge(tx: Tx) -> None:
    """Remind, once and by day, whoever left an interview unfinished for a day."""
    window = {"since": tx.now - _FORGOTTEN, "before": tx.now - _COMPLETE_WITHIN}
    drafts = []
    for row in await tx.connection.execute(_STALE, window):
        hour = tx.now.astimezone(ZoneInfo(row.timezone)).hour
        if not _DAY[0] <= hour < _DAY[1]:
            continue
        again = [[button(say("button_continue", row.script), f"1:iv:open:{row.id}")]]
        words = say("interview_nudge", row.script, title=row.title)
        key = f"interview-nudge-{row.id}"
        drafts.append(message(row.chat_id, words, again, priority=NOTICE, dedupe_key=key))
    await outbox.enqueue(tx, drafts)


def _task_key(interview_id: int | None) -> str:
    return f"interview:{interview_id}"


def _next_key(interview_id: int | None) -> str:
    return f"interview:{interview_id}:next"


async def remind_to_complete(tx: Tx, agent: Person, interview_id: int, title: str) -> None:
    """A task that stays until the interview is finished."""
    await touches.add_task(
        tx,
        agent.id,
        "complete_interview",
        title,
        due_at=tx.now + _COMPLETE_WITHIN,
        dedupe_key=_task_key(interview_id),
    )


async def office_assumptions(tx: Tx) -> dict[str, str]:
    """The assumptions the office has set for all its reports, as text by name."""
    return dict(await dialogues.setting(tx, _ASSUMPTIONS) or {})


async def set_office_assumptions(tx: Tx, leader: Person, changes: dict[str, str]) -> None:
    """Keep assumptions for all reports of the office; supervisors and administrators only."""
    if leader.role not in (Role.SUPERVISOR, Role.ADMIN):
        raise AccessDenied("公司的默认假设由主管或管理员改；您可以只改这一份报告")
    before = await office_assumptions(tx)
    await dialogues.put_setting(tx, _ASSUMPTIONS, {**before, **changes})


async def follow_up(
    tx: Tx,
    interview: tables.Interview,
    lead_class: LeadClass,
    tags: list[str],
    title: str,
    today: date,
) -> None:
    """The next step as a task with its deadline, and the client's tags; once for an interview."""
    await touches.add_task(
        tx,
        interview.agent_id,
        "follow_up",
        title,
        client_id=interview.client_id,
        due_at=tx.now + timedelta(days=FOLLOW_UP_DAYS[lead_class]),
        dedupe_key=_next_key(interview.id),
    )
    if interview.client_id is not None:
        await relations.add_tags(tx, interview.client_id, "who", tags)
        await milestones.set_grade(tx, interview.client_id, lead_class, today)


async def finish(
    tx: Tx, interview: tables.Interview, answers: Answers, questionnaire: Questionnaire
) -> bool:
    """Close an interview: the reminder is done, consents that changed are recorded, and what the
    client's record did not know is filled in. True when a birthday became known."""
    await save(tx, interview.id or 0, answers, status="finished")
    await touches.finish_keyed(tx, _task_key(interview.id))
    if interview.client_id is None:
        return False
    live = live_values(questionnaire, answers)
    await _record_consents(tx, interview.client_id, interview.agent_id, questionnaire, live)
    client = await book.client_for_system(tx, interview.client_id)
    told = facts_told(live)
    told.pop("id_number", None)  # sealed: nobody can see whether there is one already
    known = {"sex": client.sex, "birth_on": client.birth_on, "phone": client.phone}
    fresh = {name: value for name, value in told.items() if known.get(name, "") is None}
    if "birth_on" in fresh:
        fresh["birth_lunar"] = told["birth_lunar"]
    if fresh:
        await book.change_client(tx, client.id, **fresh)
    return "birth_on" in fresh


def facts_told(live: dict[str, Any]) -> dict[str, Any]:
    """What an interview tells of the client's own record: sex, birthday, phone, ID number."""
    told = {
        column: live[key]
        for column, key in (
            ("sex", "client_sex"),
            ("phone", "client_phone"),
            ("id_number", "client_id_number"),
        )
        if key in live
    }
    birth = live.get("client_birth") or {}
    if "lunar" in birth:
        year, month, day, leap = birth["lunar"]
        told |= {"birth_on": lunar_to_solar(year, LunarDay(month, day, leap)), "birth_lunar": True}
    elif len(birth.get("date", "")) == len("1990-05-01"):
        told |= {"birth_on": date.fromisoformat(birth["date"]), "birth_lunar": False}
    return told


async def _record_consents(
    tx: Tx, client_id: int, agent_id: int, questionnaire: Questionnaire, live: dict[str, Any]
) -> None:
    before = await book.consents(tx, client_id)
    for kind, question in questionnaire.consents.items():
        given = live.get(question) is True
        if question in live and before.get(kind) is not given:
            await book.record_consent(tx, client_id, kind, given, agent_id)


async def keep_client(
    tx: Tx,
    agent: Person,
    interview: tables.Interview,
    answers: Answers,
    questionnaire: Questionnaire,
) -> int:
    """Put the person of an interview without a client into the agent's book; the client's id.

    Somebody with the same phone is taken to be the same person. Raises UserError without consent
    or a name.
    """
    live = live_values(questionnaire, answers)
    name = str(live.get("client_name") or "").strip()[:_LONGEST_NAME]
    if live.get(questionnaire.consents["personal"]) is not True or not name:
        raise UserError("先要客户同意保存资料，并有称呼，才能存进名单。")
    told = facts_told(live)
    phone = told.get("phone")
    same = await book.by_phone(tx, phone, agent.id) if phone else []
    client = same[0] if same else await book.add_client(tx, agent.id, name, **told)
    await tx.connection.execute(
        update(INTERVIEW).where(INTERVIEW.c.id == interview.id).values(client_id=client.id)
    )
    await touches.link_keyed(tx, _next_key(interview.id), client.id)
    await _record_consents(tx, client.id, agent.id, questionnaire, live)
    return client.id
