import re
from base64 import b64encode
from hashlib import sha256

from gennape.reports.markup import tag
from gennape.reports.page import page


def test_the_policy_allows_its_own_script_alone() -> None:
    text = page("A & <b>", tag("p", "body"))
    script = re.search(r"<script>(.*)</script>", text, re.DOTALL)
    assert script is not None
    digest = b64encode(sha256(script[1].encode()).digest()).decode()
    assert f"script-src &#x27;sha256-{digest}&#x27;" in text
    assert "default-src &#x27;none&#x27;" in text
    assert "<title>A &amp; &lt;b&gt;</title>" in text


def test_style_and_script_ask_for_nothing() -> None:
    text = page("", tag("p"))
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|https?:", text)
