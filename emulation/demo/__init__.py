"""The demo: 63 units, one finished round and one in progress. Every figure is invented, seeded and labelled."""
