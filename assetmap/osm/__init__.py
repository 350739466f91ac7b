"""What does an OpenStreetMap file hold? One pass yields streets, assets, buildings, addresses, shapes."""

from assetmap.osm.data import OsmData, OsmWays
from assetmap.osm.reader import read_osm

__all__ = ["OsmData", "OsmWays", "read_osm"]
