"""The frozen values that flow through lintimg. Imports nothing of ours.

NamedTuples rather than dataclasses: a cold `lintimg check` defines every one of
them, and a NamedTuple costs a tenth of a frozen dataclass to define.
"""
