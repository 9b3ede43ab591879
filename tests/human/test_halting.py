"""The hint to stop: by the scores of queries beside those of random images."""

import pytest

from alkit.human.halting import hint
from alkit.loop import Round


def scored(*pairs):
    """Rounds whose queries score `query` and whose pools' median is `pool`."""
    return [Round(n, 20, 0.5, None, (1, 2), 0.0, 0.0, 0.0, scores=(query, query), pool_scores=(0.0, pool, query))
            for n, (query, pool) in enumerate(pairs)]  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(2.0, 1.0)] * 2, ""),
        ([(2.0, 1.0)] * 3, "still images that the network is unsure of"),
        ([(2.0, 1.0), (2.0, 0.5), (0.9, 0.1), (0.8, 0.1), (0.7, 0.1)], "surer of these than it first was of a random image"),
        ([(2.3, 2.29)] * 3, "random ones would do as well"),
    ],
)
def test_the_hint_follows_from_the_scores(pairs, words):
    assert words in hint(scored(*pairs)) and bool(words) == bool(hint(scored(*pairs)))


def test_random_queries_have_no_hint():
    assert hint([Round(n, 20, 0.5, None, (1, 2), 0.0, 0.0, 0.0) for n in range(9)]) == ""
