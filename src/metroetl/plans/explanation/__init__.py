"""Why a plan was read so: each field with the place that states it, in the terminal or as a page."""
