"""The query of react-querybuilder, a visual builder of filters for web pages, as JSON.

    {"combinator": "and", "rules": [{"field": "status", "operator": "=", "value": "paid"}, …]}

Source: the types RuleGroupType and Field, and the export to SQL, of react-querybuilder 8.
"""

from __future__ import annotations

from epfilter.targets.rqb.fields import rqb_fields
from epfilter.targets.rqb.reader import from_rqb
from epfilter.targets.rqb.writer import render_rqb, to_rqb

__all__ = ["from_rqb", "render_rqb", "rqb_fields", "to_rqb"]
