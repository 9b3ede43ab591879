"""Statistics against closed forms and hand-worked examples."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from alkit.paper.stats import (
    above,
    as_row,
    benjamini_hochberg,
    by_seed,
    equivalence,
    holm,
    in_words,
    interval,
    labels_to,
    paired,
    seeds_needed,
    shared_freedom,
    write_numbers,
)

RUNS = pd.DataFrame(
    [(seed, labels, accuracy) for seed, curve in {0: [50, 80, 90], 1: [40, 60, 70]}.items()
     for labels, accuracy in zip((10, 20, 30), curve, strict=True)],
    columns=["seed", "num_labelled", "valid_accuracy"],
)  # fmt: skip


def test_an_interval_is_students():
    found = interval([1.0, 2.0, 3.0])
    half = 4.302652729911275 / math.sqrt(3)  # t(0.975, 2 degrees of freedom) times sd 1 over root n
    assert (found.low, found.high, found.mean, found.n) == pytest.approx((2 - half, 2 + half, 2, 3))
    assert found.direction == 0
    assert interval([2.0, 2.1, 1.9]).direction == 1
    assert interval([-2.0, -2.1, -1.9]).direction == -1


def test_a_known_variance_widens_an_interval_and_never_narrows_it():
    values = [1.0, 2.0, 3.0]
    alone, little, much = (interval(values, known=known) for known in (0.0, 0.1, 100.0))
    assert little.high == alone.high  # more degrees of freedom would make it narrower
    assert little.p == alone.p
    assert much.high - much.mean == pytest.approx(1.96 * math.sqrt(1 / 3 + 100), rel=0.001)
    assert above(values, 0.0, known=100.0) == pytest.approx(much.p / 2)
    assert above(values) == pytest.approx(alone.p / 2)
    assert math.isnan(above([1.0]))


def test_an_interval_with_a_known_variance_holds_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(0)
    means = draw.normal(0, 1, (2000, 1)) + draw.normal(0, 1, (2000, 3))  # the test set moves all seeds of an experiment alike
    held = [(found := interval(seeds, known=1.0)).low <= 0 <= found.high for seeds in means]
    assert np.mean(held) > 0.94


def test_groups_that_share_their_seeds_add_no_degrees_of_freedom():
    assert shared_freedom([3]) == shared_freedom([3, 3, 3]) == 2
    assert shared_freedom([7, 3, 3]) == pytest.approx((3 + 3 + 4 * 1) ** 2 / (9 + 9 + 4 * 1))  # 4.5, between 2 and 6
    assert shared_freedom([1, 1]) == shared_freedom([]) == 0


def test_one_seed_tells_nothing_and_equal_ones_everything():
    one, none, same = interval([3.0]), interval([]), interval([2.0, 2.0])
    assert (one.low, one.high, one.direction) == (-math.inf, math.inf, 0)
    assert math.isnan(none.mean)
    assert (same.low, same.high, same.direction) == (2, 2, 1)


def test_where_no_label_count_is_inside_no_seed_has_an_area():
    found = by_seed(RUNS, first=40)
    assert isinstance(found, pd.Series)
    assert interval(found - found).n == 0


def test_differences_are_paired_by_seed():
    more, less = pd.Series({0: 5.0, 1: 15.0, 2: 25.0}), pd.Series({1: 14.0, 0: 4.0, 7: 3.0})
    assert paired(more, less).mean == 1
    assert paired(more, less).n == 2


def test_area_and_labels_needed_are_read_off_each_seeds_curve():
    assert by_seed(RUNS).to_dict() == pytest.approx({0: 75, 1: 57.5})
    assert by_seed(RUNS, last=10).to_dict() == {0: 50, 1: 40}
    assert by_seed(RUNS, first=20).to_dict() == {0: 85, 1: 65}
    needed = labels_to(RUNS, 80)
    assert needed[0] == 20
    assert math.isnan(needed[1])


def test_adjustments_are_those_of_the_textbook_and_leave_out_what_was_not_tested():
    p = [0.01, 0.04, 0.03, math.nan]
    np.testing.assert_allclose(holm(p), [0.03, 0.06, 0.06, math.nan])
    np.testing.assert_allclose(benjamini_hochberg(p), [0.03, 0.04, 0.04, math.nan])


def test_equivalence_is_the_larger_of_two_one_sided_tests():
    values = [0.1, -0.2, 0.15, 0.05]
    assert equivalence(values, 1.0) < 0.001
    assert equivalence(values, 0.05) > 0.05
    t = (np.mean(values) - 1.0) / (np.std(values, ddof=1) / 2)
    assert equivalence(values, 1.0) == pytest.approx(scipy_stats.t.cdf(t, 3))
    assert equivalence([5.0, 5.2, 4.9], 1.0) > 0.99


def test_seeds_needed_give_the_power_asked_for():
    values = np.array([-1.0, 0.0, 1.0])  # sd 1
    n = seeds_needed(values, distance=1.0)
    draws = np.random.default_rng(0).normal(1.0, 1.0, (4000, n))
    found = (scipy_stats.ttest_1samp(draws, 0, axis=1).pvalue < 0.05).mean()
    assert found == pytest.approx(0.83, abs=0.04)
    assert seeds_needed(values, 0.0) is None
    assert seeds_needed(values, 0.001) is None


def test_the_same_numbers_give_the_same_file(tmp_path):
    write_numbers({"b": interval([1.0, 2.0, 3.0]), "a": [np.float64(1 / 3), math.nan, "±"]}, tmp_path)
    text = (tmp_path / "numbers.json").read_text(encoding="utf-8")
    assert json.loads(text)["a"] == [0.333, None, "±"]
    assert text.index('"a"') < text.index('"b"')


def test_an_interval_reads_mean_low_to_high():
    assert in_words(pd.DataFrame([{"mean": 1.0, "low": -0.5, "high": 2.5}]), "+.1f") == ["+1.0 (-0.5 to +2.5)"]
    assert math.isnan(as_row([1.0])["low"])
    assert as_row([1.0, 2.0, 3.0])["low"] == interval([1.0, 2.0, 3.0]).low
