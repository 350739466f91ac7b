"""What does each page show? One file per page; none of them imports geopandas, shapely or folium."""
