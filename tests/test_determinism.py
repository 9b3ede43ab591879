"""Devices, threads, and draws by name."""

import pytest
import torch

from alkit.determinism import STREAMS, derived_seed, generator, one_thread, resolve_device


@pytest.mark.parametrize(
    "name", ["cuda:99", "cuda:01", "cuda:99999999999999999999", "cuda:-1", "cuda:٣", "abacus", "meta", "tpu", ""]
)
def test_a_device_that_cannot_be_is_refused_with_the_choices(name):
    with pytest.raises(ValueError, match=r"choose auto,? (cpu|or cpu)"):
        resolve_device(name)


def test_a_run_has_one_thread_on_a_cpu_whatever_it_is_started_with():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with one_thread(torch.device("cpu")):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_the_draws_of_a_name_are_for_ever_those_that_committed_logs_were_made_with():
    streams = ("split", "init", "shuffle", "dropout", "query", "samples", "noise-train", "noise-pool", "noise-valid",
               "noise-test", "noise-once-train", "noise-once-test")  # fmt: skip
    assert STREAMS[: len(streams)] == streams
    names = [(0, "split", 0), (0, "init", 1), (1, "query", 1), (2, "noise-once-test", 0)]
    assert [derived_seed(*name) for name in names] == [2968811710, 901243215, 131598802, 3961950318]
    assert torch.randperm(1000, generator=generator(0, "query", 1))[:5].tolist() == [453, 666, 593, 300, 885]


def test_draws_differ_by_seed_stream_and_round():
    seeds = {derived_seed(s, stream, r) for s in (0, 1) for stream in ("split", "init", "query") for r in (0, 1, 2)}
    assert len(seeds) == 18
