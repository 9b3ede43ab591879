"""How many processes at a time a machine has room for."""

from pathlib import Path

MEMORY = 2**30  # bytes a process: torch, the images, a network and its activations; LeNet's and ResNet-18's take 0.6 to 1.0 GB
CONTAINER = Path("/sys/fs/cgroup/memory.max")  # Linux: a container's own limit, or "max"


def cores() -> int:
    """As many as there are cores to use, by affinity and by a container's quota, and as the free memory holds; one at least."""
    import psutil  # both imports take longer than a small sweep
    from joblib import cpu_count

    free = psutil.virtual_memory().available
    if CONTAINER.exists() and (limit := CONTAINER.read_text(encoding="ascii").strip()).isdecimal():
        free = min(free, int(limit))
    return max(1, min(cpu_count(), free // MEMORY))
