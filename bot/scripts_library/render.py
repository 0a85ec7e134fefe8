"""Words for the agent: an answer short or whole, text to send, and results typed inline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.scripts_library.match import Matching
from bot.scripts_library.schema import Answer, Intent, Library, Scene, SceneCard

INLINE_LIMIT = 3
CHOICES = 3


@dataclass(frozen=True, slots=True)
class InlineEntry:
    """One result of an inline query; ``text`` is what the tap sends, plain."""

    id: str
    title: str
    description: str
    text: str


def fill(library: Library, words: str, facts: Mapping[str, str] | None = None) -> str:
    """The words with their slots filled from ``facts``, or with what stands for an unknown client."""
    for name, usual in library.slots.model_dump().items():
        words = words.replace(f"{{{name}}}", (facts or {}).get(name) or usual)
    return words


def short_text(library: Library, intent: Intent, answer: Answer, said: str) -> str:
    """Telegram HTML: the objection as understood and the short answer ``said``."""
    return (
        f"<b>{escape(library.labels.heard)}</b>　{escape(intent.zh)}\n\n"
        f"{escape(said)}\n\n"
        f"<i>{escape(answer.technique)}｜{escape(answer.situation)}</i>"
    )


def whole_text(library: Library, intent: Intent, answer: Answer, said: str, called: str) -> str:
    """Telegram HTML: the short answer, the longer one for a call, and the notes for the agent."""
    labels = library.labels
    lines = [
        short_text(library, intent, answer, said),
        f"<b>{escape(labels.call)}</b>\n{escape(called)}",
        f"<b>{escape(labels.why)}</b>　{escape(answer.why)}",
        f"<b>{escape(labels.avoid)}</b>　{escape(answer.avoid)}",
        f"<b>{escape(labels.ask)}</b>\n" + "\n".join(f"· {escape(line)}" for line in answer.ask),
    ]
    lines += [f"<b>{escape(labels.story)}</b>\n{escape(story)}" for story in intent.stories[:1]]
    return "\n\n".join(lines)


def sent_text(library: Library, answer: Answer) -> str:
    """What goes to the client: the short answer and the disclosures it owes; slots still open."""
    owed = [library.disclosures[name] for name in answer.owes]
    return answer.chat + "".join(sentence for sentence in owed if sentence not in answer.chat)


def scene_text(scene: Scene, card: SceneCard, said: str, labels: tuple[str, str]) -> str:
    """Telegram HTML: the moment, what to say, why, and when not to; ``labels`` for the last two."""
    why, avoid = labels
    return (
        f"<b>{escape(scene.zh)}</b>　{escape(card.when)}\n\n{escape(said)}\n\n"
        f"<b>{escape(why)}</b>　{escape(card.why)}\n<b>{escape(avoid)}</b>　{escape(card.avoid)}"
    )


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
            answer.id,
            f"{intent.zh}｜{answer.technique}",
            answer.situation,
            fill(library, sent_text(library, answer)),
        )
        for intent, answer in pairs[:INLINE_LIMIT]
    ]


def _intents(library: Library, matching: Matching) -> list[Intent]:
    found = (library.intent(match.intent) for match in matching.matches)
    return [intent for intent in found if intent is not None]
