"""What the journeys rest on: whatever goes wrong while somebody looks is heard of."""

from __future__ import annotations

from flask import Flask, abort

from tests.journeys.browsers import Profiles, Visitors, serving


def test_failures_of_the_server_and_of_scripts_are_heard(profiles: Profiles) -> None:
    careless = Flask("careless")
    careless.add_url_rule("/broken", view_func=lambda: abort(500), endpoint="broken")
    careless.add_url_rule("/", view_func=lambda: "<script>nothing()</script>", endpoint="page")
    with serving(careless) as address:
        visitors = Visitors(profiles, address)
        page = visitors.come()
        for path in ("/no-such-page", "/static/no.css", "/broken", "/"):
            page.goto(path)
        visitors.leave()
    assert visitors.complaints == [
        "404 NOT FOUND /static/no.css",
        "500 INTERNAL SERVER ERROR /broken",
        "page error: nothing is not defined",
    ]
    assert Visitors(profiles, address).complaints == []  # the next ones begin anew
