"""The library in use: the data file and what the office added, with the matcher learned from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Answer, Intent, Library, Utterance

OWN_WHY = "团队里的人写的，用过觉得好。"
OWN_AVOID = "先看清是不是同一种情况。"
OWN_ASK = "您看呢？"
OWN_SITUATION = "本团队补充"


@dataclass(slots=True)
class Shelf:
    """The library and its matcher; replaced together, so that a reader never sees half a change.

    ``newest`` is the id of the newest line of the office's own that is in it.
    """

    base: Library
    examples: Sequence[Utterance]
    library: Library
    matcher: Matcher
    newest: int = 0

    @classmethod
    def of(cls, library: Library, examples: Sequence[Utterance]) -> Shelf:
        """A shelf with the data files alone."""
        return cls(library, examples, library, Matcher.build(library, examples))

    def put(self, library: Library, matcher: Matcher, newest: int) -> None:
        """Use another library and matcher from now on."""
        self.library, self.matcher, self.newest = library, matcher, newest


def with_answers(library: Library, own: Sequence[tuple[int, str, str]]) -> Library:
    """The library with the office's own answers (id, intent, text) behind those of the file."""
    added: dict[str, list[Answer]] = {}
    for number, intent_id, text in own:
        answer = Answer(
            id=f"{intent_id}.own_{number}",
            technique="认同提问",
            situation=OWN_SITUATION,
            chat=text,
            call=text,
            why=OWN_WHY,
            avoid=OWN_AVOID,
            ask=[OWN_ASK],
            owes=[],
        )
        added.setdefault(intent_id, []).append(answer)
    intents: list[Intent] = [
        intent.model_copy(update={"answers": [*intent.answers, *added.get(intent.id, [])]})
        for intent in library.intents
    ]
    return library.model_copy(update={"intents": intents})
