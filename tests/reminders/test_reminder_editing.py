"""Changes of the cadences file from the chat: exactly what was asked for, and a valid file again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import settings as product
from bot.errors import DataFileError, UserError
from bot.reminders import editing
from bot.reminders.agenda import Agenda
from bot.reminders.loading import load_cadences, parse_cadences

FILE = product.ROOT / "data" / "cadences.yaml"
TEXT = FILE.read_text(encoding="utf-8")
SHIPPED = load_cadences(FILE)
BY_DAY = [
    (cadence.id, step.id)
    for cadence in SHIPPED.cadences
    for step in cadence.steps
    if step.offset_days is not None
]


def changed_lines(after: str) -> list[str]:
    before = TEXT.splitlines()
    return [new for old, new in zip(before, after.splitlines(), strict=True) if old != new]


@pytest.mark.parametrize(("cadence_id", "step_id"), BY_DAY)
def test_an_hour_changes_one_line_and_nothing_else(cadence_id, step_id):
    after = editing.set_hour(TEXT, SHIPPED, cadence_id, step_id, "11:30")
    assert changed_lines(after) == ['        at: "11:30"']
    step = parse_cadences("c", after).step(cadence_id, step_id)
    assert step is not None
    assert step.at == "11:30"


@settings(max_examples=60, deadline=None)
@given(place=st.sampled_from(BY_DAY), moved=st.integers(-3, 3))
def test_days_move_with_their_examples_or_are_refused_whole(place, moved):
    cadence_id, step_id = place
    before = SHIPPED.step(cadence_id, step_id)
    days = before.offset_days + moved
    after = editing.set_days(TEXT, SHIPPED, cadence_id, step_id, days)
    try:
        cadences = parse_cadences("c", after)
    except DataFileError:
        return  # the chat says why and keeps the file as it was
    assert cadences.step(cadence_id, step_id).offset_days == days
    old, new = SHIPPED.cadence(cadence_id), cadences.cadence(cadence_id)
    for was, now in zip(old.examples, new.examples, strict=True):
        for step, on in now.touches.items():
            if step == step_id and before.business_day:
                day = was.event_on + timedelta(days=days)
                assert on == SHIPPED.days_off.moved(day, before.business_day)
            else:
                by = timedelta(days=moved if step == step_id else 0)
                assert on == was.touches[step] + by
    others = [(one.id, one.offset_days) for one in new.steps if one.id != step_id]
    assert others == [(one.id, one.offset_days) for one in old.steps if one.id != step_id]


def test_a_step_moved_before_another_shortens_what_would_reach_into_it():
    after = editing.set_days(TEXT, SHIPPED, "renewal", "due_minus_7", -10)
    step = parse_cadences("c", after).step("renewal", "due_minus_30")
    assert step.valid_for_days == 20


@given(words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_words_are_kept_as_they_were_typed(words):
    said = "{client}您好，" + words.replace("{", "").replace("}", "") + "{company}{agent}"
    both = {"text": said, "text_hant": said}
    after = editing.set_words(TEXT, SHIPPED, "grace", "grace_15", 0, both)
    step = parse_cadences("c", after).step("grace", "grace_15")
    assert (step.text, step.text_hant) == ([said], [said])


def test_what_is_not_there_or_counts_hours_is_refused_with_a_sentence():
    with pytest.raises(UserError, match="不在文件里"):
        editing.set_days(TEXT, SHIPPED, "renewal", "nothing", 1)
    with pytest.raises(UserError, match="按小时计"):
        editing.set_hour(TEXT, SHIPPED, "claim_opened", "first_response", "10:00")
    with pytest.raises(UserError, match="没有这一条"):
        editing.set_words(TEXT, SHIPPED, "grace", "grace_15", 7, {"text": "x"})


def test_a_faulty_file_leaves_the_cadences_in_force(tmp_path):
    path = tmp_path / "cadences.yaml"
    path.write_text(TEXT, encoding="utf-8")
    agenda = Agenda.read(path)
    digest = agenda.digest
    with pytest.raises(DataFileError):
        agenda.write(TEXT.replace("offset_days: -45", "offset_days: 四十五", 1))
    assert path.read_text(encoding="utf-8") == TEXT
    path.write_text("cadences: [", encoding="utf-8")
    assert not agenda.look()
    assert agenda.digest == digest
    path.write_text(TEXT.replace('at: "10:00"', 'at: "10:30"', 1), encoding="utf-8")
    assert agenda.look()
    assert agenda.digest != digest
    assert not agenda.look()
