"""`python -m metroetl` is `metroetl`."""

from metroetl.cli import main

if __name__ == "__main__":
    main()
