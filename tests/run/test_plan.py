"""How long it takes: what is done, what is left."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

from alkit.determinism import device_name
from alkit.files.log import resume
from alkit.files.sources import is_here, load
from alkit.run import plan as module
from alkit.run.grid import load_all, read_profile
from alkit.run.plan import KNOWN, Estimate, _median_seconds, in_words, side_by_side

GRID = {"grid": [{"scenario": "a", "dataset": "digits"}]}


def test_the_estimate_falls_as_rounds_are_done_and_counts_what_costs(write, digits):
    profile = write({"seeds": [0], "defaults": {"epochs": 5, "num_rounds": 4, "num_initial": 20}, **GRID})
    (experiment,) = profile.experiments
    (config,) = experiment.configs
    estimate = Estimate({"digits": digits})
    whole = estimate.seconds_left(experiment)
    for i, _ in enumerate(resume(experiment.log_path(config), config, digits)):
        assert experiment.rounds_done() == i + 1
        left = estimate.seconds_left(experiment)
        assert left < whole
        whole = left
    assert estimate.round_seconds(replace(config, acquisition="bald"), 0) > estimate.round_seconds(config, 0) > 0
    assert estimate.round_seconds(replace(config, evaluate_every=4), 1) == 0


def test_durations_are_in_words():
    assert [in_words(s) for s in (4.4, 89, 95, 5399, 7200, 200_000)] == ["4 s", "89 s", "2 min", "90 min", "2.0 h", "2.3 days"]


def test_plan_says_what_is_done_and_what_is_left(made, tmp_path, pipeline):
    folder, _ = made
    lines = pipeline.alkit(folder, "plan").stdout.splitlines()
    assert lines[1].split() == ["constrained-digits-lenet-bald-gaussian", "6/6", "-"]
    pipeline.write(tmp_path)
    lines = pipeline.alkit(tmp_path, "plan").stdout.splitlines()
    assert lines[1].split()[1] == "0/6"
    assert "3 experiments, about" in lines[-1]


def test_a_plan_needs_no_images_and_says_what_it_could_not_check(tmp_path, pipeline, monkeypatch):
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path / "none"))
    monkeypatch.setattr("alkit.files.sources._download", lambda *_: pytest.fail("downloaded"))
    grid = [{"scenario": "constrained", "dataset": ["mnist", "cifar10", "digits"], "num_initial": 100}]
    pipeline.write(tmp_path, grid=grid, seeds=[0])
    told = pipeline.alkit(tmp_path, "plan")
    assert told.returncode == 0, told.stderr
    assert [line.split()[0] for line in told.stdout.splitlines()[1:4]] == [
        f"constrained-{dataset}-lenet-random-none" for dataset in ("mnist", "cifar10", "digits")
    ]
    assert "The images of mnist, cifar10 are not here" in told.stdout.splitlines()[-1]
    pipeline.write(tmp_path, grid=[{**grid[0], "num_initial": 5}])
    told = pipeline.alkit(tmp_path, "plan")  # what is here is checked as ever
    assert told.returncode == 2 and "constrained-digits-lenet-random-none: num_initial=5" in told.stderr


def test_a_log_of_another_configuration_is_seen_without_its_images(tmp_path, pipeline, digits, monkeypatch):
    pipeline.write(tmp_path, grid=[{"scenario": "constrained"}], seeds=[0])
    (experiment,) = read_profile("tiny", tmp_path / "outputs", tmp_path).experiments
    next(resume(experiment.log_path(experiment.configs[0]), experiment.configs[0], digits))
    monkeypatch.setattr("alkit.run.grid.is_here", lambda name: False)
    monkeypatch.setattr("alkit.run.plan.KNOWN", {"digits": ((1, 16, 16), 10, 1297, 500)})
    assert pipeline.alkit(tmp_path, "plan").returncode == 0
    pipeline.write(tmp_path, grid=[{"scenario": "constrained", "epochs": 7}], seeds=[0])
    assert "another configuration (epochs: 2 -> 7)" in pipeline.alkit(tmp_path, "plan").stderr


@pytest.mark.images
def test_the_known_shapes_are_those_of_the_images():
    known = [name for name in KNOWN if is_here(name)]
    if not known:
        pytest.skip("no images of the paper's data sets here")
    for name in known:
        d = load(name, device="cpu")
        assert KNOWN[name] == (d.image_shape, d.num_classes, len(d.y_train), len(d.y_test))


@pytest.mark.parametrize(("seconds", "calls", "median"), [(0.01, 9, 0.01), (0.6, 5, 0.6), (30.0, 2, 30.0)])
def test_measuring_ends_after_seconds_and_leaves_out_the_first_step_which_compiles(monkeypatch, seconds, calls, median):
    now, made = [0.0], []
    monkeypatch.setattr("alkit.run.plan.time.perf_counter", lambda: now[0])

    def work():
        made.append(1)
        now[0] += seconds + 20.0 * (len(made) == 1)

    assert _median_seconds(work, torch.device("cpu")) == pytest.approx(median)
    assert len(made) == calls


def test_time_left_is_no_shorter_than_the_longest_experiments():
    assert side_by_side([60, 30, 30], 2) == 60
    assert side_by_side([60, 30, 30], 8) == 60
    assert side_by_side([60, 60, 60], 2) == 90
    assert side_by_side([], 2) == 0


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


def test_a_damaged_log_of_another_experiment_makes_no_estimate_fail(logged, digits):
    profile = logged([{"scenario": "a", "dataset": "digits", "noise": ["none", "gaussian"], "num_rounds": 1}], seeds=[0])
    wanted, other = profile.experiments
    other.log_path(other.configs[0]).write_text("{}\n")
    wanted.log_path(wanted.configs[0]).unlink()
    estimate = Estimate({"digits": digits}, profile.experiments)
    estimate.round_seconds = lambda config, number: 1.0
    assert estimate.seconds_left(wanted) == module.NOTEBOOK_SECONDS + 2


def test_a_step_is_measured_on_no_more_images_than_there_are_labels(write, digits, monkeypatch):
    profile = write({"seeds": [0], "defaults": {"num_initial": 20, "num_rounds": 1, "batch_size": 5000}, **GRID})
    sizes = []
    monkeypatch.setattr(module, "timed", lambda model, shape, classes, batch, device: sizes.append(batch) or (1.0, 1.0))
    Estimate({"digits": digits}, profile.experiments).seconds_left(profile.experiments[0])
    assert set(sizes) == {30}


def test_rounds_that_the_log_did_not_train_say_nothing_of_how_long_training_takes(logged, digits):
    profile = logged([{"scenario": "a", "dataset": "digits", "num_initial": 20, "num_rounds": 4}], seeds=[0])
    (experiment,) = profile.experiments
    path = experiment.log_path(experiment.configs[0])
    header, *rounds = map(json.loads, path.read_text().splitlines())
    for number in (0, 2, 4):
        rounds[number] |= {"train_seconds": 1000.0, "device": device_name(torch.device("cpu"))}
    path.write_text("".join(json.dumps(line) + "\n" for line in (header, *rounds)))
    estimate = Estimate({"digits": digits}, [experiment])
    estimate.round_seconds = lambda config, number: 1.0
    assert estimate._pace(module._kind(experiment.configs[0])) == 1000


@pytest.mark.parametrize(("free", "expected"), [(80, 6), (17, 4), (3, 1), (0, 1)])
def test_a_gpu_takes_as_many_experiments_as_its_memory_holds_and_a_core_each(free, expected, monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: 6)
    monkeypatch.setattr(module, "resolve_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free * 2**30, 80 * 2**30))
    assert module.default_workers(read_profile("smoke")) == expected
