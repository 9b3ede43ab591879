"""As many processes as there is room for."""

import joblib
import psutil
import pytest

from alkit.run import cores as module


@pytest.mark.parametrize(
    ("gib", "limit", "expected"),
    [(100, None, 8), (5.5, None, 5), (0.2, None, 1), (100, "max", 8), (100, 3 * 2**30, 3), (2, 3 * 2**30, 2)],
)
def test_no_more_processes_than_cores_or_than_the_free_memory_or_a_container_holds(tmp_path, monkeypatch, gib, limit, expected):
    monkeypatch.setattr(joblib, "cpu_count", lambda: 8)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": int(gib * 2**30)}))
    monkeypatch.setattr(module, "CONTAINER", tmp_path / "memory.max")
    if limit:
        module.CONTAINER.write_text(f"{limit}\n")
    assert module.cores() == expected
