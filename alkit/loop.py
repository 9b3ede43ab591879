"""The active-learning loop, in the order of the paper's Eq. 1."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from alkit.acquisitions import ACQUISITIONS
from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import device_name, generator, one_thread
from alkit.models import Network
from alkit.prediction import SAMPLERS, accuracy, correct, packed
from alkit.split import Parts, check, split
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
    test_correct: str | None = None  # of the last round, which test images it got right (`prediction.packed`); not in old logs
    # Not kept in logs, there only while it runs: the query's scores, and the 5, 50 and 95 % quantiles of its pool's scores.
    scores: tuple[float, ...] = field(default=(), compare=False)
    pool_scores: tuple[float, ...] = field(default=(), compare=False)


Oracle = Callable[[list[int]], dict[int, int]]
"""Where the labels of queried images come from: a function from all images asked for so far, in order, to the labels of those
that have one. A person may skip an image or take a label back; her oracle returns when it is time to train again."""


def simulated(data: Dataset) -> Oracle:
    """The paper's oracle: the data set's own label of every image, at once."""
    return lambda asked: dict(zip(asked, data.y_train.cpu()[asked].tolist(), strict=True))


def run(config: Config, data: Dataset, done: Iterable[Round] = (), oracle: Oracle | None = None) -> Iterator[Round]:
    """Pool-based active learning (Eq. 1): train from scratch, evaluate, query the oracle (None: simulated); one Round each.

    `done` holds rounds already computed, in order: the run goes on after them, to the same numbers. Raises ValueError
    before any work if `data` cannot serve `config`, and for a label that the oracle was not asked for or that is no class.
    """
    check(config, data, is_simulated=oracle is None)
    parts, first = split(config, data), 0
    asked: list[int] = []
    ask = oracle or simulated(data)
    for earlier in done:
        asked, first = [*asked, *earlier.query], earlier.number + 1
    for number in range(first, config.num_rounds + 1):
        seen, labelled, pool = _bought(data, parts, asked, ask(asked))
        with one_thread(data.device):
            found = _round(config, seen, labelled, parts[1], pool, number)
        yield found
        asked = [*asked, *found.query]


def validated(config: Config, data: Dataset, before: Iterable[Round], found: Round) -> Round:
    """A round that was not evaluated, with its validation accuracy: its network is trained anew from the labels that the
    rounds `before` it bought."""
    parts, asked = split(config, data), [image for earlier in before for image in earlier.query]
    seen, labelled, _ = _bought(data, parts, asked, simulated(data)(asked))
    with one_thread(data.device):
        model = fit(config, seen, labelled, found.number)
        return replace(found, valid_accuracy=accuracy(config, seen, model, "valid", parts[1], found.number))


def _round(config: Config, data: Dataset, labelled: Tensor, valid: Tensor, pool: Tensor, number: int) -> Round:
    last = number == config.num_rounds
    start = time.perf_counter()
    model = fit(config, data, labelled, number) if config.trains(number) else None
    trained = time.perf_counter()
    valid_accuracy = test_accuracy = test_correct = None
    if model and config.evaluated(number):
        valid_accuracy = accuracy(config, data, model, "valid", valid, number)
    if model and last:
        right = correct(config, data, model, "test", torch.arange(len(data.y_test)), number)
        test_accuracy, test_correct = right.double().mean().item(), packed(right)
    tested = time.perf_counter()
    query = choose(config, data, model, pool, number) if not last else Query(())
    queried = time.perf_counter()
    return Round(
        number, len(labelled), valid_accuracy, test_accuracy, query.images,
        train_seconds=round(trained - start, 3), evaluate_seconds=round(tested - trained, 3),
        query_seconds=round(queried - tested, 3), device=device_name(data.device), test_correct=test_correct,
        scores=query.scores, pool_scores=query.pool_scores,
    )  # fmt: skip


class Query(NamedTuple):
    """Images of the pool, as indices of the training set, and how they score beside the pool; random needs no scores."""

    images: tuple[int, ...]
    scores: tuple[float, ...] = ()
    pool_scores: tuple[float, ...] = ()  # 5, 50 and 95 % quantiles


def choose(config: Config, data: Dataset, model: Network | None, pool: Int64[Tensor, " pool"], number: int) -> Query:
    """The images of the pool to query in this round."""
    acquisition = ACQUISITIONS[config.acquisition]
    if acquisition.score is None:
        picked = torch.randperm(len(pool), generator=generator(config.seed, "query", number))[: config.query_size]
        return Query(tuple(pool[picked].tolist()))
    assert model is not None  # `Config.trains` says so
    found = scores(config, data, model, pool, number)
    if found.isnan().any():  # weights that are finite, but so large that what they compute is not
        raise FloatingPointError(f"training diverged (a score is nan); lower learning_rate={config.learning_rate}")
    top = acquisition.top(found, config.query_size)
    usual = np.quantile(found.detach().numpy(), (0.05, 0.5, 0.95)).tolist()
    return Query(tuple(pool[top].tolist()), tuple(found[top].tolist()), tuple(usual))


def scores(config: Config, data: Dataset, model: Network, pool: Int64[Tensor, " pool"], number: int) -> Float[Tensor, " pool"]:
    """The acquisition function's value for every image of the pool, on the CPU."""
    acquisition = ACQUISITIONS[config.acquisition]
    assert acquisition.score is not None
    found = torch.empty(len(pool), device=data.device)  # many small pieces, kept, would scatter the memory
    start = 0
    for log_probs in SAMPLERS[acquisition.sampler].sample(config, data, model, pool, number):
        found[start : start + len(log_probs)] = acquisition.score(log_probs)
        start += len(log_probs)
    return found.cpu()


def _bought(data: Dataset, parts: Parts, asked: list[int], labels: dict[int, int]) -> tuple[Dataset, Tensor, Tensor]:
    """The data with the known labels alone, the labelled set in the order of purchase, and the pool without what was asked."""
    initial, valid, pool = parts
    were_asked = set(asked)
    for image, label in labels.items():
        if image not in were_asked or not 0 <= label < data.num_classes:
            raise ValueError(
                f"the oracle gave image {image} label {label}; it may label the images asked for, 0 .. {data.num_classes - 1}"
            )
    bought = torch.tensor(list(labels), dtype=torch.int64)
    y_train, known = torch.full_like(data.y_train, -1), torch.cat([initial, valid])
    y_train[known] = data.y_train[known]
    y_train[bought] = torch.tensor(list(labels.values()), dtype=torch.int64, device=data.device)
    keep = torch.from_numpy(~np.isin(pool.numpy(), asked))
    return replace(data, y_train=y_train), torch.cat([initial, bought]), pool[keep]
