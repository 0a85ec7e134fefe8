"""The learned layer: reproducible, kept on disk, and better than chance on what it has not seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot import settings
from bot.compliance import evaluate, training
from bot.compliance.model import Model, windows
from bot.compliance.source import model_for
from bot.compliance.verdict import Checker
from bot.errors import DataFileError
from bot.text.linear import slots_for
from tests.compliance.conftest import EVERY


def test_training_twice_gives_the_same_model(
    rules_alone: Checker, examples: list[training.Example]
) -> None:
    texts = training.featured(examples[:: 12 * EVERY], rules_alone.rules)
    one, two = training.fit(texts), training.fit(texts)
    assert np.array_equal(one.weights, two.weights)
    assert np.array_equal(one.slots, two.slots)


def test_a_kept_model_judges_as_before(
    model: Model, rules_alone: Checker, examples: list[training.Example], tmp_path: Path
) -> None:
    path = tmp_path / "kept" / "a.model"
    model.save(path)
    kept = Model.load(path)
    assert kept is not None
    for text in training.featured(examples[1:200:9], rules_alone.rules):
        before = model.score(text.features, text.text)
        after = kept.score(text.features, text.text)
        assert abs(before.score - after.score) < 0.02


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04broken"])
def test_a_broken_model_file_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.model"
    path.write_bytes(content)
    assert Model.load(path) is None
    assert Model.load(tmp_path / "missing") is None


def test_it_tells_violations_from_lawful_messages_it_has_not_seen(
    model: Model, rules_alone: Checker, examples: list[training.Example]
) -> None:
    unseen = training.featured(examples[3::40], rules_alone.rules)
    judged = [training.judge(model, text) for text in unseen]
    broken = np.mean([item.score > 0 for item in judged if item.example.target])
    lawful = np.mean([item.score > 0 for item in judged if not item.example.target])
    assert broken > 0.5
    assert lawful < 0.2


def test_the_threshold_keeps_the_false_alarms_promised(
    model: Model, rules_alone: Checker, examples: list[training.Example]
) -> None:
    judged = [
        training.judge(model, text)
        for text in training.featured(examples[3::20], rules_alone.rules)
    ]
    calibrated = training.calibrate(model, judged)
    hard = [item.score for item in judged if item.example.group == "hard"]
    over = np.mean([score > calibrated.threshold for score in hard])
    assert over <= training.HARD_FALSE_ALARMS + 1 / len(hard)
    assert 0 < calibrated.probability(calibrated.threshold) < 1
    assert "hard" in evaluate.cross_validation(judged, calibrated)


def test_a_new_calibration_is_in_force_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    for name in ("banned_phrases.yaml", "lexicon.yaml", "calibration.yaml"):
        shutil.copy(settings.ROOT / "data" / name, tmp_path)
    for name in ("bait_free.jsonl", "guaranteed_return.jsonl", "ordinary_chat.jsonl"):
        lines = (settings.ROOT / "data" / "examples" / name).read_text(encoding="utf-8")
        few = "\n".join(lines.splitlines()[:150])
        (tmp_path / "examples" / name).write_text(few, encoding="utf-8")
    kept, again = (model_for(tmp_path, tmp_path / "var") for _ in range(2))
    assert again.digest == kept.digest
    path = tmp_path / "calibration.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("threshold: 0", "threshold: 9"))
    changed = model_for(tmp_path, tmp_path / "var")
    assert changed.threshold > 9 > kept.threshold
    assert changed.digest != kept.digest


def test_what_was_never_met_draws_the_score_to_the_middle(
    model: Model, rules_alone: Checker
) -> None:
    def score(text: str) -> float:
        example = training.Example(text=text, label="compliant")
        return training.judge(model, training.featured([example], rules_alone.rules)[0]).score

    claim, never_met = "放心存亏了我赔给您", "龘麤靐齉爩"
    assert abs(score(never_met) - model.biases.max()) < 0.5
    assert model.biases.max() < score(claim + never_met) < score(claim)


def test_windows_cover_a_long_text() -> None:
    text = "一二三四五六七八九十，" * 20
    spans = windows(text)
    assert spans[0][0] == 0
    assert max(end for _, end in spans) == len(text)


def test_a_shared_slot_keeps_the_later_hash() -> None:
    hashes = np.array([0x12345_001, 0x12345_002], dtype=np.uint32)
    table = slots_for(hashes)
    assert np.count_nonzero(table) == 1


def test_faulty_examples_are_told_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "好", "label": "compliant"}\nnot json\n{"text": 1}\n', encoding="utf-8"
    )
    with pytest.raises(DataFileError) as refused:
        training.read_examples([path])
    assert [problem.line for problem in refused.value.problems] == [2, 3]


def test_kept_out_examples_are_never_trained_on(examples: list[training.Example]) -> None:
    from tests.compliance.conftest import DATA

    files = training.example_files(DATA / "examples")
    assert all(path.parent == DATA / "examples" for path in files)
    kept_out = training.read_examples(sorted((DATA / "examples" / "holdout").glob("*.jsonl")))
    assert {example.text for example in kept_out}.isdisjoint({example.text for example in examples})
