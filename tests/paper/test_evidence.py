"""Quantities are measured once a seed, paired, from the runs they should be."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from alkit.paper import stats
from alkit.paper.evidence import Accuracies, Evidence, Quantity, gap, mean
from alkit.paper.results import read, together
from alkit.prediction import packed


def test_evidence_is_paired_by_seed(logged):
    grid = [{"scenario": "supervised", "model": "resnet18", "num_rounds": 0}, {"scenario": "constrained", "model": "resnet18"}]
    level = {0: 0.9, 100: 0.92}
    profile = logged(
        grid, seeds=[0, 1, 2], accuracy=lambda c, n: level[c.num_rounds] + 0.01 * c.seed
    )  # the seed's share cancels
    more, less = ({"model": "resnet18", "scenario": scenario} for scenario in ("constrained", "supervised"))
    evidence = Evidence(read(profile))
    found = gap("what", evidence.accuracy(**more) - evidence.accuracy(**less))
    assert found.values == pytest.approx([2, 2, 2])
    assert found.known == pytest.approx((91 * 9 + 93 * 7) / 10_000)  # binomial, in points^2, on 10,000 images each


def test_claims_are_judged_by_the_profiles_own_runs_not_by_those_beside_it(logged):
    grid = [{"scenario": "constrained", "model": "resnet18"}]
    logged(grid, name="other", label="other", accuracy=lambda config, n: 0.1)
    evidence = Evidence(together(logged(grid, beside=["other"], accuracy=lambda config, n: 0.9)))
    assert evidence.accuracy(model="resnet18").by_seed.tolist() == pytest.approx([90, 90])


def logged_rights(rights, seeds=None):
    """The last rounds of runs that got these test images right, a row of bools a seed."""
    texts = [packed(torch.from_numpy(right)) for right in rights]
    return Accuracies.of(pd.DataFrame({"seed": seeds or range(len(rights)), "test_correct": texts, "test_accuracy": 0.0}))


def test_the_error_of_a_test_set_is_binomial_where_a_log_does_not_say_which_images_were_right():
    hits = np.random.default_rng(0).binomial(10_000, 0.3, 20_000) / 100
    unknown = Accuracies.of(pd.DataFrame({"seed": [0, 1], "test_correct": None, "test_accuracy": [30.0, 30.0]}))
    assert unknown.of_test_set == pytest.approx(hits.var(), rel=0.03)
    assert (unknown - unknown).of_test_set == pytest.approx(2 * hits.var(), rel=0.03)
    assert mean([unknown, unknown]).of_test_set == pytest.approx(hits.var() / 2, rel=0.03)
    assert unknown.by_seed.tolist() == pytest.approx([30, 30])


def test_where_logs_say_which_images_were_right_the_error_of_the_test_set_is_that_of_drawing_images():
    draw = np.random.default_rng(1)
    easy = draw.random(10_000)  # images that one network errs on, others err on too
    more, less = ([draw.random(10_000) < easy**power for _ in range(3)] for power in (0.5, 0.7))
    both = logged_rights(more), logged_rights(less)
    by_hand = np.mean(more, axis=0) - np.mean(less, axis=0)
    drawn = [by_hand[draw.integers(0, 10_000, 10_000)].mean() for _ in range(2000)]  # a bootstrap of the test set
    found = both[0] - both[1]
    assert found.of_test_set == pytest.approx(100**2 * np.var(drawn), rel=0.15)
    assert found.by_seed.tolist() == pytest.approx([100 * (np.mean(a) - np.mean(b)) for a, b in zip(more, less, strict=True)])
    alone = [100**2 * np.mean(a) * (1 - np.mean(a)) / 10_000 for a in (more, less)]
    assert found.of_test_set < sum(alone) / 2  # as they err alike
    assert logged_rights(more[:1]).of_test_set == pytest.approx(100**2 * np.var(more[0]) / 10_000)


def test_only_seeds_that_both_have_make_a_difference():
    rights = np.random.default_rng(2).random((3, 10_000)) < np.array([[0.2], [0.5], [0.9]])
    found = logged_rights(rights, [0, 1, 2]) - logged_rights(rights[1:], [1, 2])
    assert found.by_seed.to_dict() == {1: 0, 2: 0}
    assert found.of_test_set == 0


def test_what_logs_say_of_each_image_reaches_the_claims(logged):
    """One of two conditions has a log that does not say it: that alone counts as if it erred like no other."""
    profile = logged([{"scenario": "constrained", "noise": ["none", "gaussian"]}], accuracy=lambda config, n: 0.25)
    right = np.arange(10_000) % 4 == 0
    for config in profile.experiments[0].configs:
        path = profile.experiments[0].log_path(config)
        *lines, last = path.read_text().splitlines()
        last = json.dumps({**json.loads(last), "test_correct": packed(torch.from_numpy(right))})
        path.write_text("\n".join([*lines, last]) + "\n")
    evidence = Evidence(read(profile))
    said, not_said = (evidence.accuracy(model="lenet", noise=noise) for noise in ("none", "gaussian"))
    assert (said.images.to_numpy() == 100 * right).all() and said.independent == 0
    assert not_said.independent == pytest.approx(25 * 75 / 10_000)
    assert (said - not_said).of_test_set == pytest.approx(2 * 25 * 75 / 10_000)
    assert (said - said).of_test_set == 0


def test_a_quantity_says_what_is_claimed():
    values = np.array([1.0, 2.0, 3.0])
    assert str(Quantity("what", values)) == "what: 2.0 [-0.5, 4.5] points (n = 3)"
    assert str(Quantity("what", values, 70, unit="%")).endswith(" % (n = 3; claimed > 70)")
    assert str(Quantity("what", values, margin=1.0, same=True)).endswith("claimed within ±1)")
    assert str(Quantity("what", values[:0])) == "what: not run"


def test_an_interval_of_percentages_ends_at_0_and_100():
    errors = np.array([76.4, 70.8, 99.0])
    assert stats.interval(errors).high > 100 > stats.interval(100 - errors).mean and stats.interval(100 - errors).low < 0
    assert str(Quantity("error", errors, 70, unit="%")) == "error: 82.1 [45.0, 100.0] % (n = 3; claimed > 70)"
    assert str(Quantity("accuracy", 100 - errors, 70, unit="%")) == "accuracy: 17.9 [0.0, 55.0] % (n = 3; claimed > 70)"
    assert "[45.0, 119.2]" in str(Quantity("difference", errors))


def test_a_findings_log_without_a_whole_first_line_is_no_run(logged):
    results = read(logged([{"scenario": "constrained", "model": "resnet18"}]))
    path = results.profile.folder.parent / "findings/dips/mnist-seed-0.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"conf')  # as a kill leaves it
    assert Evidence(results).finding("dips").by_seed.empty
