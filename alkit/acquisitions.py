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


def released_entropy(log_probs: LogProbs) -> Scores:
    """Entropy as the paper's released code computes it: with log(p + 1e-5)."""
    return _offset_entropy(log_probs.exp().mean(dim=1))


def released_bald(log_probs: LogProbs) -> Scores:
    """What the paper's released code calls BALD: E_k H[p(y|x,k)] - H[E_k p(y|x,k)], with log(p + 1e-5).

    It is minus the mutual information of Eq. 5, so the highest scores belong to the images that the samples agree on
    most. That code's samples are deterministic passes: without noise in the images they are identical, and the score is
    the rounding error of a difference of equal numbers.
    """
    probs = log_probs.exp()
    return _offset_entropy(probs).mean(dim=1) - _offset_entropy(probs.mean(dim=1))


def _offset_entropy(probs: Tensor) -> Tensor:
    return -(probs * (probs + 1e-5).log()).sum(dim=-1)


class Acquisition(NamedTuple):
    """How a query is chosen: by `score`, from one deterministic pass over the pool or from several `samples`.

    Samples are of Monte-Carlo "dropout", or deterministic "passes" that differ only where noise is drawn anew. Without
    a score, at random, and the pool is never looked at.
    """

    score: Callable[[LogProbs], Scores] | None
    samples: str = ""


ACQUISITIONS = {
    "random": Acquisition(None),
    "entropy": Acquisition(entropy),
    "bald": Acquisition(bald, samples="dropout"),
    "released_entropy": Acquisition(released_entropy),
    "released_bald": Acquisition(released_bald, samples="passes"),
}


def highest(scores: Scores, count: int) -> list[int]:
    """Positions of the `count` highest scores, highest first; equal scores in the order of the pool."""
    return torch.argsort(scores, descending=True, stable=True)[:count].tolist()
