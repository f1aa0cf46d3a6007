"""The rules of the linter.

A rule with a check has a file of its own, `epfNNN_` and its title. Rules without a check document
diagnostics of other packages and share one file per family, such as `epf1_syntax`.
`epfilter.linter.registry` lists all rules.
"""
