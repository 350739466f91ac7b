"""Who lives where? Homes from the map, people from registers by area, and the one shared out over the other."""
