"""A data set's description: what it counts, and what it finds suspicious."""

import numpy as np
import pytest

from alkit.files.sources import load
from alkit.paper.described import describe, sheet, suspicious


@pytest.fixture
def described(write_npz, monkeypatch, tmp_path):
    """What is said of a data set with these arrays, by the command's own function."""
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path))

    def of(**changes):
        write_npz(**changes)
        return describe("mine", tmp_path / "outputs")

    return of


def test_shape_classes_counts_mean_and_sd_are_said_and_a_sheet_is_drawn(described, tmp_path):
    labels = np.arange(60) % 3
    labels[:15] = -1
    lines = described(y_train=labels, class_names=["cat", "dog", "$5_old$"], source="by hand")
    assert lines[0].endswith(": by hand")
    assert lines[1] == "60 training and 20 test images, 12x12 grey, 3 classes; 15 of the training images are unlabelled"
    with np.load(tmp_path / "mine.npz") as arrays:
        mean, sd = arrays["x_train"].mean() / 255, arrays["x_train"].std() / 255
    assert lines[2].startswith(f"mean {mean:.4f}, standard deviation {sd:.4f}")
    assert [line.split() for line in lines[4:7]] == [["cat", "15", "7"], ["dog", "15", "7"], ["$5_old$", "15", "6"]]
    assert not [line for line in lines if "suspicious" in line]
    assert (tmp_path / "outputs/data/mine.png").stat().st_size > 10_000
    assert lines[-1] == f"Samples: {tmp_path / 'outputs/data/mine.png'}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a.update(x_test=a["x_train"][3:6], y_test=a["y_train"][3:6]), "3 test images stand in the training set"),
        (lambda a: a.update(x_train=a["x_train"] % 2, x_test=a["x_test"] % 2), "all pixels are 0 or 1"),
        (lambda a: a["x_train"].__setitem__(9, a["x_train"][0]), "1 training images repeat another"),
        (lambda a: a["x_train"].__setitem__(10, a["x_train"][0]), "1 training images stand there with two different labels"),
        (lambda a: a["x_train"].__setitem__(0, 77), "1 training images are of one colour"),
        (lambda a: a.update(y_train=np.where(np.arange(60) < 4, 2, np.arange(60) % 2)), "few labelled training images: 2 (4)"),
        (lambda a: a.update(y_test=np.zeros(20, int)), "no test image: 1, 2"),
        (lambda a: a.update({k: np.repeat(a[k][..., None], 3, axis=3) for k in ("x_train", "x_test")}), "three channels are"),
    ],
)  # fmt: skip
def test_each_suspicious_thing_is_said_and_it_alone(write_npz, change, words):
    with np.load(write_npz()) as found:
        arrays = dict(found)
    assert list(suspicious(load("mine", write_npz(**arrays).parent, "cpu"))) == []
    change(arrays)
    said = list(suspicious(load("mine", write_npz(**arrays).parent, "cpu")))
    assert words in said[-1]
    assert len(said) == 1 + ("two different" in words)  # of those with two labels it is also said that they repeat


def test_a_channel_without_values_is_said(write_npz):
    images = np.random.default_rng(0).integers(0, 256, (60, 12, 12, 3), dtype=np.uint8)
    images[..., 1] = 5
    root = write_npz(x_train=images, x_test=images[:20] // 2).parent
    assert "channel 1 has one value everywhere; it counts as 0" in list(suspicious(load("mine", root, "cpu")))


def test_the_sheet_has_a_row_a_class_named_as_it_is_and_one_of_the_unlabelled(write_npz):
    labels = np.where(np.arange(60) < 6, -1, np.arange(60) % 3)
    figure = sheet(load("mine", write_npz(y_train=labels, class_names=["$a_b$", "50% off", "c"]).parent, "cpu"))
    assert [ax.get_ylabel() for ax in figure.axes] == [r"\$a_b\$", "50% off", "c", "unlabelled"]
    figure.canvas.draw()


def test_of_very_many_classes_the_rarest_and_the_commonest_are_listed(described):
    labels = np.concatenate([np.arange(30), np.zeros(30, int)])
    lines = described(y_train=labels, num_classes=30)
    assert "training (labelled) and test images of the rarest and the commonest classes:" in lines
    rows = [line.split()[0] for line in lines if line.startswith("  ")]
    assert len(rows) == 20 and rows[-1] == "0"
