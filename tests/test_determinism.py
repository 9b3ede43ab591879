"""Devices, threads, and draws by name."""

import pytest
import torch

from alkit.determinism import derived_seed, one_thread, resolve_device


@pytest.mark.parametrize("name", ["cuda:99", "cuda:99999999999999999999", "cuda:-1", "cuda:٣", "abacus", "meta", "tpu", ""])
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


def test_draws_differ_by_seed_stream_and_round():
    seeds = {derived_seed(s, stream, r) for s in (0, 1) for stream in ("split", "init", "query") for r in (0, 1, 2)}
    assert len(seeds) == 18
