"""How the training set is divided, and whether it has what a run asks for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from alkit.acquisitions import ACQUISITIONS
from alkit.data import Dataset
from alkit.determinism import derived_seed
from alkit.models import MODELS

if TYPE_CHECKING:
    from alkit.config import Config

Parts = tuple[Int64[Tensor, " initial"], Int64[Tensor, " valid"], Int64[Tensor, " pool"]]


def split(config: "Config", data: Dataset) -> Parts:
    """Indices of the training set, disjoint: the initial labels, the validation set and the pool (section 3.1)."""
    return SPLITS[config.split](config, data)


def balanced(config: "Config", data: Dataset) -> Parts:
    """Initial labels with as many of each class, a validation set with the classes in the training set's proportions.

    Where the initial labels cannot be divided evenly, the first classes have one more. Drawn from the seed alone (or
    `split_seed`), so every acquisition starts from the same split. Unlabelled images are all in the pool, before the others.
    """
    labels = data.y_train.cpu().numpy()
    rest, valid, unlabelled = _drawn(config, labels)
    counts = np.full(data.num_classes, config.num_initial // data.num_classes)
    counts[: config.num_initial % data.num_classes] += 1
    initial = np.concatenate([rest[labels[rest] == c][:count] for c, count in enumerate(counts)])  # `rest` is in random order
    pool = np.concatenate([unlabelled, rest[~np.isin(rest, initial)]])[: config.num_pool]
    return _tensor(initial), _tensor(valid), _tensor(pool)


def given(config: "Config", data: Dataset) -> Parts:
    """Every labelled image that is not in the validation set is an initial label; the pool are the unlabelled ones."""
    labels = data.y_train.cpu().numpy()
    rest, valid, unlabelled = _drawn(config, labels)
    return _tensor(rest), _tensor(valid), _tensor(unlabelled[: config.num_pool])


def _drawn(config: "Config", labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """In random order the labelled images, without the validation set of them, that set, and the unlabelled images."""
    from sklearn.model_selection import train_test_split  # a second of import, only where it is needed

    seed = derived_seed(config.seed if config.split_seed is None else config.split_seed, "split")
    known = np.flatnonzero(labels >= 0)
    rest, valid = train_test_split(known, test_size=config.num_valid, stratify=labels[known], random_state=seed)
    return rest, valid, np.random.default_rng(seed).permutation(np.flatnonzero(labels < 0))


def _tensor(indices: np.ndarray) -> Tensor:
    return torch.from_numpy(np.sort(indices))


SPLITS: dict[str, Callable[["Config", Dataset], Parts]] = {"balanced": balanced, "given": given}


def check(config: "Config", data: Dataset, is_simulated: bool = True) -> None:
    """Raise ValueError if `config`, or its oracle, asks for what it or `data` cannot give. Costs nothing; call it before any
    work."""
    if (acquisition := ACQUISITIONS[config.acquisition]).compares_samples:
        needs = f"acquisition={config.acquisition!r} compares samples, so that it needs"
        if config.num_samples < 2:
            raise ValueError(f"{needs} two or more, not num_samples={config.num_samples}")
        if acquisition.sampler == "dropout" and not config.dropout:
            raise ValueError(f"{needs} a dropout above 0, not dropout={config.dropout}")
    num_train, num_classes = len(data.y_train), data.num_classes
    counts = data.y_train[data.y_train >= 0].bincount(minlength=num_classes)
    num_known, rarest = int(counts.sum()), int(counts.min())
    if is_simulated and num_known < num_train:
        raise ValueError(
            f"{data.name} has {num_train - num_known:,} unlabelled training images (label -1), and only a person can say what "
            "they are: label them in the notebook label (make lab)"
        )
    for name in ("num_initial", "num_valid"):
        if (count := getattr(config, name)) < num_classes:
            raise ValueError(f"{name}={count} is less than one image of each of the {num_classes} classes of {data.name}")
    asked = config.num_valid + config.budget
    spare = 0 if is_simulated else config.query_size - 1  # a person is asked for all there are: her last query may be smaller
    if asked - spare > num_train:
        raise ValueError(
            f"num_initial={config.num_initial} + num_valid={config.num_valid} + num_rounds={config.num_rounds} x "
            f"query_size={config.query_size} asks for {asked:,} images; {data.name} has {num_train:,} to train on"
        )
    if config.num_pool is not None and config.num_pool < config.num_rounds * config.query_size - spare:
        raise ValueError(
            f"num_pool={config.num_pool} is smaller than num_rounds={config.num_rounds} x query_size={config.query_size}"
        )
    if config.num_initial + config.num_valid > num_known:
        raise ValueError(
            f"num_initial={config.num_initial} + num_valid={config.num_valid} asks for more than the {num_known:,} labelled "
            f"images of {data.name}"
        )
    is_balanced = SPLITS[config.split] is not given
    if not is_balanced and config.num_initial + config.num_valid < num_known:
        raise ValueError(
            f"num_initial={config.num_initial} is not {num_known - config.num_valid}, the number of labels of {data.name} "
            f"without num_valid={config.num_valid}; split={config.split} takes them all"
        )
    in_valid = -(-config.num_valid * rarest // num_known)
    in_initial = -(-config.num_initial // num_classes) if is_balanced else 1
    if rarest < in_valid + in_initial:
        raise ValueError(
            f"{data.name} has a class of only {rarest} training images, too few for num_initial={config.num_initial} "
            f"(balanced) and num_valid={config.num_valid}"
        )
    _check_images(config, data)


def _check_images(config: "Config", data: Dataset) -> None:
    model = MODELS[config.model]
    if min(data.image_shape[1:]) < model.smallest:
        raise ValueError(
            f"{config.model} needs images of {model.smallest}x{model.smallest} or more; those of {data.name} are "
            f"{data.size_in_words}"
        )
    if max(data.image_shape[1:]) <= model.lone:
        for num_labelled in (config.num_labelled(n) for n in range(config.num_rounds + 1) if config.trains(n)):
            rest = num_labelled % config.batch_size
            if num_labelled == 1 or (rest == 1 and config.last_batch == "keep") or config.batch_size == 1:
                raise ValueError(
                    f"{num_labelled} labels in batches of batch_size={config.batch_size} make a batch of one image, which "
                    "batch norm cannot train on; choose last_batch merge or drop, or another batch_size"
                )
