"""What only makes the method faster: without this folder its numbers change by float rounding alone (a test says so)."""

from torch import nn

from alkit.speed.memory import keep_freed_memory
from alkit.speed.pooled import pooled
from alkit.speed.trim import trimmed
from alkit.speed.winograd import minimal


def quicker(features: nn.Sequential, image_shape: tuple[int, int, int]) -> None:
    """Change a network's features, in place, to give the same outputs and gradients, to float rounding, in less time.

    The parameters stay in their order; `trimmed` keeps only the part of a kernel that ever sees the image.
    """
    keep_freed_memory()
    pooled(features)
    trimmed(features, image_shape)
    minimal(features)
