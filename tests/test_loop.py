"""The loop and its log: the same numbers whenever it is stopped, and nothing that is not needed is computed."""

import json
from dataclasses import replace

import pytest
import torch
from filelock import FileLock

from alkit import loop, training
from alkit.config import Config
from alkit.data import split
from alkit.log import is_empty, read, resume
from alkit.loop import run, scores

CONDITIONS = [("lenet", "bald", "gaussian"), ("lenet", "random", "salt_and_pepper"), ("resnet18", "entropy", "none"),
              ("cnn", "released_bald", "released_pepper")]  # fmt: skip
WHAT = ("number", "num_labelled", "valid_accuracy", "test_accuracy", "query")  # seconds differ from run to run


def results(rounds):
    return [tuple(getattr(r, key) for key in WHAT) for r in rounds]


@pytest.mark.parametrize(("model", "acquisition", "noise"), CONDITIONS)
def test_a_run_killed_after_any_round_ends_with_the_same_log(tmp_path, digits, tiny, model, acquisition, noise):
    config = replace(tiny, model=model, acquisition=acquisition, noise=noise, train_dropout=0.2, last_batch="merge")
    whole = results(resume(tmp_path / "whole.jsonl", config, digits))
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    for kept in range(len(lines)):
        path = tmp_path / f"{kept}.jsonl"
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][: len(lines[kept]) // 2])  # the last line is torn
        torch.manual_seed(kept)  # global state has no say
        assert results(resume(path, config, digits)) == whole
        assert results(read(path)[1]) == whole


def test_a_finished_run_replays_without_training(tmp_path, digits, tiny, monkeypatch):
    path = tmp_path / "run.jsonl"
    whole = list(resume(path, tiny, digits))
    before = path.read_bytes()
    monkeypatch.setattr(loop, "fit", None)
    assert list(resume(path, tiny, digits)) == whole
    assert path.read_bytes() == before


def test_rounds_are_on_disk_before_they_are_yielded(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    for found in resume(path, tiny, digits):
        assert read(path)[1][-1] == found


def test_each_round_trains_on_what_the_rounds_before_bought(digits, tiny):
    found = list(run(replace(tiny, acquisition="entropy"), digits))
    initial, valid, _ = split(tiny, digits)
    assert [r.num_labelled for r in found] == [20, 30, 40, 50]
    assert [len(r.query) for r in found] == [10, 10, 10, 0]
    bought = [i for r in found for i in r.query]
    assert len(set(bought)) == 30
    assert not set(bought) & set(torch.cat([initial, valid]).tolist())
    assert [r.test_accuracy is None for r in found] == [True, True, True, False]


def test_training_learns(digits):
    config = Config(dataset="digits", num_initial=300, num_rounds=0, epochs=30, learning_rate=0.1, batch_size=16, device="cpu")
    (found,) = run(config, digits)
    assert found.test_accuracy > 0.85
    assert found.valid_accuracy > 0.85


def test_one_seed_gives_every_acquisition_the_same_start_and_another_seed_another(digits, tiny):
    def first(**settings):
        found = next(run(replace(tiny, **settings), digits))
        return found.valid_accuracy, found.query

    random, entropy, other = first(), first(acquisition="entropy"), first(seed=1)
    assert random[0] == entropy[0]
    assert random[1] != entropy[1]
    assert random != other


def test_random_acquisition_never_looks_at_the_pool_and_unevaluated_rounds_train_nothing(digits, tiny, monkeypatch):
    trained = []
    fit = training.fit
    monkeypatch.setattr(loop, "fit", lambda *args: trained.append(args[3]) or fit(*args))
    monkeypatch.setattr(loop, "scores", None)
    found = list(run(replace(tiny, evaluate_every=2), digits))
    assert trained == [0, 2, 3]
    assert [r.valid_accuracy is None for r in found] == [False, True, False, False]


def test_how_often_is_evaluated_changes_no_other_number(digits, tiny):
    def queries(every):
        found = list(run(replace(tiny, acquisition="bald", evaluate_every=every), digits))
        return [r.query for r in found], found[-1].test_accuracy

    assert queries(1) == queries(3)


def test_entropy_queries_what_the_model_is_least_sure_of(digits, tiny):
    config = replace(tiny, acquisition="entropy")
    labelled, _, pool = split(config, digits)
    model = training.fit(config, digits, labelled, 0)
    probs = model(digits.standardised(digits.x_train[pool])).softmax(dim=-1).double()
    by_hand = -(probs * probs.log()).sum(dim=-1)
    query = next(run(config, digits)).query
    chosen = torch.isin(pool, torch.tensor(query))
    assert by_hand[chosen].min() >= by_hand[~chosen].max() - 1e-5


def test_logs_of_another_configuration_or_other_data_are_refused_untouched(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    list(resume(path, tiny, digits))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"another configuration \(epochs: 4 -> 5\)"):
        next(resume(path, replace(tiny, epochs=5), digits))
    with pytest.raises(ValueError, match="other data"):
        next(resume(path, tiny, replace(digits, digest="0" * 12)))
    assert path.read_bytes() == before


def test_a_log_from_before_a_field_existed_still_counts(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    whole = list(resume(path, tiny, digits))
    header, *rounds = path.read_text().splitlines()
    header = json.loads(header)
    del header["config"]["last_batch"]
    path.write_text("\n".join([json.dumps(header), *rounds]) + "\n")
    assert list(resume(path, tiny, digits)) == whole


def test_a_damaged_log_is_refused_not_overwritten(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    list(resume(path, tiny, digits))
    lines = path.read_bytes().splitlines(keepends=True)
    torn = lines[0][:50]
    path.write_bytes(torn)
    assert is_empty(path)
    for damaged in (
        [*lines[:2], b"[1, 2]\n"],
        [*lines[:2], b"{}\n"],
        [*lines[:2], b"{nonsense\n", *lines[3:]],
        lines[:2] + lines[3:],
        lines[1:],
    ):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(ValueError, match="move it away"):
            next(resume(path, tiny, digits))
        assert path.read_bytes() == b"".join(damaged)


def test_two_processes_cannot_write_one_log(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    with FileLock(path.with_suffix(".lock")), pytest.raises(ValueError, match="another process"):
        next(resume(path, tiny, digits))
    assert len(list(resume(path, tiny, digits))) == 4


def test_training_that_diverges_says_so(digits, tiny):
    with pytest.raises(FloatingPointError, match="learning_rate=1000000"):
        list(run(replace(tiny, learning_rate=1e6), digits))


@pytest.mark.parametrize("noise", ["none", "gaussian", "salt_and_pepper"])
@pytest.mark.parametrize("model", ["lenet", "resnet18"])
def test_training_and_scoring_mix_no_devices(digits, tiny, model, noise, monkeypatch):
    """On torch's meta device an operation between a tensor there and one on the CPU raises, as it would on a GPU."""
    monkeypatch.setattr(training, "check_finite", lambda *_: None)  # a meta tensor has no values to look at
    elsewhere = digits.to(torch.device("meta"))
    monkeypatch.setattr(torch.Tensor, "cpu", lambda tensor: tensor)  # it has none to bring to the CPU either
    config = replace(tiny, model=model, noise=noise, last_batch="merge", train_dropout=0.5, acquisition="bald")
    labelled, _, pool = split(config, digits)
    trained = training.fit(config, elsewhere, labelled, 0)
    assert next(trained.parameters()).device.type == "meta"
    found = scores(config, elsewhere, trained, pool, 0)
    assert found.shape == pool.shape
    assert found.device.type == "meta"
