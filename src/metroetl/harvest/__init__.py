"""Harvest: sites to snapshots. The only room that touches the network and the archive."""

from metroetl.harvest.archive import Archive
from metroetl.harvest.client import Client
from metroetl.harvest.harvest import ask_again, harvest, revisit
from metroetl.harvest.listings import parse_listing

__all__ = ["Archive", "Client", "ask_again", "harvest", "parse_listing", "revisit"]
