"""The figures show what was run, the paper's networks or others."""

import pytest
from matplotlib.colors import same_color

from alkit.paper.figures import figure5, figure6, figure_of_pairs
from alkit.paper.results import together
from alkit.paper.words import colour

SMALL = {"scenario": "constrained", "num_rounds": 3, "query_size": 10}


def test_figure_5_shows_a_network_that_the_paper_does_not_have_and_no_published_marks(logged):
    profile = logged([{**SMALL, "model": "cnn", "acquisition": "bald"}], seeds=[0], accuracy=lambda config, n: 0.5 + n / 100)
    figure = figure5(together(profile))
    lines = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert lines == [pytest.approx([50, 51, 52, 53])]
    assert "paper" not in " ".join(text.get_text() for text in figure.legends[0].texts)


def test_figure_5_leaves_out_a_profile_beside_that_was_evaluated_at_its_ends_alone(logged):
    logged([{**SMALL, "evaluate_every": 3}], name="other", label="other")
    figure = figure5(together(logged([SMALL], beside=["other"])))
    assert not [text for text in figure.legends[0].texts if "other" in text.get_text()]


def test_figure_5_says_of_dots_that_they_are_the_first_and_last_round(logged):
    grid = [{**SMALL, "evaluate_every": 3, "model": "resnet18"}, SMALL]
    figure = figure5(together(logged(grid)))
    found = {(len(line.get_xdata()), line.get_marker(), line.get_linestyle() == "None") for line in figure.axes[0].lines}
    assert {(2, "o", True), (4, "o", False)} <= found
    said = [text.get_text() for text in figure.legends[0].texts]
    assert "ResNet-18 (first and last round)" in said and "LeNet" in said


def test_a_figure_says_of_a_line_that_was_looked_at_less_often_in_how_many_rounds(logged):
    grid = [{**SMALL, "num_rounds": 6, "evaluate_every": 3}, {**SMALL, "num_rounds": 6, "acquisition": "bald"}]
    said = figure5(together(logged(grid))).get_supxlabel()
    assert "Random: looked at in 3 of 7 rounds. " in said and "BALD: looked" not in said


@pytest.mark.parametrize(("level", "limits"), [(0.1, (0, 50)), (0.5, (0, 100)), (0.8, (0, 100))])
def test_the_axis_holds_the_means_and_the_papers_marks_and_is_no_longer_than_they_need(logged, level, limits):
    whole = {"scenario": "constrained", "num_rounds": 4, "query_size": 250, "acquisition": "bald"}
    grid = [{**whole, "noise": ["none", "gaussian", "salt_and_pepper"]}]  # with the paper's marks of 20 to 43 %
    figure = figure6(together(logged(grid, accuracy=lambda config, n: level)))
    assert figure.axes[0].get_ylim() == limits
    heights = [y for line in figure.axes[0].lines for y in line.get_ydata()]
    assert limits[0] < min(heights) < max(heights) < limits[1]


def test_the_axis_begins_at_the_ten_below_where_all_lie_high(logged):
    figure = figure6(together(logged([{**SMALL, "acquisition": "bald"}], accuracy=lambda config, n: 0.87)))
    assert figure.axes[0].get_ylim() == (80, 100)


def test_one_seed_above_the_others_makes_no_axis_longer(logged):
    figure = figure6(together(logged([{**SMALL, "acquisition": "bald"}], accuracy=lambda config, n: (0.2, 0.6)[config.seed])))
    assert figure.axes[0].get_ylim() == (0, 50)


def test_the_papers_numbers_stand_beside_our_last_point_where_the_budget_is_the_papers_and_nowhere_else(logged):
    def marks(**settings):
        conditions = [{"acquisition": ["random", "bald"]}, {"acquisition": "entropy", "model": "resnet18"}]
        grid = [{**SMALL, **settings, "dataset": "mnist", **one} for one in conditions]
        return [line.get_xydata()[0] for line in figure5(together(logged(grid))).axes[0].lines if line.get_marker() == "D"]

    found = marks(query_size=250, num_rounds=4, num_initial=100)
    assert sorted(y for _, y in found) == [20.77, 28.79, 91.32]  # what was not planned has no diamond either
    assert min(x for x, _ in found) > 1100
    assert marks(query_size=100, num_rounds=4) == []


def test_a_figure_has_what_was_planned_and_says_which_of_it_was_not_run(logged):
    conditions = [
        {"dataset": "mnist", "model": ["lenet", "resnet18"]},
        {"dataset": "cifar10", "acquisition": ["random", "bald"]},
    ]
    profile = logged([{**SMALL, **one} for one in conditions])
    for name in ("mnist-resnet18-random", "cifar10-lenet-bald"):
        for path in (profile.folder / f"constrained-{name}-none").iterdir():
            path.unlink()
    mnist, cifar10 = figure5(together(profile)).axes
    assert (mnist.texts[0].get_text(), cifar10.texts[0].get_text()) == (
        "not run yet:\nResNet-18 Random", "not run yet:\nBALD"
    )  # fmt: skip
    assert [ax.get_title() for ax in figure6(together(profile)).axes] == ["CIFAR-10"]  # of MNIST no BALD is planned


def test_a_line_that_was_looked_at_seldom_has_a_dot_at_each_time(logged):
    often = {**SMALL, "num_rounds": 30, "acquisition": "bald"}
    found = figure5(together(logged([{**SMALL, "num_rounds": 30, "evaluate_every": 5}, often]))).axes[0].lines
    assert {len(line.get_xdata()): line.get_marker() for line in found} == {7: "o", 31: ""}


def test_the_figure_of_pairs_has_a_point_or_a_mark_for_each_of_the_68_numbers(logged):
    results = together(logged([SMALL], accuracy=lambda config, n: 0.30 + config.seed / 100))
    figure = figure_of_pairs(results)
    (ax,) = figure.axes
    (points,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert points.get_xydata().tolist() == [pytest.approx([28.79, 30.5])] * 2
    assert same_color(points.get_color(), colour("lenet"))
    ticks = sum(len(one.get_segments()) for one in ax.collections if len(one.get_segments()) > 2)
    assert ticks == 66
    (diagonal,) = [line for line in ax.lines if hasattr(line, "get_slope")]
    assert (diagonal.get_slope(), diagonal.get_xy1()) == (1, (0, 0))
    assert "2 of the paper's 68 numbers" in figure._supxlabel.get_text()
