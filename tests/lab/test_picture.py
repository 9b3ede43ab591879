"""What is drawn of a run is what it found."""

from dataclasses import replace

import numpy as np
import torch

from alkit.lab.explore import QUICK
from alkit.lab.picture import Shown, colours, figure, image_html, told_apart
from alkit.loop import Round


def shown(config, accuracies, **more):
    rounds = [
        Round(i, config.num_labelled(i), a, None, tuple(range(20 * i, 20 * i + 20)), 0.1, 0.1, 0.1)
        for i, a in enumerate(accuracies)
    ]
    return Shown(config, rounds, **more)


def test_the_curves_are_the_rounds_validation_accuracies(digits):
    runs = [shown(QUICK, [0.1, 0.5]), shown(replace(QUICK, acquisition="random"), [0.2, None, 0.7])]
    first, second = figure(runs, digits).axes[0].lines
    assert first.get_xydata().tolist() == [[20, 10], [40, 50]]
    assert np.allclose(second.get_xydata(), [[20, 20], [60, 70]])


def test_the_published_end_point_is_drawn_only_of_a_run_that_has_one(digits):
    for published, wanted in ((None, []), (20.77, [[QUICK.budget, 20.77]])):
        ax = figure([shown(QUICK, [0.1], published=published)], digits).axes[0]
        assert [line.get_xydata()[0].tolist() for line in ax.lines if line.get_marker() == "D"] == wanted


def test_bars_count_the_classes_of_all_that_was_bought(digits):
    run = shown(QUICK, [0.1, 0.2])
    bars = [bar.get_height() for bar in figure([run], digits).axes[1].patches]
    assert bars == digits.y_train[:40].bincount(minlength=10).tolist()


def test_the_last_querys_images_come_with_their_labels_and_their_scores(digits):
    run = shown(QUICK, [0.1], scores=torch.linspace(0, 1, 1000))
    labels = [text.get_text() for text in figure([run], digits).axes[2].get_xticklabels()]
    assert labels[0] == f"{digits.y_train[0]}\n1.00" and len(labels) == 10
    unscored = figure([shown(QUICK, [0.1])], digits)
    assert unscored.axes[2].get_xticklabels()[0].get_text() == str(int(digits.y_train[0]))
    assert "no image is scored" in unscored.axes[3].texts[0].get_text()


def test_runs_are_called_by_what_differs_between_them_and_no_two_have_one_colour():
    one, other = QUICK, replace(QUICK, noise="gaussian", learning_rate=0.01)
    assert told_apart([one]) == ["BALD"]
    assert told_apart([one, other]) == ["no noise, learning rate 0.1", "Gaussian noise, learning rate 0.01"]
    assert len(set(colours([QUICK] * 5))) == 5


def test_the_page_says_in_words_what_the_picture_shows_and_needs_no_request(digits):
    html = image_html(figure([shown(QUICK, [0.1])], digits), 'a "curve"')
    assert 'alt="a &quot;curve&quot;"' in html
    assert html.startswith('<img src="data:image/png;base64,')
