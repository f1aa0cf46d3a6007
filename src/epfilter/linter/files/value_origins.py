"""What programs write for values that come from a request, and for those that are safe: one table.

To support another framework, add a row with an example.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property, lru_cache


class Origin(Enum):
    """What is certain about a value.

    A `REQUEST` value is what a caller of the program sends. A `SAFE` value contains no character
    that ends an operand: a number, a UUID, a date, one of a few texts, or a text in quotes that a
    function escapes.
    """

    UNKNOWN = auto()
    REQUEST = auto()
    SAFE = auto()


class Form(Enum):
    """What the pattern of a row is compared with.

    A `PART` stands anywhere in an expression, and an `EXPRESSION` is all of it. A `TYPE` is that
    of a parameter or variable. A `DECLARATION` stands before the filter and declares a name, with
    NAME for it in the pattern: its `type` decides, or else its `value`, or the `object` that it is
    a member of, or else the row.
    """

    PART = auto()
    EXPRESSION = auto()
    TYPE = auto()
    DECLARATION = auto()


@dataclass(frozen=True)
class Idiom:
    """A row: what is certain about the values that a pattern matches; `examples` are some."""

    origin: Origin
    form: Form
    pattern: str
    examples: tuple[str, ...]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern, of a row that is not a declaration."""
        return re.compile(self.pattern, re.VERBOSE | re.DOTALL)


_OBJECT = r"\b(?:req|request|ctx|context|event|route|router|\$route)\b[?!]?"
_INNER = r"(?:\.(?:req|request|nextUrl|currentRoute|value)\b[?!]?|\.getCurrentRequest\(\))?"
_MEMBER = r"""(?:query|params|param|body|args|GET|POST|form|values|query_params|path_params
  |queryParams|pathParams|query_parameters|match_info|cookies|headers|searchParams|input
  |queryStringParameters|pathParameters|parameters|getQueryParams|get_json|json|(?<=>)get)\b"""
_ARGUMENTS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_TEXT = r"""["'][\w .-]*["']"""
_TYPE = r"(?P<type>[^=\n,;)]{1,60})"

IDIOMS = (
    Idiom(Origin.REQUEST, Form.PART, rf"{_OBJECT}{_INNER}(?:\.|->){_MEMBER}", (
        "req.query.email", "request.args['email']", "ctx.request.body.email",
        "event.pathParameters.id", "$request->get('email')", "this.$route.query.email",
        "request.GET.get('email')",
    )),
    Idiom(Origin.REQUEST, Form.PART, r"\b(?:search_?|url\.search)[pP]arams\.(?:get|getAll)\(", (
        "searchParams.get('email')", "url.searchParams.getAll('id')",
    )),
    Idiom(Origin.REQUEST, Form.PART, r"\buse(?:Search)?Params\(", ("useParams().id",)),
    Idiom(Origin.REQUEST, Form.PART, r"\$_(?:GET|POST|REQUEST|COOKIE)\b", ("$_GET['email']",)),
    Idiom(Origin.REQUEST, Form.PART, r"\bparams(?:\[:\w|\.(?:require|permit|fetch|dig)\b)", (
        "params[:email]", "params.fetch(:email)",
    )),
    Idiom(Origin.REQUEST, Form.PART, r"""\.URL\.Query\(\) | \bmux\.Vars\( | \bURLParam\(
      | \bc\.(?:Query|Param)\(
      | \.(?:FormValue|PathValue|QueryParam|PostForm|DefaultQuery)\(""", (
        'r.URL.Query().Get("email")', 'mux.Vars(r)["id"]', 'chi.URLParam(r, "id")', 'c.Param("id")',
        'r.FormValue("email")',
    )),
    Idiom(Origin.REQUEST, Form.PART, r"\.getParameter\(", ('http.getParameter("email")',)),
    Idiom(
        Origin.REQUEST, Form.PART, r"\bRequest\.(?:Query|Form|RouteValues|Cookies|Headers)\b", (
            'Request.Query["email"]',
        )
    ),
    Idiom(Origin.REQUEST, Form.PART, r"\bcall\.(?:parameters|request\.queryParameters)\b", (
        'call.parameters["email"]', 'call.request.queryParameters["email"]',
    )),
    Idiom(Origin.SAFE, Form.EXPRESSION, r"\d+", ("100",)),
    Idiom(Origin.SAFE, Form.EXPRESSION, r"\(int\)\s*\S+", ("(int) $total",)),
    Idiom(Origin.SAFE, Form.EXPRESSION, rf"""(?:int|float|len|round|Number|parseInt|parseFloat
      |BigInt|Math\.\w+|Date\.now|intval|floatval|count|strlen|Integer\.parseInt|Long\.parseLong|int\.Parse
      |Guid\.Parse|strconv\.Itoa|uuid\.uuid\d|uuid\d|uuid\.UUID|UUID|crypto\.randomUUID|randomUUID)
      {_ARGUMENTS}""", ("int(total)", "Number(req.query.total)", "Math.floor(a / f(b))")),
    Idiom(Origin.SAFE, Form.EXPRESSION, r"""(?:new\s+)?[^+|&?\s]*\.(?:length|toISOString\(\)
      |isoformat\(\)|getTime\(\)|toFixed\(\d*\)|to_i|strftime\(.*\))""", (
        "ids.length", "new Date().toISOString()", "day.isoformat()", "params[:total].to_i",
        "day.strftime('%Y-%m-%d')",
    )),
    Idiom(Origin.SAFE, Form.EXPRESSION, r"[^:]+:[^:{}]*(?:[dfeg]|%[YmdHMSjyB].*)", (
        "total:d", "day:%Y-%m-%d",
    )),
    Idiom(Origin.SAFE, Form.TYPE, r"""u?int(?:8|16|32|64)?|[iu](?:8|16|32|64|size)|float|double
      |Double|Float|Int|Long|long|Integer|number|bigint|bool(?:ean)?|Boolean|Decimal|decimal(?:\.Decimal)?
      |(?:uuid\.)?U[Uu][Ii][Dd]|Guid|(?:datetime\.)?date(?:time)?|LocalDate|Instant|NaiveDate""", (
        "int", "u64", "number", "uuid.UUID", "LocalDate",
    )),
    Idiom(Origin.SAFE, Form.TYPE, rf"\|?\s*(?:{_TEXT}\s*(?:\||\Z)\s*)+", ('"paid" | "unpaid"',)),
    Idiom(Origin.SAFE, Form.TYPE, rf"Literal\[(?:{_TEXT}\s*,?\s*)+\]?", ('Literal["a", "b"]',)),
    Idiom(
        Origin.REQUEST, Form.DECLARATION,
        r"(?:@(?:RequestParam|PathVariable|QueryParam|PathParam)|\[From(?:Query|Route|Body|Form)\])"
        r"[^,)]{0,80}?\s+(?:(?P<type>\w+)\s+)?NAME\b(?:\s*:\s*(?P<type_after>\w+))?",
        ("(@RequestParam String email)", "[FromQuery] string email", "@QueryParam email: String"),
    ),
    Idiom(
        Origin.UNKNOWN, Form.DECLARATION,
        rf"(?<![\w.])[$@]?NAME\b\s*(?::\s*{_TYPE})?\s*:?=(?![=>])\s*(?P<value>[^\n;]+)",
        ("email = find();", "$email = $_GET['email'];", "email: string = a", "email := find()"),
    ),
    Idiom(
        Origin.UNKNOWN, Form.DECLARATION,
        r"\{[^{}]{0,200}\bNAME\b[^{}]{0,200}\}\s*=\s*(?P<object>[^\n;]+)",
        ("const { email } = req.query;", "const { id, email = '' } = await params"),
    ),
    Idiom(
        Origin.UNKNOWN, Form.DECLARATION,
        rf"(?<![\w.])NAME\??\s*:\s*{_TYPE}",
        ("(email: string)", "(email?: number, b)"),
    ),
    Idiom(
        Origin.UNKNOWN, Form.DECLARATION,
        r"(?<![\w.])(?P<type>\w[\w.]{0,40})\s+[$]?NAME\s*[,)=;]",
        ("(int email)", "(string $email, int $n)"),
    ),
)  # fmt: skip
"""The rows. Of several declarations at one place, the first row counts.

Sources: the documentation of the standard libraries and of Express, Koa, Next.js, Nuxt, Vue Router,
React Router, Flask, FastAPI, Django, aiohttp, Laravel, Symfony, Rails, net/http, gorilla/mux, chi,
Echo, Gin, the Servlet API, Spring, JAX-RS, ASP.NET Core, Ktor and AWS Lambda.
"""


def find_origin(text: str, *forms: Form) -> Origin:
    """Return what the first matching row of the forms shows, other than those of declarations.

    >>> find_origin("req.query.email", Form.PART), find_origin("email", Form.PART)
    (<Origin.REQUEST: 2>, <Origin.UNKNOWN: 1>)
    """
    for idiom in IDIOMS:
        if idiom.form in forms:
            is_part = idiom.form is Form.PART
            if idiom.regex.search(text) if is_part else idiom.regex.fullmatch(text):
                return idiom.origin
    return Origin.UNKNOWN


@lru_cache(maxsize=256)
def compile_declarations(name: str) -> tuple[tuple[Origin, re.Pattern[str]], ...]:
    """Return the origin and the pattern of each row of declarations, for this name."""
    pattern = f"(?P<name>{re.escape(name)})"
    return tuple(
        (idiom.origin, re.compile(idiom.pattern.replace("NAME", pattern)))
        for idiom in IDIOMS
        if idiom.form is Form.DECLARATION
    )
