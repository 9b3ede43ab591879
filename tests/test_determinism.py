"""Devices, threads, and draws by name."""

import pytest
import torch

from alkit.determinism import derived_seed, one_thread, resolve_device


def test_a_device_that_is_not_there_is_refused():

    for name in ("cuda:99", "abacus", "meta"):
        with pytest.raises(ValueError, match="auto"):
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
