"""What a whole collect costs, beside Scrapy, beside itself and beside Prefect: `make bench-collect`, `make bench-start`."""
