"""Acquisition functions (section 3.5): pure scores on log-probabilities; the highest scores are queried."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.special import entr

LogProbs = Float[Tensor, "pool sample class"]
Scores = Float[Tensor, " pool"]


def entropy(log_probs: LogProbs) -> Scores:
    """Entropy of the predictive distribution, the mean over samples, in nats (Eq. 4): 0 if certain, at most log(class)."""
    return entr(log_probs.exp().mean(dim=1)).sum(dim=-1)


def bald(log_probs: LogProbs) -> Scores:
    """Mutual information between label and parameters, in nats (Eq. 5; Houlsby et al., arXiv:1112.5745).

    BALD(x) = H[E_k p(y|x,k)] - E_k H[p(y|x,k)]: 0 where the samples agree, at most the entropy. The difference of the
    two can round to just below zero, which is zero.
    """
    return (entropy(log_probs) - entr(log_probs.exp()).sum(dim=-1).mean(dim=1)).clamp_min(0)


def highest(scores: Scores, count: int) -> list[int]:
    """Positions of the `count` highest scores, highest first; equal scores in the order of the pool."""
    return torch.argsort(scores, descending=True, stable=True)[:count].tolist()


class Acquisition(NamedTuple):
    """How a query is chosen: a `sampler` (`prediction.SAMPLERS`) predicts the pool, `score` scores it, `top` picks by score.

    Without a score, at random; the pool is not looked at. A score that `compares_samples` needs two samples that may differ.
    """

    score: Callable[[LogProbs], Scores] | None
    sampler: str = "once"
    top: Callable[[Scores, int], list[int]] = highest
    compares_samples: bool = False


ACQUISITIONS: dict[str, Acquisition] = {
    "random": Acquisition(None),
    "entropy": Acquisition(entropy),
    "bald": Acquisition(bald, sampler="dropout", compares_samples=True),
}
