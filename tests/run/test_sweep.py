"""Sweeps: the loop's own numbers, side by side, kept in logs."""

import math
from dataclasses import replace

import pytest

from alkit.loop import run
from alkit.run import sweep as module
from alkit.run.sweep import log_path, measured, sweep


@pytest.mark.slow
def test_a_sweep_holds_what_the_runs_give_and_computes_nothing_twice(tmp_path, digits, tiny):
    configs = [replace(tiny, seed=seed, num_rounds=1, epochs=epochs) for seed in (0, 1) for epochs in (1, 2)]
    frame = sweep(configs, tmp_path)
    for config in configs:
        rows = frame[(frame.seed == config.seed) & (frame.epochs == config.epochs)]
        assert rows.valid_accuracy.tolist() == [100 * found.valid_accuracy for found in run(config, digits)]
        assert log_path(config, tmp_path).exists()
    before = {path: path.read_bytes() for path in tmp_path.glob("*.jsonl")}
    assert len(before) == 4
    assert sweep(configs, tmp_path).valid_accuracy.tolist() == frame.valid_accuracy.tolist()
    assert {path: path.read_bytes() for path in tmp_path.glob("*.jsonl")} == before


def test_a_sweep_refuses_what_cannot_run_before_any_work(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(module, "_rows", None)
    with pytest.raises(ValueError, match="num_initial=5"):
        sweep([tiny, replace(tiny, num_initial=5)], tmp_path)
    assert not list(tmp_path.iterdir())


def epochs_times(config, factor):
    return {"product": config.epochs * factor}


def test_what_was_measured_is_read_and_not_measured_again(tmp_path, tiny):
    configs = [replace(tiny, epochs=epochs) for epochs in (1, 2)]
    assert measured(epochs_times, configs, tmp_path, factor=3) == [{"product": 3}, {"product": 6}]
    kept = log_path(configs[0], tmp_path).with_suffix(".epochs_times.json")
    kept.write_text(kept.read_text().replace('"product": 3', '"product": 4'))
    assert measured(epochs_times, configs, tmp_path, factor=3) == [{"product": 4}, {"product": 6}]


def times_all(config, factors):
    return {"product": config.epochs * math.prod(factors)}


def test_settings_that_a_file_keeps_in_another_form_are_the_same_settings(tmp_path, tiny):
    for _ in range(2):
        assert measured(times_all, [tiny], tmp_path, factors=(2, 3)) == [{"product": 6 * tiny.epochs}]


def test_what_was_measured_with_other_settings_is_refused(tmp_path, tiny):
    measured(epochs_times, [tiny], tmp_path, factor=3)
    with pytest.raises(ValueError, match="measured with settings {'factor': 3}, not {'factor': 5}"):
        measured(epochs_times, [tiny], tmp_path, factor=5)
