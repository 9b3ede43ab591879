"""The active-learning loop, in the order of the paper's Eq. 1."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from alkit.acquisitions import ACQUISITIONS
from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import device_name, generator, one_thread
from alkit.models import Network
from alkit.prediction import SAMPLERS, accuracy
from alkit.split import check, split
from alkit.training import fit


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
        with one_thread(data.device):
            found = _round(config, data, labelled, valid, pool, number)
        yield found
        labelled, pool = _buy(labelled, pool, found.query)


def validated(config: Config, data: Dataset, before: Iterable[Round], found: Round) -> Round:
    """A round that was not evaluated, with its validation accuracy: its network is trained anew from the labels that the
    rounds `before` it bought."""
    labelled, valid, pool = split(config, data)
    for earlier in before:
        labelled, pool = _buy(labelled, pool, earlier.query)
    with one_thread(data.device):
        return replace(
            found,
            valid_accuracy=accuracy(config, data, fit(config, data, labelled, found.number), "valid", valid, found.number),
        )


def _round(config: Config, data: Dataset, labelled: Tensor, valid: Tensor, pool: Tensor, number: int) -> Round:
    last = number == config.num_rounds
    start = time.perf_counter()
    model = fit(config, data, labelled, number) if config.trains(number) else None
    trained = time.perf_counter()
    valid_accuracy = test_accuracy = None
    if model and config.evaluated(number):
        valid_accuracy = accuracy(config, data, model, "valid", valid, number)
    if model and last:
        test_accuracy = accuracy(config, data, model, "test", torch.arange(len(data.y_test)), number)
    tested = time.perf_counter()
    query = choose(config, data, model, pool, number) if not last else ()
    queried = time.perf_counter()
    return Round(
        number, len(labelled), valid_accuracy, test_accuracy, query,
        train_seconds=round(trained - start, 3), evaluate_seconds=round(tested - trained, 3),
        query_seconds=round(queried - tested, 3), device=device_name(data.device),
    )  # fmt: skip


def choose(config: Config, data: Dataset, model: Network | None, pool: Int64[Tensor, " pool"], number: int) -> tuple[int, ...]:
    """The images of the pool to query in this round, as indices of the training set; random needs no model."""
    acquisition = ACQUISITIONS[config.acquisition]
    if acquisition.score is None:
        picked = torch.randperm(len(pool), generator=generator(config.seed, "query", number))[: config.query_size]
        return tuple(pool[picked].tolist())
    assert model is not None  # `Config.trains` says so
    return tuple(pool[acquisition.top(scores(config, data, model, pool, number), config.query_size)].tolist())


def scores(config: Config, data: Dataset, model: Network, pool: Int64[Tensor, " pool"], number: int) -> Float[Tensor, " pool"]:
    """The acquisition function's value for every image of the pool, on the CPU."""
    score, sampler, _ = ACQUISITIONS[config.acquisition]
    assert score is not None
    found = torch.empty(len(pool), device=data.device)  # many small pieces, kept, would scatter the memory
    start = 0
    for log_probs in SAMPLERS[sampler].sample(config, data, model, pool, number):
        found[start : start + len(log_probs)] = score(log_probs)
        start += len(log_probs)
    return found.cpu()


def _buy(labelled: Tensor, pool: Tensor, query: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """The labelled set with the query, the pool without it."""
    bought = torch.tensor(query, dtype=torch.int64)
    keep = ~np.isin(pool.numpy(), bought.numpy())
    return torch.cat([labelled, bought]), pool[torch.from_numpy(keep)]
