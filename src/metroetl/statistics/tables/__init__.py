"""From a grid to frames: each number through its row label and the tree of its headings."""
