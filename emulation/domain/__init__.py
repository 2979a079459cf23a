"""Rules of the field as pure functions: values in, values out. No Flask, no SQLAlchemy, no clock, no user."""
