"""Which layers are taken together."""

from alkit.models import LeNet
from alkit.plugins.cnn import CNN
from alkit.speed.pooled import PooledConv2d, pooled


def test_lenets_two_convolutions_are_pooled_and_keep_their_weights():
    net = LeNet((1, 28, 28), 10)
    before = list(net.parameters())
    pooled(net.features)
    assert [type(layer).__name__ for layer in net.features] == ["PooledConv2d", "PooledConv2d", "Flatten", "Linear", "ReLU"]
    assert all(a is b for a, b in zip(net.parameters(), before, strict=True))
    cnn = CNN((1, 28, 28), 10)
    pooled(cnn.features)
    assert [isinstance(layer, PooledConv2d) for layer in cnn.features] == [True, False, False, False, False]
