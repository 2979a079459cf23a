"""Verbs: (db, actor, thing, *, facts) -> thing. Check, change, record. They never commit and never see a request."""
