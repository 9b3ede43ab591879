"""Experiments as tasks of a Dask cluster, by address or started on Slurm: the executor is all that changes.

Its workers see the same folders as this process does (a shared file system) and have the same environment. A worker that is
killed loses nothing that was logged: Dask gives its task to another, which goes on from the log. What Ctrl-C here
leaves running there ends with its experiment.
"""

import contextlib
import shutil
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from alkit.run.params import read_params

ANSWERS_WITHIN = 10.0  # seconds, of a scheduler


@contextlib.contextmanager
def executor(scheduler: str | None, slurm: Path | None, device: str) -> Iterator[tuple[Executor, int]]:
    """What runs the tasks of the cluster at the address `scheduler`, or of one that `slurm` describes; and how many at a time.

    On GPUs a task takes one of the resource GPU, which workers declare (`dask worker --resources GPU=1`): where `device` is
    cuda, or auto and some declare it. Raises ValueError for a cluster that is not there, has no workers, or no GPU for cuda.
    """
    if scheduler and slurm:
        raise ValueError(f"choose one cluster: the scheduler at {scheduler}, or Slurm as {slurm} describes it")
    try:
        from distributed import Client

        if slurm:
            import dask_jobqueue  # noqa: F401
    except ImportError:
        raise ValueError("a cluster needs Dask: pip install 'alkit[cluster]'") from None
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(slurm_cluster(slurm)) if slurm else scheduler
        try:
            client = stack.enter_context(Client(cluster, timeout=ANSWERS_WITHIN, set_as_default=False))
        except (OSError, ValueError) as error:
            whose = f"at {scheduler}" if scheduler else f"for the jobs of {slurm}"
            raise ValueError(f"no scheduler answers {whose} ({' '.join(str(error).split())})") from None
        if slurm:
            client.wait_for_workers(1)  # as long as Slurm's queue takes; others join when they are started
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        gpus = sum(int(w["resources"].get("GPU", 0)) for w in workers)
        on_gpu = device == "cuda" or (device == "auto" and gpus > 0)
        places = gpus if on_gpu else sum(w["nthreads"] for w in workers)
        if not places:
            lacks = "no worker with the resource GPU (dask worker --resources GPU=1)" if on_gpu else "no worker"
            raise ValueError(f"the cluster at {client.scheduler.address} has {lacks}")
        yield client.get_executor(pure=False, **({"resources": {"GPU": 1}} if on_gpu else {})), places


def slurm_cluster(path: Path):
    """The cluster that a YAML file describes: `jobs`, how many to ask Slurm for, and what dask_jobqueue.SLURMCluster takes."""
    from dask_jobqueue import SLURMCluster

    if not shutil.which("sbatch"):
        raise ValueError(f"{path} is for Slurm, whose sbatch is not on this machine's PATH")
    described = read_params(path)
    if not isinstance(described, dict) or not isinstance(jobs := described.pop("jobs", 1), int) or jobs < 1:
        raise ValueError(f"{path}: a mapping of jobs (a number) and what SLURMCluster takes: cores, memory, queue ...")
    try:
        cluster = SLURMCluster(**described)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from None
    cluster.scale(jobs=jobs)
    return cluster
