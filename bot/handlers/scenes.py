"""Words for a situation: choose it, read what to say in each moment, send it on."""

from __future__ import annotations

from bot.domain.draft import COPY_LIMIT, Button, button, copy_button, in_rows
from bot.errors import UserError
from bot.handlers import compose, words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.scripts_library.render import scene_text
from bot.scripts_library.schema import Scene, SceneCard


async def tap(context: Context) -> None:
    """The situations; one of them; one of its moments; send it to a client."""
    match context.parts:
        case []:
            _list(context)
        case [scene_id, place]:
            await _card(context, *_at(context, scene_id, place))
        case [scene_id, place, "send"]:
            _, _, card = _at(context, scene_id, place)
            await compose.offer(context, card.say)
        case _:
            raise UserError(context.say("old_button"))


def _list(context: Context) -> None:
    scenes = context.office.library.scenes
    buttons = [button(scene.zh, f"1:sc:{scene.id}:0") for scene in scenes]
    rows = in_rows(buttons, 2)
    key = "scenes_choose" if scenes else "scenes_none"
    context.show(context.say(key), [*rows, back_row(context)])


def _at(context: Context, scene_id: str, place: str) -> tuple[Scene, int, SceneCard]:
    scene = next((one for one in context.office.library.scenes if one.id == scene_id), None)
    at = context.number(place)
    if scene is None or at >= len(scene.cards):
        raise UserError(context.say("old_button"))
    return scene, at, scene.cards[at]


async def _card(context: Context, scene: Scene, at: int, card: SceneCard) -> None:
    said = await words.filled(context, card.say, None)
    following = (at + 1) % len(scene.cards)
    send: list[Button] = [button(context.say("button_send_answer"), f"1:sc:{scene.id}:{at}:send")]
    if len(said) <= COPY_LIMIT:
        send.append(copy_button(context.say("button_copy"), said))
    onward = context.say("button_next_moment", when=scene.cards[following].when)
    labels = context.office.library.labels
    context.show(
        scene_text(scene, card, said, (labels.why, labels.avoid)),
        [
            send,
            [button(onward, f"1:sc:{scene.id}:{following}")],
            [button(context.say("button_all_scenes"), "1:sc"), *back_row(context)],
        ],
        html=True,
    )
