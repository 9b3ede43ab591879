"""The widgets do what a person presses, without a browser."""

import re
import time
from dataclasses import replace

import pytest
import torch

from alkit.acquisitions import ACQUISITIONS
from alkit.config import Config
from alkit.lab.explore import QUICK, Explorer, recorded
from alkit.loop import Round, choose, run, scores
from alkit.run.grid import read_profile
from alkit.split import split
from alkit.training import fit


@pytest.fixture
def explorer(tmp_path):
    made = Explorer(params=tmp_path)
    yield made
    made.stop()
    if made.background:
        made.background.join(30)


def small(explorer, **changes):
    explorer.form.fill(replace(QUICK, num_rounds=2, epochs=3, **changes))


def press_run(explorer):
    explorer.run_button.click()
    explorer.background.join(120)
    assert not explorer.background.is_alive()
    assert "error" not in explorer.status.value


def test_a_run_is_to_the_bit_the_librarys_own(explorer, digits, without_seconds):
    small(explorer)
    press_run(explorer)
    assert "Done:" in explorer.status.value
    (shown,) = explorer.runs
    assert without_seconds(shown.rounds) == without_seconds(run(shown.config, digits))
    assert explorer.image.value.startswith("<img")


def test_the_scores_that_are_shown_are_those_that_the_query_was_chosen_by(digits, tiny):
    config = replace(tiny, acquisition="bald")
    labelled, _, pool = split(config, digits)
    model = fit(config, digits, labelled, 0)
    with recorded("bald") as seen:
        choose(config, digits, model, pool, 0)
    assert torch.equal(seen[0], scores(config, digits, model, pool, 0))


def test_the_table_of_acquisitions_is_as_it_was_after_a_run_that_failed():
    entry = ACQUISITIONS["bald"]
    with pytest.raises(ZeroDivisionError), recorded("bald"):
        _ = 1 / 0
    assert ACQUISITIONS["bald"] is entry


def test_a_second_run_is_laid_over_the_first_until_that_is_forgotten(explorer):
    small(explorer)
    press_run(explorer)
    explorer.form.fields["acquisition"].value = "random"
    press_run(explorer)
    assert [shown.config.acquisition for shown in explorer.runs] == ["bald", "random"]
    assert explorer.runs[1].scores is None and explorer.runs[0].scores is not None
    explorer.clear()
    assert [shown.config.acquisition for shown in explorer.runs] == ["random"]


def test_stop_ends_a_long_training_at_once_and_keeps_the_rounds_that_were_done(explorer, wait):
    explorer.form.fill(replace(QUICK, epochs=400))
    explorer.start()
    wait(lambda: explorer.runs)
    explorer.stop_button.click()
    explorer.background.join(10)
    assert not explorer.background.is_alive()
    assert "Stopped" in explorer.status.value
    assert explorer.runs[0].rounds
    assert (explorer.run_button.disabled, explorer.stop_button.disabled) == (False, True)


def test_a_training_of_hours_is_stopped_before_its_first_round(explorer):
    explorer.form.fill(replace(QUICK, epochs=1_000_000))
    explorer.start()
    time.sleep(2)
    explorer.stop_button.click()
    explorer.background.join(10)
    assert not explorer.background.is_alive()
    assert explorer.runs == []


def test_a_wrong_value_runs_nothing_and_says_so(explorer):
    explorer.form.fields["learning_rate"].value = "quick"
    explorer.run_button.click()
    assert explorer.background is None
    assert "field in red" in explorer.status.value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("query_size", "500", "asks for 4,120 images"), ("learning_rate", "1e8", "training diverged")],
)
def test_what_only_the_images_or_the_training_show_to_be_wrong_stands_beside_its_field(explorer, name, value, words):
    explorer.form.fields[name].value = value
    press_run(explorer)
    assert words in explorer.form.errors[name].value
    assert "Traceback" not in explorer.status.value


def test_the_papers_scenarios_are_there_to_begin_with(explorer):
    presets = {name: config for name, config in explorer.presets.items() if "paper" in name}
    assert Config(num_rounds=100) in presets.values()
    assert len(presets) == 4
    explorer.preset.value = next(name for name, config in presets.items() if config == Config())
    assert explorer.form.config() == Config()


def test_the_published_number_stands_beside_a_run_at_the_papers_settings_alone(explorer, digits, monkeypatch):
    only = [Round(0, 100, 0.5, 0.25, (1, 2, 3), 0.1, 0.1, 0.1)]
    monkeypatch.setattr("alkit.lab.explore.load", lambda *_, **__: digits)
    monkeypatch.setattr("alkit.lab.explore.run", lambda *_: iter(only))
    explorer.form.fill(Config())
    press_run(explorer)
    assert explorer.runs[-1].published == 28.79
    assert "Done: 25.00 % of the test images. Published: 28.79 %." in explorer.status.value
    explorer.form.fields["epochs"].value = "5"
    press_run(explorer)
    assert explorer.runs[-1].published is None
    assert "No published number beside it: not at the paper&#x27;s settings: epochs 5 (the paper: 100)" in explorer.status.value


def test_saving_writes_a_profile_of_the_fields_and_names_its_command(explorer, tmp_path):
    explorer.save()
    assert "make reproduce PROFILE=found" in explorer.exported.value
    assert read_profile("found", params=tmp_path).experiments[0].configs[0] == QUICK
    explorer.save()
    assert re.search(r"role='alert'.*is there already", explorer.exported.value)


def test_a_run_of_other_images_that_has_no_round_yet_leaves_the_last_ones_images(explorer, write_npz, monkeypatch):
    small(explorer)
    press_run(explorer)
    monkeypatch.setenv("ALKIT_DATA", str(write_npz("mine").parent))
    with pytest.raises(ValueError, match="query_size"):
        explorer._work(replace(QUICK, dataset="mine", query_size=10_000))
    assert explorer.data.name == "digits"
    explorer.clear_button.click()  # draws the run that stays
