"""A person's labels as others read them: a CSV, and a data set that `reproduce` can run."""

import csv
from pathlib import Path

import numpy as np

from alkit.data import Dataset
from alkit.files.whole import written
from alkit.human.answers import Answers
from alkit.paths import data_root, shown


def file_names(data: Dataset) -> list[str]:
    """What each training image is called: its file, where the data set was made of files, else its index."""
    path = data_root() / f"{data.name}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            if "file_names" in arrays and len(arrays["file_names"]) == len(data.y_train):
                return [str(name) for name in arrays["file_names"]]
    return [f"{data.name}[{index}]" for index in range(len(data.y_train))]


def to_csv(answers: Answers, data: Dataset) -> Path:
    """Her answers beside their file, one a row: file, label (none: skipped), seconds, round; its path."""
    path, names = answers.path.with_suffix(".csv"), file_names(data)
    with written(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label", "seconds", "round"])
        for one in answers.given.values():
            rows.writerow([names[one.image], "" if one.label is None else data.class_names[one.label], one.seconds, one.round])
    return path


def to_npz(answers: Answers, data: Dataset, name: str) -> Path:
    """The data set with her labels as `<data>/<name>.npz`; training images without a label are left out.

    Raises ValueError if that file is there.
    """
    path, names = data_root() / f"{name}.npz", np.array(file_names(data))
    if path.exists():
        raise ValueError(f"{shown(path)} is there already; move it away, or choose another name")
    y = data.y_train.cpu().numpy().copy()
    given = {image: one.label for image, one in answers.given.items() if one.label is not None}
    y[list(given)] = list(given.values())
    kept = y >= 0
    arrays = {
        "x_train": _channels_last(data.x_train.cpu().numpy())[kept], "y_train": y[kept],
        "x_test": _channels_last(data.x_test.cpu().numpy()), "y_test": data.y_test.cpu().numpy(),
        "class_names": np.array(data.class_names), "file_names": names[kept],
        "source": np.array(f"{data.source}; {len(given)} labels by hand"),
    }  # fmt: skip
    with written(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return path


def _channels_last(images: np.ndarray) -> np.ndarray:
    """[N, C, H, W] as a file holds it: [N, H, W] of one channel, else [N, H, W, C]."""
    return images[:, 0] if images.shape[1] == 1 else images.transpose(0, 2, 3, 1)
