"""The mutation campaign: clean batches are corrupted as it happens in this field, and the gate must name why.

`worlds` and `synthetic` give clean releases in the order of their publication, `kinds*` the corruptions, `judging`
sends mutants through the gate's own code, `table` tells what was stopped. `make mutations` runs it.
"""
