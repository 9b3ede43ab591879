"""The active-learning loop, in the order of the paper's Eq. 1."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from alkit.acquisitions import ACQUISITIONS, highest
from alkit.config import Config, check
from alkit.data import Dataset, split
from alkit.determinism import device_name, generator
from alkit.noise import View, is_noisy, noise_generator
from alkit.training import accuracy, dropout_masks, fit, predict


@dataclass(frozen=True)
class Round:
    """What one round found and bought. Accuracies are shares, 0 .. 1; None where nothing was evaluated."""

    number: int
    num_labelled: int
    valid_accuracy: float | None
    test_accuracy: float | None  # only of the last round
    query: tuple[int, ...]  # indices of the training set, highest score first
    train_seconds: float
    evaluate_seconds: float
    query_seconds: float
    device: str = ""  # in words; a run may go on elsewhere than it began


def run(config: Config, data: Dataset, done: Iterable[Round] = ()) -> Iterator[Round]:
    """Pool-based active learning (Eq. 1): train from scratch, evaluate, query the oracle; one Round each.

    `done` holds rounds already computed, in order: the run goes on after them, to the same numbers. Raises ValueError
    before any work if `data` cannot serve `config`.
    """
    check(config, data)
    labelled, valid, pool = split(config, data)
    first = 0
    for earlier in done:
        labelled, pool = _buy(labelled, pool, earlier.query)
        first = earlier.number + 1
    for number in range(first, config.num_rounds + 1):
        last, evaluated = number == config.num_rounds, config.evaluated(number)
        query_size = 0 if last else config.query_size
        needs_model = evaluated or (query_size and ACQUISITIONS[config.acquisition].score)

        start = time.perf_counter()
        model = fit(config, data, labelled, number) if needs_model else None
        trained = time.perf_counter()
        valid_accuracy = accuracy(config, data, model, "valid", valid, number) if evaluated else None
        test_accuracy = accuracy(config, data, model, "test", torch.arange(len(data.y_test)), number) if last else None
        tested = time.perf_counter()
        query = choose(config, data, model, pool, query_size, number)
        queried = time.perf_counter()

        seconds = (round(s, 3) for s in (trained - start, tested - trained, queried - tested))
        yield Round(number, len(labelled), valid_accuracy, test_accuracy, query, *seconds, device_name(data.device))
        labelled, pool = _buy(labelled, pool, query)


def choose(config: Config, data: Dataset, model: nn.Module | None, pool: Tensor, count: int, number: int) -> tuple[int, ...]:
    """The `count` images of the pool to query in this round, as indices of the training set; random needs no model."""
    if not count:
        return ()
    if ACQUISITIONS[config.acquisition].score is None:
        picked = torch.randperm(len(pool), generator=generator(config.seed, "query", number))[:count]
        return tuple(pool[picked].tolist())
    return tuple(pool[highest(scores(config, data, model, pool, number), count)].tolist())


def scores(config: Config, data: Dataset, model: nn.Module, pool: Tensor, number: int) -> Tensor:
    """The acquisition function's value for every image of the pool, float32 on the CPU."""
    score, samples = ACQUISITIONS[config.acquisition]
    masks = None
    if samples == "dropout":
        masks = dropout_masks(model, config.dropout, config.num_samples, generator(config.seed, "samples", number))
    draw = noise_generator(config, "pool", number)
    seen = [View(config, data, "pool", pool, draw) for _ in range(pool_passes(config))]
    repeats = config.num_samples // len(seen) if samples == "passes" else 1
    chunks = zip(*(predict(model, one, masks) for one in seen), strict=True)
    found, start = torch.empty(len(pool), device=data.device), 0
    for chunk in chunks:
        # Passes over images that do not change are identical: one of them stands for all.
        part = score(torch.cat(chunk * repeats, dim=1))
        found[start : start + len(part)] = part
        start += len(part)
    return found.cpu()


def pool_passes(config: Config) -> int:
    """How often the network has to see the pool for one query: more than once only if its images change between passes."""
    redrawn = is_noisy(config, "pool") and config.noise_draw == "access"
    score, samples = ACQUISITIONS[config.acquisition]
    return (config.num_samples if samples == "passes" and redrawn else 1) if score else 0


def _buy(labelled: Tensor, pool: Tensor, query: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """The labelled set with the query, the pool without it."""
    query = torch.tensor(query, dtype=torch.int64)
    keep = ~np.isin(pool.numpy(), query.numpy())
    return torch.cat([labelled, query]), pool[torch.from_numpy(keep)]
