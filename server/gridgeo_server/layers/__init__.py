"""Map layers: features by OGC API Features, vector tiles by OGC API Tiles."""
