"""Whether numbers come out again: what is drawn, how it is judged, and that a stopped pass goes on."""

import json
import shutil
import threading
from dataclasses import replace

import pytest
import torch

from alkit.__main__ import main
from alkit.files.lock import held
from alkit.files.log import read, resume
from alkit.files.provenance import facts
from alkit.paper.readme import verified
from alkit.run import verify as module
from alkit.run.verify import draw, failures, judged, repeat, verify


@pytest.fixture(scope="module")
def trained(tmp_path_factory, digits, tiny):
    """Two experiments: one of two seeds in a folder, one of a finding; trained once."""
    folder = tmp_path_factory.mktemp("trained")
    quick = replace(tiny, epochs=1, acquisition="entropy")
    for path, config in {
        "mine/one/seed-0.jsonl": quick, "mine/one/seed-1.jsonl": replace(quick, seed=1),
        "findings/two/digits-seed-0.jsonl": replace(quick, evaluate_every=9, acquisition="random"),
    }.items():  # fmt: skip
        list(resume(folder / path, config, digits))
    return folder


@pytest.fixture
def outputs(tmp_path, trained):
    """A copy of `trained`, to be changed."""
    return shutil.copytree(trained, tmp_path / "outputs")


@pytest.fixture
def logged(trained):
    """A round with a query of ten."""
    return read(trained / "mine/one/seed-0.jsonl")[1][2]


def test_one_round_of_each_experiment_is_drawn_of_those_that_train_and_cost_little(outputs, change):
    drawn = draw(outputs, seed=0, everything=False)
    assert sorted(one.experiment for one in drawn) == ["findings/two/digits", "mine/one"]
    of_one = {(one.log, one.number) for seed in range(60) for one in draw(outputs, seed, False) if one.experiment == "mine/one"}
    assert of_one == {(f"mine/one/seed-{seed}.jsonl", number) for seed in (0, 1) for number in range(4)}
    of_two = {one.number for seed in range(20) for one in draw(outputs, seed, False) if one.experiment != "mine/one"}
    assert of_two == {0, 3}  # the others train nothing
    (outputs / "labels/digits").mkdir(parents=True)
    (outputs / "labels/digits/labels.jsonl").write_text('{"data": {}}\n')  # of a person
    (outputs / "findings/two/digits-seed-1.jsonl").write_bytes(b'{"conf')  # killed before its first line was whole
    for number in (0, 3):
        change(outputs / "findings/two/digits-seed-0.jsonl", number + 2, train_seconds=61.0)
    assert [one.experiment for one in draw(outputs, 0, False)] == ["mine/one"]
    assert len(draw(outputs, 0, everything=True)) == 2


def test_every_round_of_a_log_repeats_to_the_bit_by_the_code_that_made_it(outputs):
    for one in (d for seed in range(12) for d in draw(outputs, seed, False)):
        outcome = repeat(outputs, one)
        assert (outcome["verdict"], outcome["points"], outcome["queried"]) == ("to the bit", 0, 1)


@pytest.mark.parametrize(
    ("changed", "like"),
    [
        ({}, True),
        ({"commit": "b" * 40, "clean": False}, True),  # a commit of other files, of results say, changes no round
        ({"method": "another"}, False),
        ({"cpu": "an abacus"}, False),
    ],
)
def test_only_what_this_method_made_on_a_machine_like_this_must_come_out_to_the_bit(outputs, change, changed, like):
    made = {"from_round": 0, **facts(torch.device("cpu")), **changed}
    change(outputs / "mine/one/seed-0.jsonl", 1, made=[made])
    assert repeat(outputs, module.Drawn("mine/one", "mine/one/seed-0.jsonl", 2, 0.1))["same_code_and_machine"] is like


def test_a_round_whose_log_does_not_say_its_method_need_not(outputs, change):
    made = {"from_round": 0, **facts(torch.device("cpu"))}
    del made["method"]
    change(outputs / "mine/one/seed-0.jsonl", 1, made=[made])
    assert repeat(outputs, module.Drawn("mine/one", "mine/one/seed-0.jsonl", 2, 0.1))["same_code_and_machine"] is False


def test_a_round_on_other_images_could_not_be_repeated(outputs, change):
    change(outputs / "mine/one/seed-0.jsonl", 1, data={"digest": "0" * 12, "source": "elsewhere"})
    outcome = repeat(outputs, module.Drawn("mine/one", "mine/one/seed-0.jsonl", 2, 0.1))
    assert outcome["verdict"] == "could not be repeated"
    assert outcome["why"].startswith("made on other data, digits 000000000000, here is ")


def test_a_difference_of_one_point_is_within_one_point(logged):
    assert judged(replace(logged, valid_accuracy=0.11), replace(logged, valid_accuracy=0.1), like=False) == "within tolerance"


def test_a_number_that_was_changed_does_not_come_out(outputs, change):
    path = outputs / "mine/one/seed-0.jsonl"
    before = read(path)[1][2]
    change(path, 4, valid_accuracy=before.valid_accuracy + 0.1)
    outcome = repeat(outputs, module.Drawn("mine/one", "mine/one/seed-0.jsonl", 2, 0.1))
    assert (outcome["verdict"], outcome["points"]) == ("not", 10.0)
    assert "10.00 points apart, 100% of the query" in module.line(outcome)


@pytest.mark.parametrize(
    ("points", "same", "like", "verdict"),
    [
        (0.0, 10, True, "to the bit"), (0.9, 10, False, "within tolerance"), (0.0, 9, False, "within tolerance"),
        (0.9, 10, True, "not"), (1.1, 10, False, "not"), (0.0, 8, False, "not"), (-1.1, 10, False, "not"),
    ],
)  # fmt: skip
def test_what_this_code_made_here_must_come_out_to_the_bit_and_the_rest_nearly(logged, points, same, like, verdict):
    query = (*logged.query[:same], *range(5000, 5010 - same))
    found = replace(logged, query=query, valid_accuracy=logged.valid_accuracy + points / 100)
    assert judged(logged, found, like) == verdict


def test_another_order_of_a_query_is_not_to_the_bit(logged):
    assert judged(logged, replace(logged, query=logged.query[::-1]), like=False) == "within tolerance"


def test_a_stopped_pass_goes_on_and_a_finished_one_is_followed_by_another(outputs, capsys):
    whole = verify(outputs, False, 1)
    assert whole["finished"] and not list(failures(whole))
    assert sorted(one["experiment"] for one in whole["rounds"]) == ["findings/two/digits", "mine/one"]
    stopped = {**whole, "finished": False, "rounds": whole["rounds"][:1]}
    (outputs / "verified.json").write_text(json.dumps(stopped))
    capsys.readouterr()
    again = verify(outputs, False, 1)
    assert "2 experiments, a round of each: 1 done" in capsys.readouterr().out
    assert again["seed"] == whole["seed"]
    assert again["rounds"][0] == whole["rounds"][0]
    assert verify(outputs, False, 1)["seed"] != whole["seed"]
    (outputs / "verified.json").write_text(json.dumps({**stopped, "by": {**stopped["by"], "cpu": "an abacus"}}))
    assert verify(outputs, False, 1)["seed"] != whole["seed"]


def test_a_stopped_pass_whose_other_experiments_are_gone_is_finished(outputs, capsys):
    whole = verify(outputs, False, 1)
    (outputs / "verified.json").write_text(json.dumps({**whole, "finished": False, "rounds": whole["rounds"][:1]}))
    shutil.rmtree(outputs / whole["rounds"][1]["experiment"].split("/digits")[0])
    capsys.readouterr()
    assert verify(outputs, False, 1)["finished"] and "left" not in capsys.readouterr().out
    assert json.loads((outputs / "verified.json").read_text())["finished"]


def test_a_pass_begins_no_round_after_some_minutes_and_goes_on_when_run_again(outputs, monkeypatch, capsys):
    monkeypatch.setattr(module, "BEGUN_WITHIN", 0)
    assert verify(outputs, False, 1)["rounds"] == []
    assert "2 are left; the same command goes on with them" in capsys.readouterr().out
    monkeypatch.undo()
    assert verify(outputs, False, 1)["finished"]


def test_where_there_is_no_round_to_repeat_longer_ones_are_named_only_if_there_are_some(outputs, tmp_path, change):
    for everything in (False, True):
        with pytest.raises(ValueError, match="none: no log|none no log has a round$"):
            verify(tmp_path / "none", everything, 1)
    for path in outputs.rglob("*seed-*.jsonl"):
        for line in range(2, 6):
            change(path, line, train_seconds=61.0)
    with pytest.raises(ValueError, match="that took at most 60 s; ALL=1 repeats longer ones"):
        verify(outputs, False, 1)


def test_the_command_names_what_did_not_come_out(outputs, capsys, change):
    for seed in (0, 1):
        for number in range(4):
            change(outputs / f"mine/one/seed-{seed}.jsonl", number + 2, valid_accuracy=0.99)
    assert main(["verify", "--workers", "1", "--outputs", str(outputs)]) == 1
    out, err = capsys.readouterr()
    assert "did not come out again:\n  mine/one/seed-" in err
    assert "of each of 2 experiments again: 1 came out to the bit, 0 within 1 point" in out
    assert "1 did not (mine 1). Of those, 0 are within 1 point too but bought other images" in out
    assert json.loads((outputs / "verified.json").read_text())["finished"]


def test_a_second_pass_over_the_same_outputs_waits_for_the_first(tmp_path, capsys, monkeypatch, wait):
    begun, said = [], []
    monkeypatch.setattr("alkit.__main__.verify", lambda *arguments: begun.append(arguments) or {"rounds": []})
    monkeypatch.setattr("alkit.paper.readme.verified", lambda outputs: "")
    second = threading.Thread(target=main, args=(["verify", "--workers", "1", "--outputs", str(tmp_path)],))
    with held(tmp_path / "verified.lock"):
        second.start()
        wait(lambda: said.append(capsys.readouterr().out) or "waiting for it" in "".join(said))
        assert begun == []
    second.join()
    assert len(begun) == 1


def test_a_folder_that_is_not_there_is_said_and_not_made(tmp_path, capsys):
    assert main(["verify", "--outputs", str(tmp_path / "typo")]) == 2
    assert "there are no outputs at " in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("error", [FloatingPointError, torch.OutOfMemoryError, MemoryError])
def test_a_round_that_diverges_or_lacks_memory_here_could_not_be_repeated(outputs, monkeypatch, error):
    def failing(*arguments):
        raise error("not here")

    monkeypatch.setattr("alkit.loop.fit", failing)
    outcome = repeat(outputs, module.Drawn("mine/one", "mine/one/seed-0.jsonl", 2, 0.1))
    assert (outcome["verdict"], outcome["why"]) == ("could not be repeated", "not here")
    assert list(failures({"rounds": [outcome]})) == [outcome]


def test_what_could_not_be_repeated_is_not_counted_among_what_did_not_come_out(tmp_path):
    one = {"experiment": "mine/one", "made_by": None}
    rounds = [
        {**one, "verdict": "could not be repeated", "why": "no images"},
        {**one, "verdict": "not", "points": 0.1, "queried": 1.0, "same_code_and_machine": True},
    ]
    found = {"day": "2000-01-01", "by": facts(torch.device("cpu")), "experiments": 2, "finished": True, "rounds": rounds}
    (tmp_path / "verified.json").write_text(json.dumps(found))
    said = verified(tmp_path)
    assert "1 did not (mine 1). Of those, 0 are within 1 point too but bought other images" in said
    assert "1 could not be repeated" in said
    assert "Of 1 that the present code had made on a machine like this, 0 came out." in said
