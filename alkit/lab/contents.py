"""The files that JupyterLab shows. Those in outputs/ can be read and run there but not saved."""

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

KEPT = "outputs"
WORDS = "outputs/ is what commands write, and write again; save a copy in lab/ (File, Save Notebook As)"


class Contents(AsyncLargeFileManager):
    """JupyterLab's own, but nothing is saved in outputs/: what a person writes there, the next command would take from her."""

    async def get(self, path, *args, **kwargs):
        model = await super().get(path, *args, **kwargs)
        if _is_kept(path):
            model["writable"] = model["type"] == "directory" and model["writable"]
        return model

    async def save(self, model, path=""):
        if _is_kept(path) and model.get("type") != "directory":
            raise HTTPError(403, WORDS)
        return await super().save(model, path)


def _is_kept(path: str) -> bool:
    return path.strip("/").split("/")[0] == KEPT
