"""Convolutions by minimal filtering against torch's in double precision, and ResNet-18 with them against ResNet-18 without."""

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, cross_entropy

from alkit import loop, speed
from alkit.bench.convolutions import with_torchs
from alkit.config import Config
from alkit.loop import scores
from alkit.models import build
from alkit.speed import winograd
from alkit.speed.winograd import MinimalConv2d, minimal
from alkit.split import split
from alkit.training import fit, stepper

SHAPES = [(1, 28, 28), (3, 32, 32)]
# Channels, features, side; the last two: the digits' 16x16 images.
LAYERS = [(64, 64, 7), (64, 64, 8), (128, 128, 4), (256, 256, 2), (64, 64, 4), (128, 128, 2)]
SMALL = [layer for layer in LAYERS if layer[2] in (2, 4)]


def layer_and_maps(channels, features, side, batch=5):
    torch.manual_seed(0)
    conv = MinimalConv2d(channels, features, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    return conv, torch.randn(batch, channels, side, side).to(memory_format=torch.channels_last)


def output_and_gradients(layer, maps):
    """Of the maps and of the weights, for a given gradient of the output."""
    maps = maps.detach().requires_grad_()
    output = layer(maps)
    outer = torch.randn(output.shape, generator=torch.Generator().manual_seed(1))
    return [output.detach(), *torch.autograd.grad(output, [maps, layer.weight], outer.to(output.dtype))]


def plain(conv, maps):
    return conv2d(maps, conv.weight, padding=1)


def distance(found, wanted):
    return ((found - wanted).norm() / wanted.norm()).item()


@pytest.mark.parametrize("batch", [1, 2, 3, 64, 65])
@pytest.mark.parametrize(("channels", "features", "side"), [*LAYERS, (3, 5, 4), (5, 3, 2)])
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_outputs_and_both_gradients_are_those_of_double_precision(channels, features, side, batch, layout):
    conv, maps = layer_and_maps(channels, features, side, batch)
    conv, maps = conv.to(memory_format=layout), maps.to(memory_format=layout)
    exact = output_and_gradients(copy.deepcopy(conv).double(), maps.double())
    for found, wanted in zip(output_and_gradients(conv, maps), exact, strict=True):
        assert found.shape == wanted.shape
        assert distance(found, wanted) < 1e-5
    with torch.inference_mode():
        assert distance(conv(maps), exact[0]) < 1e-5


@pytest.mark.parametrize(("shape", "sides"), [((1, 28, 28), [7, 4, 2]), ((3, 32, 32), [8, 4, 2]), ((1, 16, 16), [4, 2])])
def test_resnets_layers_of_these_shapes_are_replaced_and_no_others_are_met(shape, sides):
    met = []
    net = build(Config(model="resnet18"), shape, 10).eval()
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3) and layer.stride == (1, 1):
            assert isinstance(layer, MinimalConv2d)
            layer.register_forward_hook(lambda conv, x, y: met.append((conv.in_channels, conv.out_channels, x[0].shape[-1])))
    net(torch.zeros(2, *shape))
    assert set(met) <= set(LAYERS)
    assert sorted({side for _, _, side in met}, reverse=True) == sides
    assert len(met) == {3: 4 + 3 + 3, 2: 4 + 3}[len(sides)]


def test_parameters_are_the_same_objects_in_the_same_order():
    net = with_torchs(build(Config(model="resnet18"), (1, 28, 28), 10))
    names, before = list(net.state_dict()), list(net.parameters())
    minimal(net.features)
    assert any(isinstance(layer, MinimalConv2d) for layer in net.modules())
    assert list(net.state_dict()) == names
    assert all(a is b for a, b in zip(net.parameters(), before, strict=True))
    assert all(p.is_contiguous(memory_format=torch.channels_last) for p in net.parameters() if p.dim() == 4)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_a_whole_network_are_nearly_as_exact_as_torchs(shape, training):
    """Each parameter's, as a distance from double precision. With SiLU for ReLU: where a ReLU is at zero to rounding, its
    gradient is one or nothing, and any two ways of computing differ there by a hundredth now and then, torch's own too."""
    torch.manual_seed(0)
    ours = build(Config(model="resnet18"), shape, 10).train(training)
    for parent in list(ours.features.modules()):
        for name, layer in parent.named_children():
            if isinstance(layer, nn.ReLU):
                setattr(parent, name, nn.SiLU())
    images, labels = torch.randn(16, *shape), torch.randint(10, (16,))

    def gradients(net, images):
        net = copy.deepcopy(net)
        return torch.autograd.grad(cross_entropy(net(images), labels), list(net.parameters()))

    exact = gradients(with_torchs(ours).double(), images.double())
    found = [[distance(g, e) for g, e in zip(gradients(net, images), exact, strict=True)] for net in (ours, with_torchs(ours))]
    assert max(found[0]) < 1e-4
    assert max(found[0]) < 4 * max(found[1])


@pytest.mark.parametrize(("channels", "features", "side"), SMALL)
def test_the_same_maps_give_the_same_bits(channels, features, side):
    conv, maps = layer_and_maps(channels, features, side, 64)
    first = output_and_gradients(conv, maps)
    for _ in range(5):
        assert all(torch.equal(a, b) for a, b in zip(output_and_gradients(conv, maps), first, strict=True))
    with torch.inference_mode():
        kept = conv(maps)
        for fresh in (conv, copy.deepcopy(conv)):
            assert torch.equal(fresh(maps), kept)


def scale_in_place(conv):
    with torch.no_grad():
        conv.weight.mul_(2)


def scale_in_inference_mode(conv):
    with torch.inference_mode():
        conv.weight.mul_(2)


def load(conv):
    conv.load_state_dict({"weight": 2 * conv.weight.detach()})


def load_other_memory(conv):
    conv.load_state_dict({"weight": 2 * conv.weight.detach()}, assign=True)


def replace_data(conv):
    conv.weight.data = 2 * conv.weight.detach()


def there_and_back(conv):
    conv.double()
    conv.weight.data.mul_(2)
    conv.float()


def train(conv):
    step = stepper(Config(learning_rate=10.0), nn.Sequential(conv, nn.Flatten()))
    step(torch.randn(8, conv.in_channels, 4, 4), torch.arange(8))


def write_and_train(conv):
    conv.weight.data.mul_(2)  # which torch does not count
    conv(torch.zeros(1, conv.in_channels, 4, 4, requires_grad=True))


CHANGES = [
    scale_in_place, scale_in_inference_mode, load, load_other_memory, replace_data, there_and_back, train, write_and_train,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("quiet", [torch.inference_mode, torch.no_grad])
def test_kept_kernels_are_never_those_of_other_weights(change, quiet):
    conv, maps = layer_and_maps(16, 16, 4)
    with quiet():
        before = conv(maps)
    for _ in range(2):
        change(conv)
        with quiet():
            assert distance(conv(maps), plain(conv, maps)) < 1e-5
            assert distance(conv(maps), before) > 0.1
            before = conv(maps)


def test_a_copy_with_other_weights_and_maps_of_another_side_do_not_meet_kept_kernels():
    conv, maps = layer_and_maps(16, 16, 4)
    with torch.inference_mode():
        conv(maps)
        scale_in_place(conv)  # one change of the weights before they are kept, and one after they are copied
        conv(maps)
        other = copy.deepcopy(conv)
        other.weight.mul_(2)
        assert distance(other(maps), plain(other, maps)) < 1e-5
        small = maps[..., 1:3, 1:3]
        for x in (small, maps, small):
            assert distance(conv(x), plain(conv, x)) < 1e-5


def test_weights_made_in_inference_mode_are_not_kept():
    with torch.inference_mode():
        conv, maps = layer_and_maps(16, 16, 4)
        conv(maps)
        conv.weight.mul_(2)
        assert distance(conv(maps), plain(conv, maps)) < 1e-5


def test_kernels_are_transformed_once_while_weights_stay(monkeypatch):
    conv, maps = layer_and_maps(16, 16, 4)
    calls = []
    transform = winograd._kernels
    monkeypatch.setattr(winograd, "_kernels", lambda *arguments: calls.append(1) or transform(*arguments))
    with torch.inference_mode():
        for _ in range(3):
            conv(maps)
    assert len(calls) == 1
    assert list(conv.state_dict()) == ["weight"]


def test_what_was_first_used_in_inference_mode_can_train():
    conv, maps = layer_and_maps(16, 16, 4)
    winograd._matrices.cache_clear()
    with torch.inference_mode():
        conv(maps)
    found = output_and_gradients(conv, maps)
    exact = output_and_gradients(copy.deepcopy(conv).double(), maps.double())
    assert max(distance(f, e) for f, e in zip(found, exact, strict=True)) < 1e-5


def test_other_numbers_sides_and_devices_are_torchs():
    conv, maps = layer_and_maps(8, 8, 4)
    for side in ((3, 3), (7, 7), (8, 8), (4, 2), (2, 4)):
        x = torch.randn(5, 8, *side)
        assert torch.equal(conv(x), plain(conv, x))
    assert torch.equal(conv(maps[0]), plain(conv, maps[0]))  # an image that is no batch
    for dtype in (torch.float64, torch.bfloat16):
        other = copy.deepcopy(conv).to(dtype)
        assert torch.equal(other(maps.to(dtype)), plain(other, maps.to(dtype)))
    elsewhere = copy.deepcopy(conv).to("meta")  # a device without numbers, standing for a GPU
    assert elsewhere(maps.to("meta")).device.type == "meta"
    assert elsewhere.kept is None


def test_other_convolutions_are_left_alone():
    kinds = [{"bias": True}, {"stride": 2}, {"padding": 0}, {"dilation": 2}, {"groups": 2}, {"padding_mode": "reflect"}]
    layers = [nn.Conv2d(4, 4, **{"kernel_size": 3, "padding": 1, "bias": False, **kind}) for kind in kinds]
    layers += [nn.Conv2d(4, 4, 5, padding=2, bias=False), nn.Conv2d(4, 4, 1, bias=False)]
    features = nn.Sequential(*layers)
    minimal(features)
    assert all(a is b for a, b in zip(features, layers, strict=True))


@pytest.mark.parametrize(("times", "num_labelled"), [(1, 60), pytest.param(2, 30, marks=pytest.mark.slow)])
def test_a_short_run_with_and_without_agrees_to_rounding(digits, tiny, monkeypatch, times, num_labelled):
    """On the digits of 16x16 pixels (maps of 4x4, 2x2) and enlarged to 32x32 (8x8, 4x4, 2x2), each round from the same labels.

    The networks are trained for 15 small steps. With more, or larger, rounding grows (ReLUs near zero switch) until two runs
    differ, as they do when torch itself computes in another way. Entropies differ by less than a fifth of their spread over
    the pool (root mean squares), and an image that one queries and the other does not by no more than these differences
    from the least queried. Accuracies agree to 3 of 100 images: so young a network has many nearly equal probabilities.
    """
    enlarged = {x: getattr(digits, x).repeat_interleave(times, 2).repeat_interleave(times, 3) for x in ("x_train", "x_test")}
    data = replace(digits, **enlarged)
    config = replace(
        tiny, acquisition="entropy", model="resnet18", num_initial=num_labelled, num_valid=100, num_pool=100, num_rounds=1,
        batch_size=num_labelled + 10, epochs=15, learning_rate=0.0003, last_batch="merge",
    )  # fmt: skip
    nets, entropies = [], []

    def scored(*arguments):
        with torch.inference_mode():  # `predict`'s own is lost where the tests' check of shapes wraps it
            entropies.append(scores(*arguments))
        assert any(getattr(layer, "kept", None) for layer in nets[-1].modules()) == (len(entropies) == 1)
        return entropies[-1]

    monkeypatch.setattr(loop, "fit", lambda *arguments: nets.append(fit(*arguments)) or nets[-1])
    monkeypatch.setattr(loop, "scores", scored)
    ours = list(loop.run(config, data))
    monkeypatch.setattr(speed, "minimal", lambda features: None)
    torchs = [next(loop.run(config, data, ours[:number])) for number in range(2)]
    assert [any(isinstance(m, MinimalConv2d) for m in net.modules()) for net in nets] == [True, True, False, False]

    apart = entropies[0] - entropies[1]
    assert apart.square().mean().sqrt() < 0.2 * entropies[1].std()
    entropy = dict(zip(split(config, data)[2].tolist(), entropies[1].tolist(), strict=True))
    least = min(entropy[i] for i in torchs[0].query)
    assert all(entropy[i] > least - 2.001 * apart.abs().max() for i in ours[0].query)
    for which in ("valid_accuracy", "test_accuracy"):
        for a, b in zip(ours, torchs, strict=True):
            assert getattr(a, which) == pytest.approx(getattr(b, which), abs=0.03)


def test_a_short_run_gives_the_same_log_twice(digits, tiny):
    config = replace(tiny, acquisition="bald", model="resnet18", epochs=2, num_rounds=1, num_pool=100, last_batch="merge")
    logs = [[(r.valid_accuracy, r.test_accuracy, r.query) for r in loop.run(config, digits)] for _ in range(2)]
    assert logs[0] == logs[1]
