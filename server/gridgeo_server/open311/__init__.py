"""Open311 GeoReport v2: reports and their state for the apps and portals of citizens, under ``/open311/v2``."""
