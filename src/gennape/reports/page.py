"""One HTML page that needs nothing else: style and script are part of it."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from gennape.reports.markup import Markup, tag

_ASSETS = files("gennape.reports") / "assets"


def page(title: str, body: Markup) -> str:
    """Return a page with the look of all reports.

    Its policy forbids every request, and every script but its own.

    Args:
        title: Plain text.
        body: What it shows.
    """
    style, script = _asset("page.css"), _asset("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "img-src data:"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        Markup(f"<style>{style}</style>"),
    )
    whole = tag("body", body, Markup(f"<script>{script}</script>"))
    return f'<!doctype html>\n<html lang="en">{head}\n{whole}</html>\n'


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")
