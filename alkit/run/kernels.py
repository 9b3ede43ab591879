"""Kernels for notebooks that run side by side: on Unix sockets, and forked from one process that has done the imports."""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import uuid

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

IMPORTS = (  # what an experiment's notebook takes seconds to import, and the command that starts it
    "alkit.__main__", "alkit.speed.convolution", "alkit.paper.figures", "alkit.log", "ipykernel.kernelapp",
    "matplotlib.pyplot", "sklearn.model_selection", "torchvision.models",
)  # fmt: skip


class KernelManager(AsyncKernelManager):
    """Kernels that start side by side would race for TCP ports, and each would spend seconds on the same imports."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if os.name == "posix":
            self.transport = "ipc"
            self.sockets = tempfile.TemporaryDirectory(prefix="alkit-")  # goes with the manager
            self.ip = os.path.join(self.sockets.name, "kernel")
        if sys.platform == "linux":  # elsewhere a fork is slow or unsafe
            self.kernel_id = str(uuid.uuid4())
            self.provisioner = ForkedKernel(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)


class ForkedKernel(LocalProvisioner):
    """Starts a kernel as a fork of multiprocessing's fork server."""

    async def launch_kernel(self, cmd: list[str], **kwargs) -> KernelConnectionInfo:
        self.cwd = kwargs.get("cwd") or os.getcwd()
        self.process = _Process(cmd[cmd.index("-f") :], kwargs["env"], self.cwd)
        self.pid = self.pgid = self.process.pid  # it leads a group of its own, with the workers that it starts
        return self.connection_info


class _Process:
    """A forked kernel with the part of subprocess.Popen's interface that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: str):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(IMPORTS))
        self.process = context.Process(target=_serve, args=(arguments, environment, folder))
        self.process.start()
        self.pid, self.kill, self.terminate = self.process.pid, self.process.kill, self.process.terminate

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


def _serve(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    import matplotlib
    import torch
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()  # an interrupt in the terminal is for the command, not for its kernels
    os.environ.clear()
    os.environ.update(environment)
    if "OMP_NUM_THREADS" in environment:  # which torch reads when it is imported, and may have been another then
        torch.set_num_threads(int(environment["OMP_NUM_THREADS"]))
    matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"  # which a kernel sets before the import
    os.chdir(folder)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    launch_new_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])  # without, it prints advice


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os.killpg(0, signal.SIGKILL)
