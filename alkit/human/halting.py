"""When to stop labelling: a hint from the scores, not a test."""

from collections.abc import Sequence
from statistics import median

from alkit.loop import Round

LAST = 3  # rounds that a hint is taken from


def hint(rounds: Sequence[Round]) -> str:
    """In a sentence, whether the last queries' scores are still above what random images of the pool have.

    A query is by its making the top of its pool, so it is set beside two measures: the median of the pool that it is from, and
    what a random image of the pool scored in the first of `rounds`, which one acquisition queried. Random queries have no
    scores, and no hint.
    """
    scored = [found for found in rounds if found.scores]
    if len(scored) < LAST:
        return ""
    first, last = scored[0].pool_scores[1], scored[-LAST:]
    query = median(score for found in last for score in found.scores)
    pool = median(found.pool_scores[1] for found in last)
    random = f"random images of their pools {pool:.3f}, of the first pool {first:.3f}"
    words = f"The last {LAST} queries score {query:.3f} nats (median), {random}"
    if query <= 1.1 * pool:
        return f"{words}: the scores hardly tell images apart, and random ones would do as well."
    if query < first:
        return f"{words}: the network is surer of these than it first was of a random image. More labels may change little."
    return f"{words}: there are still images that the network is unsure of."
