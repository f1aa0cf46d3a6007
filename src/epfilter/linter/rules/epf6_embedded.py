"""EPF601 to EPF608: the documentation of findings around filters in programs and text files.

The findings themselves come from `epfilter.linter.files`.
"""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.definitions import Example, Rule

RULES = (
    Rule(
        code="EPF601",
        title="Filter built by interpolation",
        explanation=(
            "A program inserts values into the text of a filter: with an f-string, `%`, `.format`, "
            "`+` or a template literal, or by joining a list. A value that contains `)|eq(` turns "
            "it into another filter, and a value with a comma or a quote causes an error. The "
            "builder, `orders.payment.eq(value)` of a resource, `Template`, and `from_template` "
            "with a t-string of Python 3.14 keep every value a single operand. Numbers, dates, "
            "UUIDs, literal types, and values in quotes that a function escapes are not reported. "
            "If another value cannot be dangerous, add a comment `epfilter: ignore[EPF601]`."
        ),
        bad=Example(
            'client.get("/v2/orders", params={"filter": f"eq(email,{email})"})\n', name="shop.py"
        ),
        good=Example(
            'client.get("/v2/orders", params={"filter": str(F.email.eq(email))})\n', name="shop.py"
        ),
        source="this project's decision; the platform's own SDKs concatenate.",
    ),
    Rule(
        code="EPF602",
        title="Unused ignore comment",
        explanation=(
            "A comment suppresses findings, but there are none. Either the problem has been fixed, "
            "or the comment is in the wrong place: it must be on the line of the filter, or on a "
            "line of its own above it. A comment that ignores EPF602 is never reported as unused."
        ),
        bad=Example("eq(a,1)  # epfilter: ignore[EPF301]\n", name="shop.filter"),
        good=Example("in(a,1)  # epfilter: ignore[EPF405]\n", name="shop.filter"),
        source="this project's decision.",
    ),
    Rule(
        code="EPF603",
        title="Invalid linter comment",
        explanation=(
            "A comment begins with `epfilter:`, but what follows is not a directive, or the code "
            "or the resource does not exist. The directives are `ignore`, `ignore[CODES]`, "
            "`ignore-file`, `ignore-file[CODES]`, `resource=NAME` and `resource=none`. Codes are "
            "also read without brackets: `ignore(EPF601)`, `ignore: EPF601`, `ignore=EPF601` and "
            "`ignore EPF601` mean `ignore[EPF601]`."
        ),
        bad=Example("eq(a,1)  # epfilter: ignore[EPF999]\n", name="shop.filter"),
        good=Example("eq(payment,paid)  # epfilter: resource=orders\n", name="shop.filter"),
        source="this project's decision.",
    ),
    Rule(
        code="EPF604",
        title="SDK filter not sent as written",
        explanation=(
            "The JavaScript SDK makes a filter from an object, and sends another one than the "
            "object describes. It escapes nothing: a comma, a parenthesis or a quote in a value "
            "ends the value, unless the value stands in double quotes inside its text, and `&`, "
            "`#` and `+` change the URL. It ignores `or` without an array, puts several fields of "
            "a nested object into one call, and cannot send objects that are nested deeper. Of "
            "several members with one name, JavaScript keeps the last. The PHP SDK escapes nothing "
            "either, and ignores the operators that are newer than it, such as `ge`."
        ),
        bad=Example('Moltin.Customers.Filter({ eq: { name: "Poe, Ron" } }).All();\n', name="a.js"),
        good=Example(
            "Moltin.Customers.Filter({ eq: { name: '\"Poe, Ron\"' } }).All();\n", name="a.js"
        ),
        source=(
            "github.com/elasticpath/js-sdk, src/utils/formatQueryString.js; "
            "github.com/moltin/php-sdk, src/Filter.php."
        ),
        severity=Severity.ERROR,
    ),
    Rule(
        code="EPF605",
        title="Unknown type of job",
        explanation=(
            "The `job_type` of a payload is written differently than the platform writes it. Only "
            "spellings of a known type are reported. The filter is checked as one for that type."
        ),
        bad=Example(
            "# for Elastic Path\njob_type: order-export\nfilter: eq(payment,paid)\n",
            name="job.yaml",
        ),
        good=Example(
            "# for Elastic Path\njob_type: order_export\nfilter: eq(payment,paid)\n",
            name="job.yaml",
        ),
        source="Exporter Service API 1.0, OpenAPI document.",
        severity=Severity.WARNING,
    ),
    Rule(
        code="EPF606",
        title="Filter in the parameter of multi-search",
        explanation=(
            "The parameter `filter_by` of `POST /catalog/multi-search` has a language of its own, "
            "as in `price:>=10`. The platform responds to a filter in it with `Could not parse the "
            "filter query.` It is searched in programs, data files and the bodies of requests."
        ),
        bad=Example(
            '{"url": "https://useast.api.elasticpath.com/x", "filter_by": "ge(price,10)"}\n',
            name="search.json",
        ),
        good=Example(
            '{"url": "https://useast.api.elasticpath.com/x", "filter_by": "price:>=10"}\n',
            name="search.json",
        ),
        source="the platform's documentation of multi-search (2026).",
        severity=Severity.WARNING,
    ),
    Rule(
        code="EPF607",
        title="Offset beyond the last page",
        explanation=(
            "Pages of a listing end at `page[offset]=10000`: this is a firm limit of orders and "
            "files, and advice for other listings. To read everything, sort by `created_at`, and "
            "filter by the last value of the page before."
        ),
        bad=Example(
            "GET https://useast.api.elasticpath.com/v2/orders?filter=eq(payment,paid)"
            "&page[offset]=10100\n",
            name="orders.http",
        ),
        good=Example(
            "GET https://useast.api.elasticpath.com/v2/orders"
            "?filter=eq(payment,paid):ge(created_at,2024-01-01T00:00:00Z)&sort=created_at\n",
            name="orders.http",
        ),
        source="the platform's guide to pagination.",
        severity=Severity.INFO,
    ),
    Rule(
        code="EPF608",
        title="Filter with a value from a request",
        severity=Severity.ERROR,
        explanation=(
            "A program inserts what its caller sends into the text of a filter: a parameter of the "
            "route or of the query, a form field, a header. With a value such as `x)|eq(a,b` the "
            "caller chooses the filter, and reads objects of others. The builder keeps the value "
            "a single operand; in other languages, write quotes around it, and escape it. A value "
            "that is converted to a number, or escaped, is not reported."
        ),
        bad=Example(
            'email = request.args["email"]\n'
            'client.get("/v2/orders", params={"filter": f"eq(email,{email})"})\n',
            name="shop.py",
        ),
        good=Example(
            'email = request.args["email"]\n'
            'client.get("/v2/orders", params={"filter": F.email.eq(email)})\n',
            name="shop.py",
        ),
        source="this project's decision; CWE-943, improper neutralization in query logic.",
    ),
)
