"""No test is timed: the first example of a property loads a model or a browser, on a machine that others use too."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

collect_ignore = ["conftest.py"]  # it has no examples, and a folder below has one of the same name
