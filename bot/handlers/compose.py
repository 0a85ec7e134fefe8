"""Writing to a client: every word is judged, and a stopped text comes back with lawful words."""

from __future__ import annotations

import html
from typing import Any

from bot.compliance.verdict import Finding, Verdict
from bot.domain.draft import COPY_LIMIT, Audience, Button, Draft, button, copy_button, message
from bot.domain.people import Client
from bot.errors import UserError
from bot.handlers import words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.outbox import queueing
from bot.practice.progress import AFTER_STOPPED
from bot.store import archive, book, people, practice

MAX_LENGTH = 2000
_SHOWN_FINDINGS = 4
_PAGE = 8


async def choose(context: Context) -> None:
    """Pick whom to write to; the text may follow the command already."""
    await _choose(context, context.event.text if context.event.command == "fasong" else "")


async def _choose(context: Context, text: str) -> None:
    found = await book.clients(context.tx, context.person, limit=_PAGE)
    if not found:
        raise UserError(context.say("clients_none_yet"))
    await context.set_dialogue(flow="compose", draft=text[:MAX_LENGTH])
    rows = [[button(context.label(client), f"1:co:{client.id}")] for client in found]
    rows.append([button(context.say("button_find_client"), "1:co:find"), *back_row(context)])
    asked = context.say("compose_choose")
    if text:
        shown = await words.filled(context, text[:MAX_LENGTH], None)
        asked = context.say("compose_choose_ready", text=shown)
    context.show(asked, rows)


async def offer(context: Context, text: str) -> None:
    """Send a ready text, such as an answer of the library, to a client that is picked next.

    Its slots are filled when the client is known.
    """
    await _choose(context, text)


async def tap(context: Context) -> None:
    """Buttons: a client was picked, or what to do with a stopped text."""
    match context.parts:
        case ["find"]:
            await _find(context)
        case ["rewrite", archive_id]:
            await _take_rewrite(context, context.number(archive_id))
        case ["review", archive_id]:
            await _submit(context, context.number(archive_id))
        case ["edit", archive_id]:
            await _rewrite_by_hand(context, context.number(archive_id))
        case ["drop", archive_id]:
            await _stopped_state(context, context.number(archive_id))
            await context.set_dialogue()
            context.show(context.say("compose_dropped"), [back_row(context)])
        case [client_id]:
            await _picked(context, context.number(client_id))
        case _:
            raise UserError(context.say("old_button"))


async def _find(context: Context) -> None:
    """Look for the client by name or phone; a text that is ready stays so."""
    state = await context.dialogue()
    draft = state.get("draft", "") if state.get("flow") in ("compose", "find_client") else ""
    await context.set_dialogue(flow="find_client", draft=draft)
    context.show(context.say("find_client_ask"), [back_row(context)])


async def _picked(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "write")
    state = await context.dialogue()
    text = state.get("draft", "") if state.get("flow") == "compose" else ""
    await context.set_dialogue(flow="compose", client=client.id)
    if text:
        await _judge(context, client, await words.filled(context, text, client))
        return
    key = "compose_ask" if client.person_id else "compose_ask_not_joined"
    context.show(context.say(key, name=client.name), [back_row(context)])


async def judge_for(context: Context, client_id: int, text: str) -> None:
    """Judge and send a ready text to a known client, its slots filled."""
    client = await book.client(context.tx, context.person, client_id, "write")
    await _judge(context, client, await words.filled(context, text, client))


async def typed(context: Context) -> None:
    """The agent wrote the message."""
    state = await context.dialogue()
    if not state.get("client"):
        await _choose(context, context.event.text)
        return
    client = await still_mine(context, int(state["client"]))
    if client is not None:
        await _judge(context, client, context.event.text.strip())


async def still_mine(context: Context, client_id: int) -> Client | None:
    """The client of a dialogue; one handed over meanwhile ends it, with a sentence that says so."""
    try:
        return await book.client(context.tx, context.person, client_id, "write")
    except book.ClientDenied as denied:
        await book.trace(
            context.tx, denied.person_id, denied.client_id, denied.action, allowed=False
        )
        await context.set_dialogue()
        context.reply(str(denied), [back_row(context)])
        return None


async def _judge(context: Context, client: Client, text: str) -> None:
    """Send a lawful text; show what is wrong with another one, and keep it until it is mended."""
    if len(text) > MAX_LENGTH:
        raise UserError(context.say("compose_too_long", limit=MAX_LENGTH))
    verdict = context.office.gate.judge(text)
    if verdict.decision == "pass":
        await _send(context, client, text, verdict)
        return
    archive_id = await _keep_verdict(context, client, text, verdict)
    await _fate(context, client.id, archive_id, "stopped")
    if (drilled := AFTER_STOPPED.get(verdict.findings[0].category)) is not None:
        await practice.add_source(context.tx, context.person.id, drilled, "stopped")
    await context.set_dialogue(
        flow="compose",
        client=client.id,
        stopped=text,
        rewrite=verdict.rewrite or "",
        archive=archive_id,
    )
    rows = _ways_out(context, verdict, archive_id, reviewable=client.person_id is not None)
    context.show(explain(context, text, verdict), rows, html=True, client_id=client.id)


async def _fate(context: Context, client_id: int, archive_id: int, fate: str) -> None:
    """Add to the record of a text what became of it here: stopped, copied or rewritten."""
    await archive.append(
        context.tx,
        fate,
        Audience.CLIENT.value,
        subject_id=archive_id,
        author_id=context.person.id,
        client_id=client_id,
    )


async def _keep_verdict(context: Context, client: Client, text: str, verdict: Verdict) -> int:
    """A text is archived even when it does not leave from here."""
    return await queueing.archive_judged(
        context.tx,
        verdict,
        text,
        Audience.CLIENT,
        author_id=context.person.id,
        client_id=client.id,
    )


async def _send(context: Context, client: Client, text: str, verdict: Verdict) -> None:
    await context.set_dialogue()
    person = await people.by_id(context.tx, client.person_id) if client.person_id else None
    if person is None or not person.reachable:
        archive_id = await _keep_verdict(context, client, text, verdict)
        await _fate(context, client.id, archive_id, "copied")
        short = len(text) <= COPY_LIMIT
        copy = [[copy_button(context.say("button_copy"), text)]] if short else []
        said = context.say("compose_copy", name=client.name)
        context.show(f"{said}\n\n{text}", [*copy, back_row(context)], client_id=client.id)
        return
    await queueing.queue_judged(
        context.tx, draft_to(context, client, person.chat_id, text), verdict, text
    )
    again = [button(context.say("button_write_again"), f"1:co:{client.id}"), *back_row(context)]
    told = context.say("compose_sent", name=client.name, text=text)
    context.show(told, [again], client_id=client.id)


def draft_to(context: Context, client: Client, chat_id: int, text: str) -> Draft:
    """A message of the agent to a client, headed with the name of who writes."""
    return message(
        chat_id,
        context.say("from_agent", agent=context.person.name, text=text),
        audience=Audience.CLIENT,
        author_id=context.person.id,
        client_id=client.id,
    )


def own_words(context: Context) -> str | None:
    """What an agent typed to be sent later; None when it does not pass, which is then explained."""
    text = context.event.text.strip()
    if len(text) > MAX_LENGTH:
        raise UserError(context.say("compose_too_long", limit=MAX_LENGTH))
    return text if passes(context, text) else None


def passes(context: Context, text: str) -> bool:
    """Whether words that are to be kept pass; if not, why, and that nothing was changed."""
    verdict = context.office.gate.judge(text)
    if verdict.decision == "pass":
        return True
    told = explain(context, text, verdict) + "\n\n" + context.say("touch_edit_again")
    context.reply(told, [back_row(context)], html=True)
    return False


def explain(context: Context, text: str, verdict: Verdict) -> str:
    """Why a text was stopped: the spans marked in it, then rule, reason, basis, other words."""
    lines = [context.say(f"stopped_{verdict.decision}"), "", _marked(text, verdict), ""]
    for number, alike in enumerate(_alike(verdict)[:_SHOWN_FINDINGS], 1):
        finding = alike[0]
        whole = finding.matched.strip() == text.strip()
        spans = {} if whole else {"matched": "”“".join(html.escape(f.matched[:60]) for f in alike)}
        lines.append(
            context.say(
                "finding_whole" if whole else "finding",
                number=number,
                reason=html.escape(finding.reason),
                basis=html.escape(finding.basis),
                rule=html.escape("、".join(dict.fromkeys(f.rule for f in alike))),
                **spans,
            )
        )
        if finding.suggestion and finding.suggestion not in (verdict.rewrite or ""):
            lines.append(
                context.say("finding_suggestion", suggestion=html.escape(finding.suggestion))
            )
    if verdict.rewrite:
        lines += ["", context.say("rewrite_offer", text=html.escape(verdict.rewrite[:1200]))]
    return "\n".join(lines)


def _alike(verdict: Verdict) -> list[list[Finding]]:
    """Findings that are wrong for the same reason are told once, with all their words."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in verdict.findings:
        groups.setdefault((finding.reason, finding.suggestion), []).append(finding)
    return list(groups.values())


def _marked(text: str, verdict: Verdict) -> str:
    """The text as HTML with each found span underlined."""
    spans = sorted((f.start, f.end) for f in verdict.findings)
    parts: list[str] = []
    at = 0
    for start, end in spans:
        if start < at:
            continue
        parts += [html.escape(text[at:start]), "<u>", html.escape(text[start:end]), "</u>"]
        at = end
    parts.append(html.escape(text[at : at + 800]))
    return "".join(parts)


def _ways_out(
    context: Context, verdict: Verdict, archive_id: int, *, reviewable: bool
) -> list[list[Button]]:
    """What the agent can do now; an officer can only release what the product itself sends.

    The buttons name the archived text: those of an earlier one must not send a later one.
    """
    rows = []
    if verdict.rewrite:
        rows.append([button(context.say("button_take_rewrite"), f"1:co:rewrite:{archive_id}")])
    if verdict.decision == "warn" and reviewable:
        rows.append([button(context.say("button_ask_officer"), f"1:co:review:{archive_id}")])
    rows.append(
        [
            button(context.say("button_edit"), f"1:co:edit:{archive_id}"),
            button(context.say("button_drop"), f"1:co:drop:{archive_id}"),
        ]
    )
    return rows


async def _stopped_state(context: Context, archive_id: int) -> tuple[dict[str, Any], Client]:
    state = await context.dialogue()
    if not state.get("stopped") or state.get("archive") != archive_id:
        raise UserError(context.say("old_button"))
    client = await book.client(context.tx, context.person, int(state["client"]), "write")
    return state, client


async def _rewrite_by_hand(context: Context, archive_id: int) -> None:
    """Ask for other words; the stopped text stays above, and can be copied to start from."""
    state, client = await _stopped_state(context, archive_id)
    text = str(state["stopped"])
    rows = [back_row(context)]
    if len(text) <= COPY_LIMIT:
        rows.insert(0, [copy_button(context.say("button_copy_original"), text)])
    context.reply(context.say("compose_again"), rows, client_id=client.id)


async def _take_rewrite(context: Context, archive_id: int) -> None:
    state, client = await _stopped_state(context, archive_id)
    if not state["rewrite"]:
        raise UserError(context.say("old_button"))
    await _fate(context, client.id, state["archive"], "rewritten")
    await _judge(context, client, state["rewrite"])


async def _submit(context: Context, archive_id: int) -> None:
    """A warned text goes to an officer and waits; a blocked one cannot."""
    state, client = await _stopped_state(context, archive_id)
    text = state["stopped"]
    verdict = context.office.gate.judge(text)
    if verdict.decision == "block":
        raise UserError(context.say("cannot_review_blocked"))
    person = await people.by_id(context.tx, client.person_id) if client.person_id else None
    if person is None:
        raise UserError(context.say("review_needs_chat"))
    if verdict.decision == "pass":
        await _send(context, client, text, verdict)
        return
    draft = draft_to(context, client, person.chat_id, text)
    await queueing.queue_judged(context.tx, draft, verdict, text, archive_id=archive_id)
    await context.set_dialogue()
    told = context.say("review_submitted", name=client.name)
    context.show(told, [back_row(context)], client_id=client.id)
