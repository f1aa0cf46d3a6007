"""The rules: one file a rule, named by its code, and one file for the family of syntax mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.linter.rules import (
    epf201,
    epf202,
    epf203,
    epf204,
    epf205,
    epf206,
    epf207,
    epf208,
    epf209,
    epf301,
    epf302,
    epf303,
    epf304,
    epf305,
    epf306,
    epf401,
    epf402,
    epf403,
    epf404,
    epf405,
    epf406,
    epf407,
    epf408,
    epf409,
    epf410,
    epf411,
    epf501,
    syntax,
)

if TYPE_CHECKING:
    from epfilter.linter.engine import Rule

ALL: tuple[Rule, ...] = (
    *syntax.RULES,
    epf201.RULE,
    epf202.RULE,
    epf203.RULE,
    epf204.RULE,
    epf205.RULE,
    epf206.RULE,
    epf207.RULE,
    epf208.RULE,
    epf209.RULE,
    epf301.RULE,
    epf302.RULE,
    epf303.RULE,
    epf304.RULE,
    epf305.RULE,
    epf306.RULE,
    epf401.RULE,
    epf402.RULE,
    epf403.RULE,
    epf404.RULE,
    epf405.RULE,
    epf406.RULE,
    epf407.RULE,
    epf408.RULE,
    epf409.RULE,
    epf410.RULE,
    epf411.RULE,
    epf501.RULE,
)
"""In the order of the codes."""
