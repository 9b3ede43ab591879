"""Whole runs: the paper's constrained scenario by alkit, by a plain loop and by baal, all cores given to each."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import torch
from joblib import cpu_count

from alkit.bench import plain
from alkit.config import Config
from alkit.data import Dataset
from alkit.files.sources import load
from alkit.loop import choose
from alkit.split import split
from alkit.training import fit

SIDES = ("alkit", "plain loop", "baal, in memory", "baal, one pass a sample")
ROUNDS = (0, 50, 100)


@dataclass(frozen=True)
class Task:
    """One round's training and query by one side. Parts of both are timed and multiplied, as both are linear."""

    side: str
    number: int  # of the round
    threads: int
    epochs: int  # trained, of the config's
    pool: int  # images scored, of the whole pool


def throughput(sides: tuple[str, ...] = SIDES, dataset: str = "mnist", epochs: int = 10, pool: int = 1_920) -> pd.DataFrame:
    """Seconds that a round takes each side when it has all cores: a row a side, round and way to use the cores.

    The ways: as many runs side by side as there are cores, one thread each; or one run with a thread a core. `seconds` is
    the time a run-round costs: the wall time by the number of runs side by side.
    """
    cores = cpu_count()
    config, rows = Config(dataset=dataset, acquisition="bald", device="cpu"), []
    for number in ROUNDS:
        for runs, threads in ((cores, 1), (1, cores)):
            for side in sides:
                found = _side_by_side(Task(side, number, threads, epochs, pool), config, runs)
                train, query = (max(seconds) for seconds in zip(*found, strict=True))
                rows.append([side, number, runs, train / runs, query / runs])
    frame = pd.DataFrame(rows, columns=["side", "round", "runs", "train", "query"])
    return frame.assign(seconds=frame.train + frame["query"])


def whole_runs(frame: pd.DataFrame, num_rounds: int = 100) -> pd.DataFrame:
    """Seconds of a run of `num_rounds` rounds (interpolated between those timed), by side, in each side's better way."""
    numbers = np.arange(num_rounds)
    rows = []
    for (side, runs), part in frame.groupby(["side", "runs"]):
        train, query = (np.interp(numbers, part["round"], part[key]).sum() for key in ("train", "query"))
        rows.append([side, runs, train, query, train + query])
    table = pd.DataFrame(rows, columns=["side", "runs side by side", "train", "query", "seconds"])
    best = table.loc[table.groupby("side").seconds.idxmin()].set_index("side")
    ours = best.seconds["alkit"] if "alkit" in best.index else np.nan
    return best.assign(times=best.seconds / ours).sort_values("seconds")


def _side_by_side(task: Task, config: Config, runs: int) -> list[tuple[float, float]]:
    """Seconds of training and of querying, of each of `runs` processes that start each part together."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(runs), context.SimpleQueue()
    processes = [context.Process(target=_work, args=(task, config, seed, barrier, results)) for seed in range(runs)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"measuring {task} failed; its error is above")
    return [results.get() for _ in processes]


def _work(task: Task, config: Config, seed: int, barrier, results) -> None:
    torch.set_num_threads(task.threads)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (baal logs every call)
    data = load(config.dataset, device="cpu")
    config = replace(config, seed=seed)
    initial, _, pool = split(config, data)
    labelled = torch.cat([initial, pool[: task.number * config.query_size]])
    pool = pool[task.number * config.query_size :]
    train, query = _parts(task.side, data, task)
    query(config, train(replace(config, epochs=1), labelled), pool[:640])  # what a first call does once is not timed
    barrier.wait()
    start = time.perf_counter()
    model = train(replace(config, epochs=task.epochs), labelled)
    trained = time.perf_counter()
    barrier.wait()
    begin = time.perf_counter()
    query(config, model, pool[: task.pool])
    end = time.perf_counter()
    results.put(((trained - start) * config.epochs / task.epochs, (end - begin) * len(pool) / task.pool))


def _parts(side: str, data: Dataset, task: Task) -> tuple[Callable, Callable]:
    """Training (config, labelled -> model) and querying (config, model, pool -> indices) of a side."""
    if side == "alkit":
        return (
            lambda config, labelled: fit(config, data, labelled, task.number),
            lambda config, model, pool: choose(config, data, model, pool, task.number).images,
        )
    images = plain.Images(data)
    if side == "plain loop":
        return (
            lambda config, labelled: plain.train(config, images, labelled),
            lambda config, model, pool: plain.query(config, images, model, pool),
        )
    train = partial(plain.train_with_baal, in_memory=side == "baal, in memory")
    return (
        lambda config, labelled: train(config, images, labelled),
        lambda config, model, pool: plain.query_with_baal(config, images, model, pool),
    )
