"""Labels for others: the CSV, and the data set that can be run."""

import csv

import numpy as np
import pytest

from alkit.files.sources import load
from alkit.human.answers import Answers
from alkit.human.export import to_csv, to_npz
from alkit.loop import Round
from alkit.split import check

NAMES = [f"unlabelled/{n} ä, b.png" for n in range(60)]


@pytest.fixture
def labelled(write_npz, monkeypatch, tmp_path, tiny):
    """A set of 60 images, 30 unlabelled, of which four were asked for, two labelled and one skipped."""
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path))
    y = np.where(np.arange(60) < 30, np.arange(60) % 3, -1)
    write_npz(y_train=y, file_names=NAMES, class_names=["cat", "dog", "$eel$"])
    data = load("mine", device="cpu")
    answers = Answers(tmp_path / "labels.jsonl", tiny, data)
    answers.add_round(Round(0, 20, 0.5, None, (40, 50, 41, 42), 0.0, 0.0, 0.0))
    answers.add(40, 2, 1.5)
    answers.add(50, None, 0.7)
    answers.add(41, 0, 0.9)
    yield answers, data
    answers.close()


def test_the_csv_has_file_label_seconds_and_round_of_every_answer(labelled):
    with to_csv(*labelled).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "label", "seconds", "round"],
        [NAMES[40], "$eel$", "1.5", "0"],
        [NAMES[50], "", "0.7", "0"],
        [NAMES[41], "cat", "0.9", "0"],
    ]


def test_images_without_a_file_are_named_by_their_index(labelled, digits):
    answers, _ = labelled
    assert "digits[40],2,1.5,0" in to_csv(answers, digits).read_text()


def test_the_data_set_with_her_labels_can_be_run_by_a_simulated_oracle(labelled, tiny):
    answers, data = labelled
    with pytest.raises(ValueError, match="unlabelled"):
        check(tiny, data)
    to_npz(answers, data, "mine_labelled")
    both = load("mine_labelled", device="cpu")
    assert both.y_train.tolist() == [*(n % 3 for n in range(30)), 2, 0]
    assert (both.x_train == data.x_train[[*range(30), 40, 41]]).all()
    assert both.class_names == data.class_names and "2 labels by hand" in both.source
    with pytest.raises(ValueError, match="there already"):
        to_npz(answers, data, "mine_labelled")
