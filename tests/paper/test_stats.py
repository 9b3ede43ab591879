"""Intervals: Student's t by hand."""

import math

import pandas as pd
import pytest

from alkit.paper.stats import in_words, interval


def test_an_interval_is_the_mean_plus_and_minus_t_standard_errors():
    found = interval(pd.Series([1.0, 2.0, 3.0]))
    half = 4.302653 * 1.0 / math.sqrt(3)  # t at 0.975 with two degrees of freedom
    assert (found["mean"], found["n"]) == (2.0, 3)
    assert (found["low"], found["high"]) == (pytest.approx(2 - half, abs=1e-5), pytest.approx(2 + half, abs=1e-5))


def test_one_value_has_no_interval_and_equal_values_one_of_no_width():
    assert math.isnan(interval(pd.Series([1.0]))["low"])
    assert interval(pd.Series([1.0, 1.0]))["high"] == 1.0


def test_an_interval_reads_mean_low_to_high():
    assert in_words(pd.DataFrame([{"mean": 1.0, "low": -0.5, "high": 2.5}]), "+.1f") == ["+1.0 (-0.5 to +2.5)"]
