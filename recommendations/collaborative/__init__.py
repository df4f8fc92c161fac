"""Engines that score items by what people with like histories took: signals, and a blend of them.

SciPy is imported where it is used: it takes a third of a process's start, and most never need it.
"""
