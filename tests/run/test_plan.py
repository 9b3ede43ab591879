"""How long it takes: what is done, what is left."""

import json
import shutil

import pytest

from alkit.run.grid import load_all, read_profile
from alkit.run.plan import Estimate, seconds_left


def test_plan_says_what_is_done_and_what_is_left(made, tmp_path, pipeline):
    folder, _ = made
    lines = pipeline.alkit(folder, "plan").stdout.splitlines()
    assert lines[1].split() == ["constrained-digits-lenet-bald-gaussian", "6/6", "-"]
    pipeline.write(tmp_path)
    lines = pipeline.alkit(tmp_path, "plan").stdout.splitlines()
    assert lines[1].split()[1] == "0/6"
    assert "3 experiments, about" in lines[-1]


def test_time_left_is_no_shorter_than_the_longest_experiments():
    class Fixed:
        seconds_left = staticmethod(float)

    assert seconds_left([60, 30, 30], Fixed, 2) == 60
    assert seconds_left([60, 30, 30], Fixed, 8) == 60
    assert seconds_left([60, 60, 60], Fixed, 2) == 90
    assert seconds_left([], Fixed, 2) == 0


@pytest.mark.parametrize(("device", "seconds", "basis"), [("cpu", 3000, "by the logs of 2"), ("H100", 6, "measured now")])
def test_time_left_goes_by_the_logs_of_like_runs_on_a_like_device(made, tmp_path, pipeline, device, seconds, basis):
    shutil.copytree(made[0] / "outputs", tmp_path / "outputs")
    for log in (tmp_path / "outputs/tiny").glob("constrained-*/seed-*.jsonl"):
        header, *rounds = map(json.loads, log.read_text().splitlines())
        rounds = [{**r, "device": device, "train_seconds": 1000.0} for r in rounds]
        log.write_text("".join(json.dumps(line) + "\n" for line in (header, *rounds)))
    pipeline.write(tmp_path, seeds=[0, 1, 2], grid=pipeline.TINY["grid"][:1])
    profile = read_profile("tiny", tmp_path / "outputs", tmp_path)
    estimate = Estimate(load_all(profile), profile.experiments)
    (experiment,) = profile.experiments
    assert estimate.seconds_left(experiment) == pytest.approx(seconds, rel=0.01, abs=20)
    assert estimate.basis([experiment]).startswith(basis)
