"""The report on one's own images: its differences are those of the logs, its verdicts follow from the intervals."""

import math

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import ttest_rel

from alkit.__main__ import main
from alkit.paper import stats
from alkit.paper.own import CURVE, TEST, against_random, answers, curves, ends, is_own, shown, verdict
from alkit.paper.results import together

GRID = {"scenario": "constrained", "dataset": "petals", "num_initial": 30, "num_valid": 30, "num_rounds": 2, "query_size": 10}
GAINS = {"random": 0.0, "entropy": 0.05, "bald": 0.0}


def accuracy(config, number):
    """Per seed and round something of its own; entropy five points above random, BALD about it."""
    wobble = {"random": 0.0, "entropy": 0.005, "bald": 0.02}[config.acquisition] * math.sin(7 * config.seed + 1)
    return 0.5 + 0.1 * number + 0.01 * math.sin(config.seed) + GAINS[config.acquisition] + wobble


@pytest.fixture
def results(logged):
    def of(seeds=(0, 1, 2, 3, 4), acquisition=("random", "entropy", "bald"), **grid):
        return together(logged([{**GRID, "acquisition": list(acquisition), **grid}], accuracy=accuracy, seeds=list(seeds)))

    return of


def test_a_difference_is_paired_by_seed_and_its_interval_students(results):
    found = results().own
    rows = against_random(found).set_index(["acquisition", "what"])
    assert set(rows.index) == {(a, what) for a in ("entropy", "bald") for what in (TEST, CURVE)}
    end = found.dropna(subset="test_accuracy").set_index(["acquisition", "seed"]).test_accuracy
    for acquisition in ("entropy", "bald"):
        row, test = rows.loc[acquisition, TEST], ttest_rel(end[acquisition], end["random"])
        assert row["mean"] == pytest.approx((end[acquisition] - end["random"]).mean())
        assert (row.low, row.high) == pytest.approx(tuple(test.confidence_interval()))
        assert row.p == pytest.approx(test.pvalue) and row.n == 5
    assert rows.loc["entropy", TEST].verdict == "better than random"
    assert rows.loc["bald", TEST].verdict.startswith("inconclusive: a difference of")
    assert (rows.holm >= rows.p).all()


def test_the_curve_is_compared_as_far_as_both_go_and_ends_only_with_equally_many_labels(logged):
    blocks = [{**GRID, "acquisition": "random", "num_rounds": 4}, {**GRID, "acquisition": "bald"}]
    found = together(logged(blocks, accuracy=accuracy, seeds=[0, 1, 2])).own
    rows = against_random(found).set_index("what")
    assert rows.loc[TEST].n == 0 and rows.loc[TEST].verdict == "not evaluated with equally many labels"
    shorter = found[found.num_labelled <= 50]
    areas = [stats.by_seed(shorter[shorter.acquisition == a]) for a in ("bald", "random")]
    assert rows.loc[CURVE]["mean"] == pytest.approx((areas[0] - areas[1]).mean())


@pytest.mark.parametrize(("num_rounds", "shared"), [(7, 1), (9, 2)])  # of random's first and last number of labels
def test_two_points_are_no_curve(logged, num_rounds, shared):
    random = {**GRID, "acquisition": "random", "num_rounds": 9, "evaluate_every": 9}
    found = together(logged([random, {**GRID, "acquisition": "bald", "num_rounds": num_rounds}])).own
    alike = stats.evaluated_alike(*(of for _, of in found.groupby("acquisition")))
    assert [one.num_labelled.nunique() for one in alike] == [shared, shared]
    row = against_random(found).set_index("what").loc[CURVE]
    assert row.n == 0 and math.isnan(row.p) and row.verdict == "not evaluated with equally many labels"


def test_the_same_curve_evaluated_less_often_is_no_difference(logged):
    def flattening(config, number):
        return 0.9 - 0.6 / (1 + number)

    random = {**GRID, "acquisition": "random", "num_rounds": 9, "evaluate_every": 3}
    blocks = [random, {**GRID, "acquisition": "bald", "num_rounds": 7}]
    row = against_random(together(logged(blocks, accuracy=flattening)).own).set_index("what").loc[CURVE]
    assert (row["mean"], row.n, row.verdict) == (pytest.approx(0), 2, "no difference")  # of 0, 3 and 6 rounds


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, 2.0, 1.5], "better than random"),
        ([-1.0, -2.0, -1.5], "worse than random"),
        ([1.0, -0.5, 1.2], "inconclusive: a difference of 0.6 needs about"),
        ([0.0, 0.0], "no difference"),
        ([5.0, -5.0], "inconclusive: a difference of 0.0 needs more than 1,000 seeds"),
        ([3.0], "inconclusive: no two seeds"),
        ([], "not evaluated"),
    ],
)
def test_the_verdict_follows_from_the_interval(values, words):
    assert verdict(stats.interval(values), pd.Series(values, dtype=float)).startswith(words)


def test_the_answer_is_a_sentence_a_comparison_with_difference_interval_and_seeds(results):
    rows = against_random(results().own)
    lines = answers(rows)
    assert len(lines) == 2
    row = rows[rows.what == TEST].iloc[0]
    assert lines[0] == (
        f"Max. Entropy (AL, constrained data, petals, LeNet, no noise): better than random; {row['mean']:+.2f} "
        f"({row.low:+.2f} to {row.high:+.2f}) points, 5 seeds"
    )
    assert shown(rows)["Minus random, points (95 %)"].iloc[0] in lines[0]
    assert answers(against_random(results(seeds=[0]).own))[0].endswith("inconclusive: no two seeds; +5.42 points, one seed")


def test_without_random_or_with_nothing_else_there_is_nothing_to_compare(results):
    assert against_random(results(acquisition=["bald", "entropy"]).own).empty
    assert against_random(results(acquisition=["random"]).own).empty


def test_the_table_of_ends_has_the_profiles_own_columns_alone(results):
    table = ends(results(acquisition=["random", "bald"]).own)
    assert list(table.columns) == ["Random", "BALD"]
    assert list(table.index) == ["AL, constrained data, petals, LeNet, no noise"]
    assert table.map(lambda text: "(5)" in text).all(axis=None)


def test_the_figure_has_a_panel_a_condition_and_none_that_is_empty(results):
    figure = curves(results(noise=["none", "gaussian", "salt_and_pepper"], dataset="a_b"))
    drawn = [ax for ax in figure.axes if ax.get_visible()]
    assert len(drawn) == 3
    assert all(len(ax.lines) == 3 for ax in drawn)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["Random", "Max. Entropy", "BALD"]
    assert np.allclose(drawn[0].lines[0].get_xdata(), [30, 40, 50])


def test_a_profile_is_ones_own_if_none_of_its_data_is_the_companions(logged):
    assert is_own(logged([GRID]))
    assert not is_own(logged([{**GRID, "dataset": "digits"}], name="other"))
    assert not is_own(logged([{**GRID, "dataset": ["petals", "mnist"]}], name="both"))


@pytest.mark.slow
def test_own_images_of_three_classes_are_run_and_reported_whatever_their_classes_are_called(
    write_npz, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path))
    write_npz("petals", num_train=200, num_test=40, class_names=["$5_old$", "$10_$", "50% off"], source="$a_b$ by hand")
    grid = [{"scenario": "constrained", "acquisition": ["random", "bald"], "num_rounds": 2}]
    defaults = {"dataset": "petals", "num_initial": 20, "num_valid": 30, "query_size": 9, "epochs": 2, "batch_size": 16}
    (tmp_path / "mine.yaml").write_text(
        yaml.safe_dump({"about": "Does BALD beat random?", "seeds": [0, 1], "defaults": defaults, "grid": grid})
    )
    assert main(["reproduce", "mine", "--params", str(tmp_path), "--outputs", str(tmp_path / "outputs")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "note: petals: num_initial=20 over 3 classes is 7 of each of the first 2 classes and 6 of each of the others\n"
    )
    page = (tmp_path / "outputs/mine/report.html").read_text(encoding="utf-8")
    assert "Does BALD beat random?" in page and "BALD (AL, constrained data, petals, LeNet, no noise): " in page
    for word in ("Figure 4", "Table 2", "MNIST", "not run yet", "paper's final test accuracy"):
        assert word not in page
    assert sorted(path.name for path in (tmp_path / "outputs/mine/figures").iterdir()) == ["curves.pdf", "curves.png"]
    rows = pd.read_csv(tmp_path / "outputs/mine/tables/against_random.csv")
    assert rows.n.tolist() == [2, 2]
