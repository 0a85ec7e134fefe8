"""Words for the agent: an answer with its reason, text to send, and results typed inline."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from bot.scripts_library.match import Matching
from bot.scripts_library.schema import Answer, Intent, Library

INLINE_LIMIT = 3
CHOICES = 3


@dataclass(frozen=True, slots=True)
class InlineEntry:
    """One result of an inline query; ``text`` is what the tap sends, plain."""

    id: str
    title: str
    description: str
    text: str


def chat_text(library: Library, intent: Intent, answer: Answer) -> str:
    """Telegram HTML for the agent: the objection as understood, the answer, why it works."""
    labels = library.labels
    return (
        f"<b>{escape(labels.heard)}</b>　{escape(intent.zh)}\n\n"
        f"<b>{escape(labels.say)}</b>（{escape(answer.technique)}｜{escape(answer.situation)}）\n"
        f"{escape(answer.text)}\n\n"
        f"<b>{escape(labels.why)}</b>　{escape(answer.why)}"
    )


def plain_text(answer: Answer) -> str:
    """What goes to the client: the answer alone, no markup and none of the agent's notes."""
    return answer.text


def choices(library: Library, matching: Matching) -> list[tuple[str, str]]:
    """Up to three (intent id, wording) to ask the agent with when the match is not sure."""
    return [(intent.id, intent.zh) for intent in _intents(library, matching)[:CHOICES]]


def inline_results(library: Library, matching: Matching) -> list[InlineEntry]:
    """Up to three answers: of the one objection when sure, else the first of each likely one.

    Empty when nothing matches; a half-typed sentence that looks like none still gets its guesses.
    """
    intents = _intents(library, matching)
    if matching.sure and intents:
        pairs = [(intents[0], answer) for answer in intents[0].answers]
    else:
        pairs = [(intent, intent.answers[0]) for intent in intents]
    return [
        InlineEntry(
            answer.id, f"{intent.zh}｜{answer.technique}", answer.situation, plain_text(answer)
        )
        for intent, answer in pairs[:INLINE_LIMIT]
    ]


def _intents(library: Library, matching: Matching) -> list[Intent]:
    found = (library.intent(match.intent) for match in matching.matches)
    return [intent for intent in found if intent is not None]
