"""MetroETL: plan releases and statistics of Chinese government sites, into a warehouse for quarterly monitoring.

The rooms, in the order the data goes: catalogue, harvest, documents, statistics and plans, warehouse (staging),
quality (the gate), warehouse (core and marts), monitoring. `pipeline` joins them; `flows/` runs the pipeline.
"""

__version__ = "0.1.0"
