"""Who is meant: names, offices, places and pronouns to actors, as of a date."""

from demarche.actors._gazetteer import Entry, Gazetteer, load_gazetteer
from demarche.actors._mentions import link_moves

__all__ = ["Entry", "Gazetteer", "link_moves", "load_gazetteer"]
