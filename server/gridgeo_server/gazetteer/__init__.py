"""The gazetteer: places, buildings, units and streets of a town by their names and addresses, however they are spelled."""
