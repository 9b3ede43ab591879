"""What a query picks: of one network, how several scores order its pool, and how alike the picked images are."""

from dataclasses import replace
from itertools import islice

import numpy as np
import torch
from jaxtyping import Float, Int64
from scipy.spatial.distance import pdist
from scipy.stats import entropy as shannon
from scipy.stats import rankdata, spearmanr
from torch import Tensor, nn

from alkit.acquisitions import ACQUISITIONS, bald, highest
from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import generator, one_thread
from alkit.loop import scores
from alkit.passes import passes
from alkit.prediction import accuracy, dropout_masks, predict
from alkit.sources import load
from alkit.split import split
from alkit.training import fit

RELEASED = {
    "none": "released code",
    "gaussian": "released code, Gaussian noise",
    "released_pepper": "released code, its pepper noise",
}
MEASURES = ("effective number of classes", "commonest class (%)", "cosine distance", "Euclidean distance")


def released(config: Config, num_reference: int, number: int) -> dict:
    """What the released code's BALD ranks: without noise its rounding errors, with noise its sign, and whom each score picks.

    The reference of Eq. 5 has `num_reference` dropout masks, those of round `number`.
    """
    data, model, pool = _trained(config)
    with one_thread(data.device):
        information = _by_dropout(config, data, model, pool, 0.5, [num_reference], number)[0]
        every = _scores(config, data, model, pool)
        orders = {"entropy": every["maximum entropy"], "mutual information (Eq. 5)": information}
        found = {"accuracy": 100 * accuracy(config, data, model, "test", torch.arange(len(data.y_test)), 0), "sign": []}
        for noise, title in RELEASED.items():
            noisy, values = replace(config, noise=noise), every[title]
            seen = list(islice(passes(noisy, data, "pool", pool, 0), config.num_samples))
            ten = torch.cat([torch.cat(list(predict(model, one))) for one in seen], dim=1)
            if noise == "none":
                exact = ACQUISITIONS["released_bald"].score(ten.double())
                found["rounding"] = _rounding(values, ten, exact, orders)
                found["dots"] = [orders["entropy"][:500].tolist(), values[:500].tolist()]
            else:
                hits = torch.stack([one.place >= 0 for one in seen]).sum(dim=0)
                found["sign"].append({"noise": noise, **_sign(values, bald(ten.double()), information, hits)})
    found["places"] = [
        {"acquisition": title, "order": order, "place": (100 * rankdata(by) / len(by))[highest(values, 100)].mean()}
        for title, values in every.items()
        for order, by in orders.items()
    ]
    return found


def samples(config: Config, rates: list[float], num_samples: list[int], mask_sets: int, num_reference: int) -> dict:
    """How BALD from few dropout masks agrees with BALD from many others, and how two dropout rates agree."""
    data, model, pool = _trained(config)
    few, between, references = [], [], {}
    with one_thread(data.device):
        for rate in rates:
            references[rate] = _by_dropout(config, data, model, pool, rate, [num_reference], mask_sets)[0]
            for number in range(mask_sets):
                estimates = _by_dropout(config, data, model, pool, rate, num_samples, number)
                for t, values in zip(num_samples, estimates, strict=True):
                    few.append({"rate": rate, "T": t, **_agreement(values, references[rate])})
    for rate, one in references.items():
        between += [{"rate": rate, "other": other, **_agreement(one, two)} for other, two in references.items()]
    return {"few": few, "between": between}


def alike(config: Config, num_reference: int, number: int, count: int = 10) -> dict:
    """Of each score the `count` highest: their indices, classes and distances in the network's features.

    Distances are shares of those of as many random images, mean of 200 draws: 1 is as far apart as random.
    """
    data, model, pool = _trained(config)
    with one_thread(data.device), torch.inference_mode():
        every = _scores(config, data, model, pool)
        reference = _by_dropout(config, data, model, pool, 0.5, [num_reference], number)[0]
        every[f"BALD by dropout, T = {num_reference:,}"] = reference
        seen = next(passes(config, data, "pool", pool, 0))
        features = torch.cat([model.features(part) for part in seen[:].split(128)]).numpy()
    labels, draw = data.y_train[pool].numpy(), generator(config.seed, "query", 1)
    draws = [torch.randperm(len(pool), generator=draw)[:count].numpy() for _ in range(200)]
    usual = np.mean([_alike(features, labels, picked) for picked in draws], axis=0)
    picked = {title: highest(values, count) for title, values in every.items()}
    rows = {title: _alike(features, labels, one) / [1, 1, *usual[2:]] for title, one in picked.items()}
    rows["random, mean of 200 draws"] = np.array([*usual[:2], 1, 1])
    return {
        "picked": {title: pool[one].tolist() for title, one in picked.items()},
        "rows": [{"acquisition": title, **dict(zip(MEASURES, row.tolist(), strict=True))} for title, row in rows.items()],
    }


def _trained(config: Config) -> tuple[Dataset, nn.Module, Int64[Tensor, " pool"]]:
    data = load(config.dataset, device="cpu")
    labelled, _, pool = split(config, data)
    with one_thread(data.device):
        return data, fit(config, data, labelled, 0), pool


def _scores(config: Config, data: Dataset, model: nn.Module, pool: Tensor) -> dict[str, Float[Tensor, " pool"]]:
    """The pool's scores by every acquisition, as the loop finds them."""
    found = {"random": torch.rand(len(pool), generator=generator(config.seed, "query"))}
    names = {
        "maximum entropy": {"acquisition": "entropy"},
        f"BALD by dropout, T = {config.num_samples}": {"acquisition": "bald"},
    }
    names |= {title: {"acquisition": "released_bald", "noise": noise} for noise, title in RELEASED.items()}
    return found | {title: scores(replace(config, **one), data, model, pool, 0) for title, one in names.items()}


def _by_dropout(config, data, model, pool, rate: float, counts: list[int], number: int) -> list[Float[Tensor, " pool"]]:
    """BALD of the pool from the first T of one set of dropout masks, for every T in `counts`."""
    masks = dropout_masks(model, rate, max(counts), generator(config.seed, "samples", number))
    seen = next(passes(config, data, "pool", pool, 0))
    chunks = [[bald(chunk[:, :t]) for t in counts] for chunk in predict(model, seen, masks)]
    return [torch.cat(parts) for parts in zip(*chunks, strict=True)]


def _overlap(a: Tensor, b: Tensor, count: int) -> int:
    return len({*highest(a, count)} & {*highest(b, count)})


def _agreement(values: Tensor, reference: Tensor) -> dict:
    top = {f"top {n} (%)": 100 * _overlap(values, reference, n) / n for n in (10, 100)}
    return {"Spearman": spearmanr(values, reference).statistic, **top}


def _rounding(values: Tensor, ten: Tensor, exact: Tensor, orders: dict[str, Tensor]) -> dict:
    entropy, information = orders.values()
    return {
        "spread over ten passes": (ten.amax(dim=1) - ten.amin(dim=1)).max().item(),
        "largest |score| (1e-7 nats)": 1e7 * values.abs().max().item(),
        "distinct values": len(values.unique()),
        "share exactly 0 (%)": 100 * (values == 0).double().mean().item(),
        "tied with or above the tenth": int((values >= values[highest(values, 10)[-1]]).sum()),
        "top 100 shared with float64": _overlap(values, exact, 100),
        "with entropy": _overlap(values, entropy, 100),
        "with BALD": _overlap(values, information, 100),
    }


def _sign(values: Tensor, own: Tensor, by_dropout: Tensor, hits: Tensor) -> dict:
    top = highest(values, 100)
    return {
        "Spearman with the same passes' information": spearmanr(values, own).statistic,
        "Spearman with Eq. 5 by dropout": spearmanr(values, by_dropout).statistic,
        "median information, pool (1e-6 nats)": 1e6 * own.median().item(),
        "median information, top 100 (1e-6 nats)": 1e6 * own[top].median().item(),
        "never hit, pool (%)": 100 * (hits == 0).double().mean().item(),
        "never hit, top 100 (%)": 100 * (hits[top] == 0).double().mean().item(),
    }


def _alike(features: np.ndarray, labels: np.ndarray, picked) -> np.ndarray:
    counts = np.bincount(labels[picked])
    distances = [pdist(features[picked], metric).mean() for metric in ("cosine", "euclidean")]
    return np.array([np.exp(shannon(counts)), 100 * counts.max() / len(picked), *distances])
