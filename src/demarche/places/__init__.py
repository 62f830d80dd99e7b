"""Words for a place -> a place on the map: one, or none where they name none, or more than one."""

from demarche.places._gazetteer import check_installed
from demarche.places._lookup import Lookup, locate, look_up

__all__ = ["Lookup", "check_installed", "locate", "look_up"]
