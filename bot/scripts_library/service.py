"""The library against the database: what the office added, and answers ranked by its votes."""

from __future__ import annotations

import asyncio

from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Answer, Intent, Utterance
from bot.scripts_library.shelf import Shelf, with_answers
from bot.store import library
from bot.store.engine import Store, Tx


async def follow(store: Store, shelf: Shelf) -> None:
    """Take up the lines that the office added since the last look; quick when there are none."""
    async with store.begin() as tx:
        newest = await library.newest_addition(tx)
        if newest == shelf.newest:
            return
        lines = await library.additions(tx)
    known = {intent.id for intent in shelf.base.intents}
    taken = {one.text for one in shelf.examples}
    examples = list(shelf.examples)
    for line in lines:
        if line.kind == "utterance" and line.text not in taken:
            taken.add(line.text)
            examples.append(Utterance(text=line.text, intent=line.intent))
    own = [(one.id, one.intent, one.text) for one in lines if one.kind == "answer"]
    whole = with_answers(shelf.base, [one for one in own if one[1] in known])
    matcher = await asyncio.to_thread(Matcher.build, shelf.base, examples)
    shelf.put(whole, matcher, newest)


async def ranked(tx: Tx, intent: Intent) -> list[Answer]:
    """The answers to an objection, those that the office found useful first.

    The order is by (useful + 1) / (votes + 2), the mean of a uniform prior; equal ones keep the
    order of the file.
    """
    found = await library.votes(tx, [answer.id for answer in intent.answers])

    def worth(answer: Answer) -> float:
        useful, useless = found.get(answer.id, (0, 0))
        return (useful + 1) / (useful + useless + 2)

    return sorted(intent.answers, key=worth, reverse=True)
