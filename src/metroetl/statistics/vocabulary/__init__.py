"""Words of the catalogue, compiled: names, units, times."""
