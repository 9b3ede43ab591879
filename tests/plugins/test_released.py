"""What the released code does, against the facts read off it."""

from dataclasses import replace

import pytest
import torch
from sklearn.model_selection import StratifiedShuffleSplit

from alkit.acquisitions import bald, entropy, highest
from alkit.config import Config
from alkit.determinism import generator
from alkit.files.sources import load
from alkit.models import build
from alkit.paths import data_root
from alkit.plugins import released
from alkit.prediction import SAMPLERS
from alkit.split import split
from alkit.training import fit


def test_released_bald_is_minus_the_mutual_information_so_it_queries_what_bald_would_last(random_log_probs):
    log_probs = random_log_probs()
    torch.testing.assert_close(released.bald(log_probs), -bald(log_probs), atol=2e-4, rtol=0)
    assert highest(released.bald(log_probs), 1) == [bald(log_probs).argmin().item()]
    torch.testing.assert_close(released.entropy(log_probs), entropy(log_probs), atol=2e-4, rtol=0)


def test_released_bald_of_identical_passes_is_rounding_error(random_log_probs):
    log_probs = random_log_probs(sample=1, dtype=torch.float32).expand(-1, 10, -1)
    assert released.bald(log_probs).abs().max() < 1e-6


def test_released_pepper_sets_a_tenth_of_the_values_to_the_mean_each_channel_by_itself():
    noisy = released.pepper(torch.ones(200, 3, 16, 16), generator(0, "noise-train"), pixels=0.1)
    assert set(noisy.unique().tolist()) == {0.0, 1.0}  # never an extreme
    assert (noisy == 0).double().mean().item() == pytest.approx(0.1, abs=0.002)
    assert (noisy == 0).any(dim=1).double().mean().item() == pytest.approx(1 - 0.9**3, abs=0.005)  # 27 % of RGB pixels


@pytest.mark.parametrize(
    ("shape", "sizes", "count"),
    [((1, 28, 28), [6, 16, 120, 84, 10], 44_426), ((3, 32, 32), [18, 48, 360, 252, 10], None)],
)
def test_released_lenet_has_no_border_and_is_three_times_as_wide_on_rgb(shape, sizes, count):
    net = build(Config(model="released_lenet"), shape, 10)
    weights = [p for p in net.parameters() if p.dim() > 1]
    assert [len(p) for p in weights] == sizes
    assert weights[2].shape[1] == sizes[1] * (16 if shape[1] == 28 else 25)  # 28 to 12 to 4, or 32 to 14 to 5, a side
    assert count in (None, sum(p.numel() for p in net.parameters()))


def test_released_resnet_strides_in_the_second_convolution_and_has_biased_3x3_shortcuts():
    net = build(Config(model="released_resnet18"), (3, 64, 64), 10)
    for i in (5, 6, 7):
        block = net.features[i][0]
        shortcut = block.downsample[0]
        assert (block.conv1.stride, block.conv2.stride) == ((1, 1), (2, 2))
        assert (shortcut.kernel_size, shortcut.stride, shortcut.bias is not None) == ((3, 3), (2, 2), True)


def test_released_resnet_begins_from_pytorchs_default_weights():
    torch.manual_seed(0)
    weight = build(Config(model="released_resnet18"), (3, 64, 64), 10).features[4][0].conv1.weight
    assert weight.abs().max() <= (64 * 9) ** -0.5  # uniform in +- 1 / sqrt(fan in); torchvision's normal goes far beyond
    assert weight.std().item() == pytest.approx((3 * 64 * 9) ** -0.5, rel=0.02)


def test_released_queries_leave_the_order_of_equal_scores_to_the_sort():
    scores = torch.zeros(1000)
    assert highest(scores, 5) == [0, 1, 2, 3, 4]
    assert released.unstable_highest(scores, 5) != [0, 1, 2, 3, 4]
    assert released.unstable_highest(torch.arange(1000.0), 3) == [999, 998, 997]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_released_split_is_two_stratified_shuffle_splits_with_random_state_42_for_every_seed(digits, seed):
    config = Config(split="released", seed=seed, num_initial=100, num_valid=300)
    initial, valid, pool = split(config, digits)
    labels = digits.y_train.numpy()
    rest, wanted_valid = next(StratifiedShuffleSplit(1, test_size=300, random_state=42).split(labels, labels))
    _, taken = next(StratifiedShuffleSplit(1, test_size=100, random_state=42).split(rest, labels[rest]))
    assert set(valid.tolist()) == set(wanted_valid)
    assert set(initial.tolist()) == set(rest[taken])
    assert torch.equal(torch.cat([initial, valid, pool]).sort().values, torch.arange(len(labels)))
    assert pool.tolist() == [i for i in rest if i not in set(rest[taken])]  # in the order of its training images
    assert initial.tolist() == [i for i in rest if i in set(rest[taken])]


def test_the_released_split_leaves_what_has_no_label_in_the_pool(digits):
    labels = digits.y_train.clone()
    labels[::5] = -1
    initial, valid, pool = split(Config(split="released", num_initial=100, num_valid=300), replace(digits, y_train=labels))
    assert (len(initial), len(valid)) == (100, 300) and (labels[torch.cat([initial, valid])] >= 0).all()
    assert torch.equal(torch.cat([initial, valid, pool]).sort().values, torch.arange(len(labels)))


@pytest.mark.images
def test_the_released_split_of_mnist_has_the_counts_read_off_that_code():
    if not (data_root() / "mnist.npz").exists():
        pytest.skip(f"mnist.npz is not in {data_root()}; the test does not download")
    mnist = load("mnist", device="cpu")
    initial, _, _ = split(Config(split="released"), mnist)
    assert mnist.y_train[initial].bincount().tolist() == [10, 11, 10, 10, 10, 9, 10, 10, 10, 10]


def test_released_samples_are_passes_that_differ_only_where_noise_is_drawn_anew(digits, tiny):
    def spread(**settings):
        config = replace(tiny, acquisition="released_bald", **settings)
        labelled, _, pool = split(config, digits)
        chunks = SAMPLERS["passes"].sample(config, digits, fit(config, digits, labelled, 0), pool, 0)
        log_probs = torch.cat(list(chunks))
        assert log_probs.shape == (len(pool), 10, 10)
        return (log_probs - log_probs[:, :1]).abs().amax(dim=(1, 2))

    assert spread().max() == 0
    assert spread(noise="gaussian", noise_draw="once").max() == 0
    moved = (spread(noise="gaussian") > 0).double().mean()
    assert moved == pytest.approx(1 - 0.9**10, abs=0.05)  # an image is hit in one pass of ten
