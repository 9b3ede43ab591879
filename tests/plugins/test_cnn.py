"""The literature's network."""

from alkit.config import Config
from alkit.models import build


def test_cnn_has_two_convolutions_of_32_and_64_and_a_layer_of_128():
    assert [tuple(p.shape) for p in build(Config(model="cnn"), (1, 28, 28), 10).parameters() if p.dim() > 1] == [
        (32, 1, 5, 5), (64, 32, 5, 5), (128, 1024), (10, 128),
    ]  # fmt: skip
