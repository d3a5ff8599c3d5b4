"""The live board: what it shows at first, and its indicators."""
