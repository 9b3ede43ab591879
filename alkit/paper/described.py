"""A data set described: how many images of which class, what is suspicious about them, and a sheet of samples."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import Tensor

from alkit.data import Dataset
from alkit.files.images import some
from alkit.files.sources import load
from alkit.paper.pictures import note, strip, style
from alkit.paper.words import mathtext
from alkit.paths import shown

FEW = 10  # labelled training images of a class: fewer are said to be few
MOST = 20  # classes on a sheet, and in a list


def describe(name: str, outputs: Path) -> list[str]:
    """The lines that say what the data set is; its sheet is drawn to `<outputs>/data/<name>.png`."""
    data = load(name, device="cpu")
    counts = data.y_train[data.y_train >= 0].bincount(minlength=data.num_classes).tolist()
    unlabelled = int((data.y_train < 0).sum())
    lines = [
        f"{data.name} {data.digest}: {data.source}",
        f"{len(data.y_train):,} training and {len(data.y_test):,} test images, {data.size_in_words}, {data.num_classes} classes"
        + (f"; {unlabelled:,} of the training images are unlabelled" if unlabelled else ""),
        f"mean {_numbers(data.mean)}, standard deviation {_numbers(data.sd)} (training pixels, 0 .. 1)",
        *_counted(data, counts),
        *(f"suspicious: {words}" for words in suspicious(data)),
    ]
    path = outputs / "data" / f"{data.name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    style()
    figure = sheet(data)
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)
    return [*lines, f"Samples: {shown(path)}"]


def _counted(data: Dataset, counts: list[int]) -> list[str]:
    """Training and test images of every class, or, of very many classes, of the rarest and the commonest."""
    test = data.y_test.bincount(minlength=data.num_classes).tolist()
    order = range(data.num_classes)
    if data.num_classes > MOST:
        by_count = sorted(order, key=lambda label: counts[label])
        order = [*by_count[: MOST // 2], *by_count[-MOST // 2 :]]
    width = max(len(data.class_names[label]) for label in order)
    head = "of the rarest and the commonest classes" if data.num_classes > MOST else "of every class"
    rows = [f"  {data.class_names[label]:{width}}  {counts[label]:>8,}  {test[label]:>8,}" for label in order]
    return [f"training (labelled) and test images {head}:", *rows]


def suspicious(data: Dataset) -> Iterator[str]:
    """What is seldom meant, a line each."""
    train, test = data.x_train, data.x_test
    if train.max() <= 1:
        yield "all pixels are 0 or 1; images are 0 .. 255 (were they floats in 0 .. 1 when they were made whole numbers?)"
    if data.image_shape[0] == 3 and torch.equal(train[:, 0], train[:, 1]) and torch.equal(train[:, 0], train[:, 2]):
        yield "the three channels are the same: grey images, which as [N, H, W] would be a third of the size"
    elif constant := (train.amax(dim=(0, 2, 3)) == train.amin(dim=(0, 2, 3))).nonzero().flatten().tolist():
        yield f"channel {', '.join(map(str, constant))} has one value everywhere; it counts as 0"
    flat = int((train.amax(dim=(1, 2, 3)) == train.amin(dim=(1, 2, 3))).sum())
    if flat:
        yield f"{flat:,} training images are of one colour"
    yield from _repeated(data, [_print(image) for image in train], [_print(image) for image in test])
    counts = data.y_train[data.y_train >= 0].bincount(minlength=data.num_classes).tolist()
    few = [f"{name} ({count})" for name, count in zip(data.class_names, counts, strict=True) if count < FEW]
    if few:
        yield f"few labelled training images: {some(few)}"
    absent = [data.class_names[label] for label in range(data.num_classes) if not (data.y_test == label).any()]
    if absent:
        yield f"no test image: {some(absent)}"


def _repeated(data: Dataset, train: list[bytes], test: list[bytes]) -> Iterator[str]:
    """Images that are there twice: in both sets, in one, under two labels."""
    labels: dict[bytes, set[int]] = {}
    for print_, label in zip(train, data.y_train.tolist(), strict=True):
        labels.setdefault(print_, set()).add(label)
    if both := sum(one in labels for one in test):
        yield f"{both:,} test images stand in the training set too"
    if repeated := len(train) - len(labels):
        yield f"{repeated:,} training images repeat another one"
    if torn := sum(len(of - {-1}) > 1 for of in labels.values()):
        yield f"{torn:,} training images stand there with two different labels"


def _print(image: Tensor) -> bytes:
    return blake2b(image.numpy().tobytes(), digest_size=16).digest()


def sheet(data: Dataset) -> Figure:
    """Up to ten images of each class, the first of a fixed random order, a row a class; and of the unlabelled ones."""
    order = torch.randperm(len(data.y_train), generator=torch.Generator().manual_seed(0))
    rows = [(name, label) for label, name in enumerate(data.class_names)][:MOST]
    rows += [("unlabelled", -1)] if (data.y_train < 0).any() else []
    width = 7
    figure, axes = plt.subplots(len(rows), 1, figsize=(width, 0.68 * len(rows)), squeeze=False, layout="constrained")
    for ax, (name, label) in zip(axes[:, 0], rows, strict=True):
        own = order[data.y_train[order] == label][:10]
        blank = torch.full((10 - len(own), *data.x_train.shape[1:]), 255, dtype=torch.uint8)
        strip(ax, torch.cat([data.x_train[own], blank]))
        ax.set_ylabel(mathtext(name if len(name) <= 24 else f"{name[:23]}…"), rotation=0, ha="right", va="center")
    more = f"; the first {MOST} of {data.num_classes} classes" if data.num_classes > MOST else ""
    note(figure, f"{data.name} {data.digest}: {data.source}{more}")
    return figure


def _numbers(values: Tensor) -> str:
    return ", ".join(f"{value:.4f}" for value in values.flatten().tolist())
