"""The officer's review queue: let through, stop, and learn from either."""

from __future__ import annotations

from bot.compliance import review
from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import reviews

_SHOWN = 3


async def queue(context: Context) -> None:
    """The oldest waiting messages, each with its buttons."""
    count = await reviews.count_waiting(context.tx)
    if not count:
        context.show(context.say("reviews_none"), [back_row(context)])
        return
    context.show(context.say("reviews_title", count=count), [back_row(context)])
    for waiting in await reviews.waiting(context.tx, _SHOWN):
        context.drafts.append(await review.card(context.tx, context.person, waiting))


async def tap(context: Context) -> None:
    """A decision; ``okl`` also keeps a lawful example, ``noa`` goes on to add a phrase."""
    parts = context.parts
    if len(parts) != 2 or parts[0] not in ("ok", "no", "okl", "noa"):
        raise UserError(context.say("old_button"))
    code, review_id = parts
    passed = code.startswith("ok")
    decision = review.LET_THROUGH if passed else review.STOP
    learn = code in ("okl", "noa")
    outcome = await review.decide(
        context.tx, context.person, context.number(review_id), decision, learn=learn
    )
    decided = outcome.review
    if outcome.unsent is not None:
        why = context.say(f"review_unsent_{outcome.unsent}")
        text = context.say("review_passed_unsent", id=decided.id, why=why)
    else:
        key = "review_passed" if passed else "review_stopped"
        text = context.say(key, id=decided.id, text=decided.text[:300])
    if code == "noa":
        await context.set_dialogue(flow="phrase", step="words", example=decided.text[:500])
        text += "\n\n" + context.say("phrase_ask_words")
    context.show(text, [[button(context.say("menu_reviews"), "1:m:shenhe"), *back_row(context)]])
