"""Quantities are measured once a seed, paired, from the runs they should be."""

import numpy as np
import pandas as pd
import pytest

from alkit.paper.evidence import Evidence, Quantity, of_test_set
from alkit.paper.results import read, together


def test_evidence_is_paired_by_seed(logged):
    grid = [{"scenario": "supervised", "model": "resnet18", "num_rounds": 0}, {"scenario": "constrained", "model": "resnet18"}]
    level = {0: 0.9, 100: 0.92}
    profile = logged(
        grid, seeds=[0, 1, 2], accuracy=lambda c, n: level[c.num_rounds] + 0.01 * c.seed
    )  # the seed's share cancels
    more, less = ({"model": "resnet18", "scenario": scenario} for scenario in ("constrained", "supervised"))
    found = Evidence(read(profile)).difference("what", more, less)
    assert found.values == pytest.approx([2, 2, 2])
    assert found.known == pytest.approx((91 * 9 + 93 * 7) / 10_000)  # binomial, in points^2, on 10,000 images each


def test_claims_are_judged_by_the_profiles_own_runs_not_by_those_beside_it(logged):
    grid = [{"scenario": "constrained", "model": "resnet18"}]
    logged(grid, name="other", label="other", accuracy=lambda config, n: 0.1)
    evidence = Evidence(together(logged(grid, beside=["other"], accuracy=lambda config, n: 0.9)))
    assert evidence.accuracy(model="resnet18").tolist() == pytest.approx([90, 90])


def test_the_error_of_a_test_set_is_binomial():
    hits = np.random.default_rng(0).binomial(10_000, 0.3, 20_000) / 100
    assert of_test_set(pd.Series([30.0, 30.0])) == pytest.approx(hits.var(), rel=0.03)


def test_a_quantity_says_what_is_claimed():
    values = np.array([1.0, 2.0, 3.0])
    assert str(Quantity("what", values)) == "what: 2.0 [-0.5, 4.5] points (n = 3)"
    assert str(Quantity("what", values, 70, unit="%")).endswith(" % (n = 3; claimed > 70)")
    assert str(Quantity("what", values, margin=1.0, same=True)).endswith("claimed within ±1)")
    assert str(Quantity("what", values[:0])) == "what: not run"


def test_a_findings_log_without_a_whole_first_line_is_no_run(logged):
    results = read(logged([{"scenario": "constrained", "model": "resnet18"}]))
    path = results.profile.folder.parent / "findings/dips/mnist-seed-0.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"conf')  # as a kill leaves it
    assert Evidence(results).finding("dips").empty
