"""The gap report in the chat: a picture and five lines, the details, other assumptions, the PDF."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from bot.domain.amounts import show_yuan
from bot.domain.draft import Audience, Button, button, in_rows
from bot.domain.household import Household
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.intake import flow, scenario, service
from bot.intake.flow import Answers
from bot.intake.from_answers import household_from_answers, with_recorded
from bot.intake.gap import GapReport, analyse
from bot.intake.printed import bars, client_report
from bot.intake.report import render_report
from bot.intake.summary import five_lines
from bot.outbox import queueing
from bot.pictures.gaps import gap_picture
from bot.pictures.paper import needs_report
from bot.store import book, tables

_TAGS_KEPT = 5
_LEADERS = (Role.SUPERVISOR, Role.ADMIN)


async def tap(context: Context) -> None:
    """Buttons below the report."""
    interview_id = context.number(context.parts[0]) if context.parts else 0
    interview, answers = await service.load(context.tx, context.person, interview_id)
    match context.parts[1:]:
        case ["short"]:
            await show(context, interview, answers, picture=False)
        case ["full"]:
            await _full(context, interview, answers)
        case ["pdf"]:
            await _pdf(context, interview, answers)
        case ["assume"]:
            await _assumptions(context, interview, answers)
        case ["set", name]:
            _choices(context, interview, name)
        case ["put", name, place]:
            await _put(context, interview, answers, name, context.number(place))
        case ["keep"]:
            await _keep_client(context, interview, answers)
        case ["office"]:
            await _keep_for_office(context, interview, answers)
        case ["reset"]:
            answers = {**answers, "assumptions": {}}
            await service.save(context.tx, interview_id, answers, interview.status)
            await _assumptions(context, interview, answers)
        case _:
            raise UserError(context.say("old_button"))


async def show(
    context: Context, interview: tables.Interview, answers: Answers, *, picture: bool = True
) -> None:
    """The picture and the five lines; of somebody who did not consent or was not asked all, why
    there are none."""
    if (why := _nothing_yet(context, answers)) is not None:
        context.show(context.say(why), _rows(context, interview, why))
        return
    report = analyse(await _household(context, interview, answers))
    text = five_lines(report) + _before_and_after(context, answers, report)
    if picture:
        context.send_photo(await _picture(context, report), client_id=interview.client_id)
        context.reply(text, _rows(context, interview), html=True)
    else:
        context.show(text, _rows(context, interview), html=True)


async def plan_next_step(context: Context, interview: tables.Interview, answers: Answers) -> None:
    """A finished interview sets the grade, the tags, and the next step with its deadline."""
    if _nothing_yet(context, answers) is not None:
        return
    report = analyse(await _household(context, interview, answers))
    if report.lead_class is None:
        return
    title = context.say("task_follow_up", title=interview.title, grade=report.lead_class)
    tags = [f"{report.lead_class} 类", *report.tags[:_TAGS_KEPT]]
    await service.follow_up(context.tx, interview, report.lead_class, tags, title, context.today())
    if interview.client_id is not None:
        await context.replan(interview.client_id)


def _before_and_after(context: Context, answers: Answers, report: GapReport) -> str:
    """After a change of life: the family's life gap before it and now."""
    if answers.get("was") is None:
        return ""
    now = sum((max(need.survivor_gap, Decimal(0)) for need in report.life), Decimal(0))
    was = Decimal(answers["was"])
    return "\n" + context.say("gap_changed", was=show_yuan(was), now=show_yuan(now))


def _nothing_yet(context: Context, answers: Answers) -> str | None:
    """The message for answers that allow no analysis yet, else None."""
    questionnaire = context.office.questionnaire
    if flow.next_question(questionnaire, answers) is not None:
        return "report_unfinished"
    consent = questionnaire.consents.get("personal", "")
    agreed = flow.live_values(questionnaire, answers).get(consent) is True
    return None if agreed else "report_no_consent"


async def _household(context: Context, interview: tables.Interview, answers: Answers) -> Household:
    return await household_of(context, interview.client_id, answers)


async def household_of(context: Context, client_id: int | None, answers: Answers) -> Household:
    """The household of an interview by the office's assumptions, policies on record counted."""
    office = await service.office_assumptions(context.tx)
    told = household_from_answers(
        context.office.questionnaire, answers, today=context.today(), office=office
    )
    policies = await book.policies(context.tx, [client_id]) if client_id is not None else []
    return with_recorded(told, policies)


async def latest_household(context: Context, client_id: int) -> Household | None:
    """The household of the newest finished interview, when the client agreed to it."""
    found = await service.latest_of(context.tx, context.person, client_id)
    if found is None:
        return None
    _, answers = found
    questionnaire = context.office.questionnaire
    consent = questionnaire.consents.get("personal", "")
    if flow.live_values(questionnaire, answers).get(consent) is not True:
        return None
    return await household_of(context, client_id, answers)


async def analysis_of(context: Context, client_id: int) -> GapReport | None:
    """The analysis of the newest finished interview, when the client agreed to it."""
    household = await latest_household(context, client_id)
    return None if household is None else analyse(household)


async def _picture(context: Context, report: GapReport) -> bytes:
    title = context.say("gap_picture_title", name=report.household.name[:16])
    foot = context.say("gap_picture_foot", day=context.today())
    return await asyncio.to_thread(gap_picture, title, bars(report), foot)


def _rows(
    context: Context, interview: tables.Interview, why: str | None = None
) -> list[list[Button]]:
    number = interview.id
    overview = button(context.say("button_overview"), f"1:iv:over:{number}:0")
    rows = [[overview, *back_row(context)]]
    if interview.client_id is not None:
        card = button(context.say("button_client_card"), f"1:cl:{interview.client_id}")
        rows.insert(0, [card])
    if why == "report_unfinished":
        rows.insert(0, [button(context.say("button_continue"), f"1:iv:open:{number}")])
    elif why is None:
        if interview.client_id is None:
            keep = button(context.say("button_keep_client"), f"1:gp:{number}:keep")
            rows.insert(0, [keep])
        rows.insert(
            0,
            [
                button(context.say("button_gap_full"), f"1:gp:{number}:full"),
                button(context.say("button_gap_assume"), f"1:gp:{number}:assume"),
                button(context.say("button_gap_pdf"), f"1:gp:{number}:pdf"),
            ],
        )
    return rows


async def _keep_client(context: Context, interview: tables.Interview, answers: Answers) -> None:
    """The person of this interview becomes a client of the agent, with grade, tags and next step."""
    if (why := _nothing_yet(context, answers)) is not None:
        raise UserError(context.say(why))
    office = context.office
    client_id = interview.client_id
    if client_id is None:
        client_id = await service.keep_client(
            context.tx, context.person, interview, answers, office.questionnaire
        )
        await context.replan(client_id)
    interview = interview.model_copy(update={"client_id": client_id})
    await plan_next_step(context, interview, answers)
    context.toast(context.say("client_kept"))
    await show(context, interview, answers, picture=False)


async def _full(context: Context, interview: tables.Interview, answers: Answers) -> None:
    report = analyse(await _household(context, interview, answers))
    rows = [
        [
            button(context.say("button_gap_short"), f"1:gp:{interview.id}:short"),
            button(context.say("button_gap_pdf"), f"1:gp:{interview.id}:pdf"),
        ],
        back_row(context),
    ]
    context.show(render_report(report), rows, html=True, client_id=interview.client_id)


async def _assumptions(context: Context, interview: tables.Interview, answers: Answers) -> None:
    """Every assumption that a tap changes, and what the gap is with other rates."""
    household = await _household(context, interview, answers)
    lines = [context.say("assumptions_title")]
    for rate, gaps in scenario.scenarios(household):
        said = "；".join(
            context.say(
                "scenario_gap" if gaps[one.id] > 0 else "scenario_none",
                name=one.name[:8],
                gap=show_yuan(gaps[one.id]),
            )
            for one in household.adults
        )
        lines.append(context.say("scenario_line", rate=f"{rate * 100:.0f}", gaps=said))
    number = interview.id
    rows = in_rows(
        [
            button(
                f"{one.label} {scenario.shown(household.assumptions, one)}",
                f"1:gp:{number}:set:{one.name}",
            )
            for one in scenario.ADJUSTABLE
        ],
        2,
    )
    if answers.get("assumptions"):
        rows.append([button(context.say("button_assume_reset"), f"1:gp:{number}:reset")])
        if context.person.role in _LEADERS:
            rows.append([button(context.say("button_assume_office"), f"1:gp:{number}:office")])
    rows.append([button(context.say("button_gap_short"), f"1:gp:{number}:short")])
    context.show("\n".join(lines), rows, client_id=interview.client_id)


def _choices(context: Context, interview: tables.Interview, name: str) -> None:
    one = scenario.adjustable(name)
    if one is None:
        raise UserError(context.say("old_button"))
    rows = in_rows(
        [
            button(label, f"1:gp:{interview.id}:put:{name}:{place}")
            for place, (_, label) in enumerate(one.choices)
        ],
        2,
    )
    rows.append([button(context.say("button_back_assume"), f"1:gp:{interview.id}:assume")])
    context.show(context.say("assumption_choose", label=one.label), rows)


async def _put(
    context: Context, interview: tables.Interview, answers: Answers, name: str, place: int
) -> None:
    one = scenario.adjustable(name)
    if one is None or place >= len(one.choices):
        raise UserError(context.say("old_button"))
    changed = {**(answers.get("assumptions") or {}), name: one.choices[place][0]}
    answers = {**answers, "assumptions": changed}
    await service.save(context.tx, interview.id or 0, answers, interview.status)
    await _assumptions(context, interview, answers)


async def _keep_for_office(context: Context, interview: tables.Interview, answers: Answers) -> None:
    changes = answers.get("assumptions") or {}
    await service.set_office_assumptions(context.tx, context.person, changes)
    context.toast(context.say("assumptions_kept"))
    await _assumptions(context, interview, answers)


async def _pdf(context: Context, interview: tables.Interview, answers: Answers) -> None:
    """The two pages for the client; every line of them is judged and kept in the archive."""
    if (why := _nothing_yet(context, answers)) is not None:
        raise UserError(context.say(why))
    household = await _household(context, interview, answers)
    report = analyse(household)
    picture = await _picture(context, report)
    company = context.office.settings.company
    pages = client_report(household, report, company, context.today(), picture)
    gate = context.office.gate
    verdict = gate.strictest([gate.judge(line) for line in pages.words()])
    archive_id = await queueing.archive_judged(
        context.tx,
        verdict,
        "\n".join(pages.words()),
        Audience.CLIENT,
        author_id=context.person.id,
        client_id=interview.client_id,
    )
    if verdict.decision != "pass":
        found = verdict.findings[0]
        raise UserError(context.say("pdf_stopped", matched=found.matched[:40], reason=found.reason))
    content = await asyncio.to_thread(needs_report, pages)
    name = context.say("pdf_name", number=archive_id)
    context.send_file(name, content, context.say("pdf_caption"), client_id=interview.client_id)
