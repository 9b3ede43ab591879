"""Experiments on a Dask cluster: the same numbers, whatever becomes of its workers."""

import os
import signal
import time
from pathlib import Path

import pytest
import yaml
from kills import differences

from alkit.__main__ import main
from alkit.run import cluster as cluster_module
from alkit.run import reproduce as module
from alkit.run.cluster import executor, slurm_cluster

distributed = pytest.importorskip("distributed")


@pytest.fixture
def cluster():
    """Two workers in processes of their own, a task at a time each."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_a_worker_killed_in_mid_experiment_loses_nothing_and_its_task_goes_on_elsewhere(
    cluster, made, tmp_path, pipeline, monkeypatch
):
    folder, _ = made
    pipeline.write(tmp_path)
    running, killed = module.wait, []

    def wait(*arguments, **options):
        logs = [path for path in tmp_path.rglob("seed-*.jsonl") if path.read_bytes().count(b"\n") > 1]
        if logs and not killed:
            killed.append(cluster.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)
        return running(*arguments, **options)

    monkeypatch.setattr(module, "wait", wait)
    assert main([*pipeline.command(tmp_path, "reproduce"), "--scheduler", cluster.scheduler_address]) == 0
    assert killed
    assert not [name for name in differences(tmp_path / "outputs", folder / "outputs") if name.endswith(".jsonl")]


@pytest.mark.slow
@pytest.mark.parametrize("num_workers", [1, 2])
def test_more_tasks_than_places_all_come_back(num_workers):
    with distributed.LocalCluster(
        n_workers=num_workers, threads_per_worker=50, processes=True, dashboard_address=None
    ) as found, executor(found.scheduler_address, None, "cpu") as (pool, places):  # fmt: skip
        assert places == 50 * num_workers
        done = [pool.submit(abs, -n) for n in range(1000)]
        assert [one.result() for one in done] == list(range(1000))


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(cluster_module, "ANSWERS_WITHIN", 0.5)
    with (
        pytest.raises(ValueError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"),
        executor("tcp://127.0.0.1:9", None, "cpu"),
    ):
        pass


def test_what_is_to_run_on_gpus_elsewhere_needs_none_here(tmp_path, pipeline, monkeypatch):
    monkeypatch.setattr(cluster_module, "ANSWERS_WITHIN", 0.5)
    pipeline.write(tmp_path, defaults={**pipeline.TINY["defaults"], "device": "cuda"})
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    assert "device 'cuda' is not there" in pipeline.alkit(tmp_path, "reproduce").stderr
    said = pipeline.alkit(tmp_path, "reproduce", "--scheduler", "tcp://127.0.0.1:9")
    assert (said.returncode, said.stderr[:49]) == (2, "error: no scheduler answers at tcp://127.0.0.1:9 ")


def test_a_cluster_without_gpus_is_refused_where_one_is_asked_for():
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as found,
        pytest.raises(ValueError, match="no worker with the resource GPU"),
        executor(found.scheduler_address, None, "cuda"),
    ):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_one_gpu_is_one_task(device):
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=4, processes=False, dashboard_address=None, resources={"GPU": 1}
        ) as found,
        executor(found.scheduler_address, None, device) as (pool, places),
    ):
        assert places == 1
        start = time.monotonic()
        for one in [pool.submit(time.sleep, 0.5) for _ in range(3)]:
            one.result()
        assert time.monotonic() - start > 1.4


@pytest.fixture
def sbatch(tmp_path, monkeypatch):
    """A stand-in for Slurm's command, that keeps the scripts it is given and starts nothing."""
    command = tmp_path / "bin/sbatch"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\ncat "$1" >> {tmp_path}/submitted\necho "Submitted batch job 7"\n')
    command.chmod(0o755)
    (tmp_path / "bin/scancel").write_text("#!/bin/sh\n")
    (tmp_path / "bin/scancel").chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    return tmp_path / "submitted"


def test_the_jobs_that_are_submitted_to_slurm_are_what_the_file_says(tmp_path, sbatch, wait):
    (tmp_path / "slurm.yaml").write_text("jobs: 2\nqueue: short\ncores: 4\nmemory: 8GB\nwalltime: '01:00:00'\n")
    with slurm_cluster(tmp_path / "slurm.yaml"):
        wait(lambda: sbatch.exists() and sbatch.read_text().count("#SBATCH -p short") == 2)
    for line in ("#SBATCH --cpus-per-task=4", "#SBATCH -t 01:00:00", "distributed.cli.dask_worker"):
        assert sbatch.read_text().count(line) == 2


@pytest.mark.parametrize("content", [["a"], {"jobs": 0}, {"jobs": "two"}, {"cores": 1, "memory": "1GB", "colour": "red"}])
def test_a_slurm_file_that_describes_no_jobs_is_named(tmp_path, sbatch, content):
    (tmp_path / "slurm.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(ValueError, match=r"slurm\.yaml: "):
        slurm_cluster(tmp_path / "slurm.yaml")


def test_slurm_where_there_is_none_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="sbatch is not on this machine's PATH"):
        slurm_cluster(tmp_path / "slurm.yaml")


def test_two_clusters_at_once_are_refused():
    with (
        pytest.raises(ValueError, match="choose one cluster"),
        executor("tcp://127.0.0.1:9", Path("slurm.yaml"), "cpu"),
    ):
        pass
