"""How does a place come from OpenStreetMap: found by name, downloaded, and each thing taken as an asset once?"""
