"""The rules of the linter.

A rule with a check of its own is in a file that bears its code. Rules that only document
diagnostics of other packages share one file per family. `epfilter.linter.registry` lists them all.
"""
