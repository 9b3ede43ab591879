"""The published numbers."""

import pandas as pd

from alkit.paper.published import published


def test_the_published_numbers_agree_with_each_other():
    numbers = published()
    assert numbers.table.value_counts().to_dict() == {2: 54, 3: 14}
    assert numbers.percent.between(0, 100).all()
    # LeNet, MNIST, constrained stands in both tables: once as accuracy, once as error.
    lenet = numbers.query("dataset == 'mnist' and noise == 'none' and model == 'lenet' and scenario == 'constrained'")
    sums = lenet.groupby("acquisition").percent.sum()
    pd.testing.assert_series_equal(sums, pd.Series(100.0, sums.index, name="percent"), check_names=False)
