"""python -m alkit.lab: JupyterLab, opened at the start page of lab/; what is named beside goes to `jupyter lab`."""

import os
import sys
from pathlib import Path

from alkit.lab.start import prepare
from alkit.paths import PROJECT, shown
from alkit.run.reproduce import environment

SETTINGS = Path(__file__).parent / "settings"


def arguments(page: Path) -> list[str]:
    """How JupyterLab is started: rooted where notebooks, results and README are all reached, and with no request outside."""
    given = [
        f"--ServerApp.root_dir={PROJECT}", f"--LabApp.default_url=/lab/tree/{shown(page)}",
        "--ServerApp.contents_manager_class=alkit.lab.contents.Contents", "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN", "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if hasattr(os, "getuid") and os.getuid() == 0:  # in a container; without it JupyterLab refuses
        given.append("--ServerApp.allow_root=True")
    return given


def variables() -> dict[str, str]:
    """What kernels are told, as the command line's are but for a person's own IPython; and where JupyterLab's settings are."""
    told = {name: value for name, value in environment().items() if name != "IPYTHONDIR"}
    paths = [str(SETTINGS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return {**told, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def main(given: list[str] | None = None) -> None:
    page = prepare(PROJECT)
    os.environ.update(variables())
    from jupyterlab.labapp import LabApp  # reads the variables

    server = LabApp.initialize_server([*arguments(page), *(sys.argv[1:] if given is None else given)])
    address = server.local_url.replace("127.0.0.1", "localhost")
    words = f"JupyterLab is at {address}\n(Ctrl-C ends it.)"
    server.io_loop.add_callback(lambda: print(words, flush=True))  # once it listens there
    server.start()


if __name__ == "__main__":
    main()
