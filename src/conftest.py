"""Modules that load torch are not searched for examples where it is not installed: it comes with the extra ``train`` alone."""

import importlib.util

_WITH_TORCH = ("__main__", "contents", "export", "fit", "network", "start")
collect_ignore = ["conftest.py"]  # it has no examples, and one of its name is imported already
if not importlib.util.find_spec("torch"):
    collect_ignore += [f"demarche/training/{name}.py" for name in _WITH_TORCH]
