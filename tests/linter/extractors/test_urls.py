"""Where the value of `filter=` starts and ends in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span
from epfilter.linter.extractors import (
    NO_CONTEXT,
    PLACEHOLDER,
    Endpoints,
    Extraction,
    MappedText,
    RequestContext,
)
from epfilter.linter.extractors.mapped_text import mark_placeholders
from epfilter.linter.extractors.urls import add_url_filters, decode_percent
from support.counted_work import count_lines
from support.rows import for_each


class RecordingExtraction(Extraction):
    """An extraction that records each candidate with the path of its URL, and whether it is cut."""

    def add_candidate(
        self,
        value: MappedText,
        context: RequestContext = NO_CONTEXT,
        built_with: str = "",
        *,
        is_cut: bool = False,
        is_part: bool = False,
    ) -> None:
        assert not built_with
        assert not is_part
        value = mark_placeholders(value)
        message = f"{context.path} {value.text}{' (cut)' * is_cut}".replace(PLACEHOLDER, "…")
        self.add_problem(value, 0, len(value.text), message)


def list_candidates(text: str, path: str = "") -> list[str]:
    extraction = RecordingExtraction(Endpoints())
    add_url_filters(MappedText.of_file(text), extraction, request=RequestContext(path))
    return [problem.message for problem in extraction.problems]


@for_each(
    ("text", "expected"),
    [
        ("/v2/orders?filter=eq(a,1)", "/v2/orders eq(a,1)"),
        (
            "https://x.example/v2/orders?a=b&filter=eq(a,1)&c=d",
            "https://x.example/v2/orders eq(a,1)",
        ),
        ("/x?a=b&amp;filter=eq(a,1)&amp;c=d", "/x eq(a,1)"),
        ("/x?page[limit]=5&filter=eq(a,1)", "/x eq(a,1)"),
        ("/x?include=items,tax_items&filter=eq(a,1)", "/x eq(a,1)"),
        ("[here](/x?a=(b)&filter=eq(a,1))", "/x eq(a,1)"),
        ("url=/x?filter=eq(a,1)", "url=/x eq(a,1)"),
        ("(/x?filter=eq(a,1))", "/x eq(a,1)"),
        ("['/x?filter=eq(a,1)']", "/x eq(a,1)"),
        ("/x?filter=(eq(a,1)|eq(b,2))|next", "/x (eq(a,1)|eq(b,2))"),
        ("/x?filter=eq(a,1)|eq(b,2)|c|", "/x eq(a,1)|eq(b,2)"),
        ("/x?filter=eq(a,1)#top", "/x eq(a,1)"),
        ("/x?filter=eq(a,1) HTTP/1.1", "/x eq(a,1)"),
        ("/x?filter=eq(a,b c) HTTP/1.1", "/x eq(a,b c)"),
        ('/x?filter=eq(a,"b) c")&d=e', '/x eq(a,"b) c")'),
        ('/x?filter=eq(a,"b\\") c")&d=e', '/x eq(a,"b\\") c")'),
        ("/x?filter=eq(a,'b&c')&d=e", "/x eq(a,'b&c')"),
        ("/x?filter=eq(a,O'Brien)&d=e", "/x eq(a,O'Brien)"),
        ("/x?filter=eq(a,O%27Brien)&d=e", "/x eq(a,O'Brien)"),
        ("/x?filter=eq(a,%22b)%22)&d=e", '/x eq(a,"b)")'),
        ("/x?filter=eq(a,%22%5C%22)%22)&d=e", '/x eq(a,"\\")")'),
        ('/x?filter=eq(a,5")&d=e', '/x eq(a,5")'),
        ("/x?filter=eq(a,1&d=e", "/x eq(a,1"),
        ("/x?filter=eq(a,1 HTTP/1.1", "/x eq(a,1"),
        ('/x?filter=eq(a,"b\\\neq(c,1)")', '/x eq(a,"b\\ (cut)'),
        ("/x?filter=eq(a,1\r\n)", "/x eq(a,1\r\n)"),
        ("/x?filter=eq(a,1\n):eq(b,2)\nc", "/x eq(a,1\n):eq(b,2)"),
        (
            "/x?filter=eq(a,1\n  ):\n  eq(b,2)|\n  eq(c,3) d",
            "/x eq(a,1\n  ):\n  eq(b,2)|\n  eq(c,3)",
        ),
        ("/x?filter=eq(a,1)\n:eq(b,2)", "/x eq(a,1)\n:eq(b,2)"),
        ("/x?filter=eq(\na,\n1)", "/x eq(\na,\n1)"),
        ("/x?filter=eq(a,1)\n: b", "/x eq(a,1)"),
        ("/x?filter=eq(a,1):\nb", "/x eq(a,1):"),
        ("`/x?filter=eq(a,Ron\nSwanson)`", "/x eq(a,Ron (cut)"),
        ("/x?filter=eq(a,1\nb", "/x eq(a,1 (cut)"),
        ("/x?filter=eq(a,1 b\nc", "/x eq(a,1 (cut)"),
        ("/x?filter=eq(a,1\n\n)", "/x eq(a,1"),
        ("/x?filter=eq(a,1\n", "/x eq(a,1"),
        ("`/x?filter=eq(a,1`\n)", "/x eq(a,1"),
        ("`/x?filter=eq(a,1`", "/x eq(a,1"),
        ("`/x?filter=eq(a,b` or `c)`", "/x eq(a,b"),
        ('`/x?filter=eq(a,"b`c")`', '/x eq(a,"b`c")'),
        ('{\\"self\\": \\"/x?filter=eq(a,1)\\", \\"b\\": 1}', "/x eq(a,1)"),
        ('\\"/x?filter=eq(a,b c)&d=e\\"', "/x eq(a,b c)"),
        ('\\"/x?b=c&filter=eq(a,1\\")', "/x eq(a,1"),
        (r"\"/x?filter=eq(a,\\\"b)\\\")\", ", '/x eq(a,"b)")'),
        (r"\"/x?filter=eq(a,\\\"b\\\\\\\"c\\\")\"", '/x eq(a,"b\\"c")'),
        (r"\"/x?filter=eq(a,b%20c)\"", "/x eq(a,b c)"),
        (r"\\\"/x?filter=eq(a,b)\\\"", "/x eq(a,b)"),
        (r"'/x?filter=eq(a,b)\' + c", "/x eq(a,b)"),
        (r"/x?filter=eq(a,1)\n", "/x eq(a,1)"),
        (r"/x?filter=eq(a,1\"", "/x eq(a,1"),
        ("/x?filter=", "/x "),
        ("/x?filter=eq%28a%2CRen%C3%A9+B%29", "/x eq(a,René B)"),
        ("/x?filter=eq(a,%F0%9D%95%8F)", "/x eq(a,𝕏)"),
        ("/x?filter=eq(a,%E9%2B)", "/x eq(a,%E9%2B)"),
        ("/x?filter=eq(a,100%)", "/x eq(a,100%)"),
        (
            "/x?filter=eq(a,{{b}}):eq(c,${D}):eq(e,<f g>):eq(h,$I):eq(j,{k})",
            "/x eq(a,…):eq(c,…):eq(e,…):eq(h,…):eq(j,…)",
        ),
        ("{{ host }}/x?filter=eq(a,1)", "}}/x eq(a,1)"),
        ("&filter=eq(a,1)", " eq(a,1)"),
        ("/x?filter=price:>=10&page=1", "/x price:>=10"),
        ("/x?filter%5Ba%5D=b+c&filter[d]=1&e=2", "/x filter[a]=b c&filter[d]=1"),
    ],
)
def test_a_url(text: str, expected: str) -> None:
    assert list_candidates(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "/x?filters=eq(a,1)",
        "/x?my_filter=eq(a,1)",
        "$filter=eq(a,1)",
        "?filters[a]=1",
        "",
    ],
)
def test_no_parameter_called_filter(text: str) -> None:
    assert list_candidates(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?filter=eq(a,1)", "/v2/orders eq(a,1)"),
        ("  &filter=eq(a,1)", "/v2/orders eq(a,1)"),
        ("?page=1&filter=eq(a,1)", "/v2/orders eq(a,1)"),
        ("page=1&filter=eq(a,1)", "/v2/orders eq(a,1)"),
        ("/x?filter=eq(a,1)", "/x eq(a,1)"),
    ],
)
def test_a_query_on_a_line_of_its_own(text: str, expected: str) -> None:
    assert list_candidates(text, "/v2/orders") == [expected]


@for_each(
    ("text", "expected"),
    [
        ("filter=eq(a,1)", ["/v2/orders eq(a,1)"]),
        ("a filter=eq%28a%2C%221%22%29.", ['/v2/orders eq(a,"1")']),
        ("filter=( eq (a,1))", ["/v2/orders ( eq (a,1))"]),
        ("filter='eq(a,\"b+c\")'", ['/v2/orders eq(a,"b+c")']),
        ("filter=eq(a,1", ["/v2/orders eq(a,1"]),
        ("filter=eq(a,1 b", []),
        ("filter=in(a,\n b)", []),
        ("/x?filter=eq(a,filter=eq(b,1))", ["/x eq(a,filter=eq(b,1))"]),
        ("/x?filter=eq(a,1) filter=eq(b,1)", ["/x eq(a,1)", "/v2/orders eq(b,1)"]),
        ("filter=eq(a,1)&filter=eq(b,1)", ["/v2/orders eq(a,1)", "/v2/orders eq(b,1)"]),
        ("my_filter=eq(a,1) $filter=eq(a,1) --filter=eq(a,1) a.filter=eq(a,1)", []),
        ("filter=shout(eq(a,1)) filter=F.eq(a) filter=text('a') filter= eq(a,1)", []),
    ],
)
def test_a_parameter_alone(text: str, expected: list[str]) -> None:
    assert list_candidates(text, "/v2/orders") == expected


def test_several_urls_in_a_text() -> None:
    text = "/x?filter=eq(a,(&/y?filter=eq(b,1)&filter=eq(c,2) and /z?filter=eq(d,3"
    assert list_candidates(text) == ["/x eq(a,(", "&/y eq(b,1)", " eq(c,2)", "/z eq(d,3"]


@pytest.mark.parametrize(
    ("written", "new", "expected"),
    [
        ("eq(a,1)", 'é "x"&#+%', "%C3%A9%20%22x%22%26%23%2B%25"),
        ("eq(a,1)", "(),:|*@$/[]{}!~;.", "(),:|*@$/[]{}!~;."),
        ("eq%28a,1%29", "(a:b", "%28a%3Ab"),
        ("eq(a,1)", "\ud800", None),
    ],
)
def test_new_text_is_encoded_as_far_as_the_old_text(
    written: str, new: str, expected: str | None
) -> None:
    there = decode_percent(MappedText.of_file(written)).map_edit(Edit(Span(0, 2), new))
    assert (there.text if there else None) == expected


@given(st.text("?&filter=eq(),\"'\\% \n{}<>$`aé2", max_size=60))
def test_no_text_raises(text: str) -> None:
    list_candidates(f"?filter={text}")
    mark_placeholders(decode_percent(MappedText.of_file(text)))


@pytest.mark.parametrize(
    "once",
    [
        *("?filter=", "?filter=(", "&filter=\"'(", "a,", "{{", "?filter=%22(%"),
        *("filter=", "filter=eq(", " filter=(", ' filter="', "filter='eq(\"", " filter=eq(a,1)"),
    ],
)
def test_work_is_linear_in_the_size(once: str) -> None:
    def steps(times: int) -> int:
        return count_lines(lambda: list_candidates(f"/x?filter={once * times}"))

    assert steps(400) < 2.3 * steps(200)
