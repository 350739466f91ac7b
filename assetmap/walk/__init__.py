"""How far is it on foot? The walking network, how someone walks it, and the nearest asset of every home."""

from assetmap.walk.network import WalkNetwork
from assetmap.walk.profile import PROFILES, SEASONS, WalkProfile, walk_profile

__all__ = ["PROFILES", "SEASONS", "WalkNetwork", "WalkProfile", "walk_profile"]
