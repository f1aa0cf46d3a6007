"""The language as regular expressions, made from grammar/filter.lark; not to be edited.

`python tests/support/write_patterns.py` makes this file, and a test compares. It saves
the first `parse` from compiling the grammar.
"""

# ruff: noqa: E501 - a pattern is one line

SPACE = "[ \t\r\n]*+"
BARE = "[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*"
QUOTED = "(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*')|(?:\"\"|'')"
COMPARISON = "((?>(?:contains|ilike|like|text|eq|gt|ge|lt|le)))[ \t\r\n]*+(?>\\()[ \t\r\n]*+((?>(?>[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*)|(?>(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*'))))[ \t\r\n]*+(?>,)[ \t\r\n]*+((?>(?>[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*)|(?>(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*'))|(?>(?:\"\"|''))))[ \t\r\n]*+(?>\\))"
MEMBERSHIP = "((?>(?:contains_any|contains_all|in)))[ \t\r\n]*+(?>\\()[ \t\r\n]*+((?>(?>[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*)|(?>(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*'))))[ \t\r\n]*+((?:(?>,)[ \t\r\n]*+(?>(?>[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*)|(?>(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*'))|(?>(?:\"\"|'')))[ \t\r\n]*+)++)[ \t\r\n]*+(?>\\))"
IS_NULL = "((?>is_null))[ \t\r\n]*+(?>\\()[ \t\r\n]*+((?>(?>[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*)|(?>(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*'))))[ \t\r\n]*+(?>\\))"
VALUE = "(?>(?>[A-Za-z0-9@$_*.{}|+:\\/\\[\\]-][A-Za-z0-9@$_*.{}|+:\\/\\[\\] -]*)|(?>(?:\"(?!\")[^\"\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^\"\\\\\ud800-\udfff]*)*\"|'(?!')[^'\\\\\ud800-\udfff]*(?:\\\\[^\ud800-\udfff][^'\\\\\ud800-\udfff]*)*'))|(?>(?:\"\"|'')))"
OPENING = "("
CLOSING = ")"
COMMA = ","
AND = ":"
OR = "|"
