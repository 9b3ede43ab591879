"""Contrasts on a table that one can read."""

import pandas as pd

from alkit.paper.contrasts import contrasts
from alkit.paper.results import CONDITION


def test_only_conditions_that_differ_in_one_thing_and_share_a_seed_are_compared():
    rows = {
        ("constrained", "mnist", "none", "lenet", "random", 0): 50.0,
        ("constrained", "mnist", "none", "lenet", "entropy", 0): 53.0,
        ("constrained", "mnist", "none", "lenet", "entropy", 1): 80.0,
        ("constrained", "mnist", "gaussian", "lenet", "random", 0): 46.0,
        ("ideal", "mnist", "gaussian", "lenet", "entropy", 0): 99.0,
    }
    values = pd.Series(rows).rename_axis([*CONDITION, "seed"])
    found = contrasts(values).set_index(["noise", "acquisition", "seed"]).difference
    assert found.to_dict() == {("none", "entropy − random", 0): 3.0, ("gaussian − none", "random", 0): -4.0}
    assert contrasts(values.iloc[:1]).empty
