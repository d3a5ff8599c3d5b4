"""Commands of `gridgeo` that fill a page of their own."""
