"""In JupyterLab: a folder of one's own, its start page, and what its notebooks' widgets do."""
