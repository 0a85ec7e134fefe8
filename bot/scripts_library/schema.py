"""What data/objections.yaml and the labelled utterances may say, and their cross-checks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.datafile import (
    DataModel,
    KeyPath,
    Position,
    locate,
    read_text,
    read_yaml,
    validate,
)
from bot.errors import DataFileError, DataProblem

UTTERANCES = "utterances.jsonl"
"""The file of labelled utterances, beside the library."""

NONE = "none"
"""The label of an utterance that is no objection."""

Technique = Literal[
    "认同提问", "数字说明", "类比故事", "拆解小额", "条款说明", "反问核心", "转介专业", "尊重退步"
]
_SLOT = re.compile(r"\{([^{}]*)\}")
_SLOTS_ARE = "只能写 {client} {gap} {policy}"

Id = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
AnswerId = Annotated[str, Field(min_length=3, max_length=64, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[str, Field(min_length=1, max_length=600, pattern=r"\S")]


class Answer(DataModel):
    """One way to answer an objection.

    ``chat`` is the short form to send, ``call`` the longer one to say. ``why``, ``avoid`` (when not
    to use it) and ``ask`` (questions to go on with) are for the agent only. ``owes`` names the
    disclosures that must go with the words. ``chat`` and ``call`` may hold slots.
    """

    id: AnswerId
    technique: Technique
    situation: Line
    chat: Words
    call: Words
    why: Line
    avoid: Line
    ask: Annotated[list[Line], Field(min_length=1, max_length=3)]
    owes: Annotated[list[Id], Field(default_factory=list, max_length=3)]


class Intent(DataModel):
    """One objection: its plainest wording, how clients say it, and how to answer.

    ``examples`` must be understood without being learned; ``unlike`` look similar but are not it;
    ``never`` are replies that lose the client or break a rule, to learn from. ``obliges`` names what
    the agent then has to do for the client: end the marketing, or open a work order.
    """

    id: Id
    zh: Line
    phrasings: Annotated[list[Line], Field(min_length=10, max_length=40)]
    examples: Annotated[list[Line], Field(min_length=1, max_length=20)]
    unlike: Annotated[list[Line], Field(min_length=1, max_length=20)]
    never: Annotated[list[Line], Field(min_length=2, max_length=12)]
    obliges: Literal["stop_marketing", "work_order"] | None = None
    answers: Annotated[list[Answer], Field(min_length=4, max_length=20)]
    stories: Annotated[list[Words], Field(default_factory=list, max_length=3)]


class SceneCard(DataModel):
    """What to say in one moment of a situation."""

    id: AnswerId
    when: Line
    say: Words
    why: Line
    avoid: Line


class Scene(DataModel):
    """A situation that calls for its own words, such as the first call to an orphan client."""

    id: Id
    zh: Line
    cards: Annotated[list[SceneCard], Field(min_length=3, max_length=8)]


class Slots(DataModel):
    """What stands in the words when no client is known: greeting, gap, policy."""

    client: Line
    gap: Line
    policy: Line


class Labels(DataModel):
    """The headings of an answer as the agent reads it in the chat."""

    heard: Line
    say: Line
    call: Line
    why: Line
    avoid: Line
    ask: Line
    story: Line


class Library(DataModel):
    """The whole of data/objections.yaml.

    ``concepts`` are groups of words with one meaning; ``never`` are replies that answer no
    objection: praise of the house, lists of products, rules read out, indifference.
    """

    labels: Labels
    none_examples: Annotated[list[Line], Field(min_length=1)]
    concepts: dict[str, Annotated[list[Line], Field(min_length=1)]]
    disclosures: dict[Id, Line]
    slots: Slots
    never: Annotated[list[Line], Field(min_length=2)]
    intents: Annotated[list[Intent], Field(min_length=1)]
    scenes: Annotated[list[Scene], Field(default_factory=list)]

    def intent(self, intent_id: str) -> Intent | None:
        """The objection with this id."""
        return next((intent for intent in self.intents if intent.id == intent_id), None)


class Utterance(DataModel):
    """One labelled client message; ``intent`` is an id of the library or ``none``."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
    intent: Id


def load_library(path: Path) -> Library:
    """Read data/objections.yaml; raises DataFileError with every fault and its position."""
    return parse_library(str(path), read_text(path))


def parse_library(name: str, text: str) -> Library:
    """Validate the YAML ``text`` of a library; ``name`` is used in the messages of faults."""
    value, positions = read_yaml(name, text)
    library = validate(name, value, positions, Library)
    if problems := list(_cross_check(name, library, positions)):
        raise DataFileError(problems)
    return library


def _cross_check(
    name: str, library: Library, positions: dict[KeyPath, Position]
) -> Iterator[DataProblem]:
    def problem(path: KeyPath, reason: str) -> DataProblem:
        return DataProblem(name, *locate(positions, path), reason)

    intents: set[str] = {NONE}
    answers: set[str] = set()
    lines: dict[str, str] = {}
    for at, intent in enumerate(library.intents):
        here: KeyPath = ("intents", at)
        if intent.id in intents:
            yield problem((*here, "id"), f"异议“{intent.id}”重复了，请换一个 id")
        intents.add(intent.id)
        for key, position, line in _lines(intent):
            if line in lines:
                reason = f"“{line}”已写在“{lines[line]}”里，请只留一处"
                yield problem((*here, key, position), reason)
            lines[line] = intent.id
        for position, answer in enumerate(intent.answers):
            place = (*here, "answers", position, "id")
            if not answer.id.startswith(f"{intent.id}."):
                yield problem(place, f"回答的 id 应以“{intent.id}.”开头")
            if answer.id in answers:
                yield problem(place, f"回答“{answer.id}”重复了，请换一个 id")
            answers.add(answer.id)
            for owed in set(answer.owes) - set(library.disclosures):
                yield problem((*place[:-1], "owes"), f"没有“{owed}”这一条提示语")
            for key in ("chat", "call"):
                for name in set(_SLOT.findall(getattr(answer, key))) - set(Slots.model_fields):
                    yield problem((*place[:-1], key), f"不认识的占位 {{{name}}}，{_SLOTS_ARE}")
    yield from _cross_check_scenes(library, problem)


def _cross_check_scenes(
    library: Library, problem: Callable[[KeyPath, str], DataProblem]
) -> Iterator[DataProblem]:
    scenes: set[str] = set()
    cards: set[str] = set()
    for at, scene in enumerate(library.scenes):
        if scene.id in scenes:
            yield problem(("scenes", at, "id"), f"情景“{scene.id}”重复了，请换一个 id")
        scenes.add(scene.id)
        for position, card in enumerate(scene.cards):
            here: KeyPath = ("scenes", at, "cards", position)
            if not card.id.startswith(f"{scene.id}."):
                yield problem((*here, "id"), f"话术的 id 应以“{scene.id}.”开头")
            if card.id in cards:
                yield problem((*here, "id"), f"话术“{card.id}”重复了，请换一个 id")
            cards.add(card.id)
            for name in set(_SLOT.findall(card.say)) - set(Slots.model_fields):
                yield problem((*here, "say"), f"不认识的占位 {{{name}}}，{_SLOTS_ARE}")


def _lines(intent: Intent) -> Iterator[tuple[str, int, str]]:
    for key, lines in (("phrasings", intent.phrasings), ("examples", intent.examples)):
        for position, line in enumerate(lines):
            yield key, position, line


def load_utterances(path: Path, library: Library) -> list[Utterance]:
    """Read labelled messages (JSON Lines) whose intents ``library`` knows, or ``none``."""
    return parse_utterances(str(path), read_text(path), library)


def parse_utterances(name: str, text: str, library: Library) -> list[Utterance]:
    """Validate JSON Lines of labelled messages; every fault is reported with its line."""
    known = {NONE, *(intent.id for intent in library.intents)}
    utterances: list[Utterance] = []
    seen: dict[str, int] = {}
    problems: list[DataProblem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            utterance = validate(name, _read_json(name, number, line), {}, Utterance)
        except DataFileError as error:
            problems += [DataProblem(name, number, p.column, p.reason) for p in error.problems]
            continue
        if utterance.intent not in known:
            problems.append(DataProblem(name, number, 1, f"不认识的异议“{utterance.intent}”"))
        if utterance.text in seen:
            reason = f"与第 {seen[utterance.text]} 行重复了，请只留一行"
            problems.append(DataProblem(name, number, 1, reason))
        seen[utterance.text] = number
        utterances.append(utterance)
    if problems:
        raise DataFileError(problems)
    return utterances


def _read_json(name: str, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        reason = f"JSON 写法有误：{error.msg}"
        raise DataFileError([DataProblem(name, number, error.colno, reason)]) from None
    except RecursionError:
        raise DataFileError([DataProblem(name, number, 1, "JSON 嵌套太深")]) from None
