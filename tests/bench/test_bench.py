"""The measurements of speed measure what they say: the sides do the same work, and memory stays bounded."""

import sys

import pytest
import torch

from alkit.bench import plain
from alkit.bench.convolutions import SHAPES, gains, with_torchs
from alkit.bench.overheads import alternate, epochs, scoring, scoring_memory, utilisation
from alkit.bench.throughput import SIDES, Task, _parts, whole_runs
from alkit.config import Config
from alkit.data import Dataset
from alkit.models import build


@pytest.fixture
def grey(digits) -> Dataset:
    """The digits with a border, as 28x28 images."""
    pad = lambda images: torch.nn.functional.pad(images, (6, 6, 6, 6))  # noqa: E731
    values = {k: v for k, v in vars(digits).items() if not k.startswith("_")}
    return Dataset(**{**values, "x_train": pad(digits.x_train), "x_test": pad(digits.x_test)})


def test_the_plain_loops_network_and_images_are_alkits(grey):
    ours, theirs = build(Config(model="lenet"), (1, 28, 28), 10).eval(), plain.lenet().eval()
    with torch.no_grad():
        for a, b in zip(theirs.parameters(), ours.parameters(), strict=True):
            a.copy_(b)
    image, label = plain.Images(grey)[7]
    torch.testing.assert_close(image[None], grey.standardised(grey.x_train[7:8]), atol=1e-5, rtol=1e-5)
    assert label == grey.y_train[7]
    torch.testing.assert_close(theirs(image[None]), ours(image[None]), atol=1e-5, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("in_memory", [True, False])
def test_the_plain_loop_and_baal_learn_and_query(grey, in_memory):
    config = Config(dataset="digits", epochs=15, learning_rate=0.1, batch_size=16, query_size=5, num_samples=3)
    images, labelled, pool = plain.Images(grey), torch.arange(200), torch.arange(200, 500)
    torch.manual_seed(0)  # both draw from the global generator
    model = plain.train(config, images, labelled)
    model.eval()
    right = sum(model(images[i][0][None]).argmax().item() == images[i][1] for i in range(200, 300))
    assert right > 70
    wrapper = plain.train_with_baal(config, images, labelled, in_memory)
    network = wrapper.model.eval()
    right = sum(network(images[i][0][None]).argmax().item() == images[i][1] for i in range(200, 300))
    assert right > 40  # of 100; its dropout is active here too
    for query in (plain.query(config, images, model, pool), plain.query_with_baal(config, images, wrapper, pool)):
        assert len(set(query)) == 5
        assert set(query) <= set(range(200, 500))


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_every_side_trains_and_queries_as_it_is_measured(grey, side):
    config = Config(dataset="digits", acquisition="bald", epochs=1, num_samples=3, query_size=5)
    train, query = _parts(side, grey, Task(side, number=0, threads=1, epochs=1, pool=64))
    found = query(config, train(config, torch.arange(64)), torch.arange(64, 128))
    assert len(set(found)) == 5
    assert set(found) <= set(range(64, 128))


def test_a_whole_run_is_the_better_way_of_each_side_interpolated():
    import pandas as pd

    rows = [(side, number, runs, factor * (1 + number / 100), factor) for side, factor in (("alkit", 1.0), ("plain loop", 20.0))
            for number in (0, 50, 100) for runs in (1, 2)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["side", "round", "runs", "train", "query"])
    frame.loc[frame.runs == 2, ["train", "query"]] /= 1.5
    table = whole_runs(frame.assign(seconds=frame.train + frame["query"]))
    assert table["runs side by side"].tolist() == [2, 2]
    assert table.times.tolist() == pytest.approx([1, 20])
    assert table.seconds["alkit"] == pytest.approx(sum(2 + r / 100 for r in range(100)) / 1.5)


def test_resnet_with_torchs_convolutions_is_the_same_network_and_is_timed_in_turns():
    ours = build(Config(model="resnet18"), (1, 28, 28), 10).eval()
    theirs, images = with_torchs(ours), torch.randn(4, 1, 28, 28)
    kinds = [{type(layer).__name__ for layer in net.modules()} for net in (ours, theirs)]
    assert kinds[0] - kinds[1] == {"MinimalConv2d"}
    torch.testing.assert_close(theirs(images), ours(images), atol=1e-5, rtol=1e-4)
    table = gains(turns=1)
    assert table[["images", "part"]].agg(" ".join, axis=1).tolist() == [f"{i} {p}" for i in SHAPES for p in ("step", "pass")]
    assert table["times as fast"].tolist() == pytest.approx((table["torch ms"] / table["alkit ms"]).tolist())
    assert table["alkit ms"].between(1, 10_000).all()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what a process had in memory at the most")
def test_memory_does_not_grow_with_the_pool():
    """Scores, labels and places in the pool are 20 bytes an image; more than 100 is a leak."""
    small, large = (scoring_memory(size, num_samples=5) for size in (20_000, 200_000))
    assert 0 < large["MB"] < 100
    assert large["MB"] - small["MB"] < 180_000 * 100 / 2**20
    assert large["seconds"] > small["seconds"] > 0


@pytest.mark.slow
def test_every_part_is_timed(grey):
    assert set(scoring("lenet", grey, 300, repeats=1).index) == {
        "bare forward pass", "one deterministic pass", "maximum entropy", "BALD, T = 10"
    }  # fmt: skip
    assert (epochs(grey, num_labelled=100, count=1, repeats=1) > 0).all()
    limits = utilisation("lenet", repeats=1)
    assert (limits["share of matmul rate"] > 0).all()
    # C1 784 x 25 x 6, C3 100 x 150 x 16, C5 48,000, F6 10,080, output 840 multiply-adds, two FLOPs each, 64 images.
    assert limits.MFLOP.iloc[1] == pytest.approx(2 * 64 * (117_600 + 240_000 + 48_000 + 10_080 + 840) / 1e6, rel=0.01)
    assert alternate({"nothing": lambda: None})["nothing"] < 0.01
