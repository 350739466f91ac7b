"""How is it drawn? The only room that imports folium, made safe first."""
