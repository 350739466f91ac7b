"""How is it kept? A folder with `map.gpkg`, the prepared network and the base map."""
