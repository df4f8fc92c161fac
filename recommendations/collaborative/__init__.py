"""Engines that score items by what people with like histories took: signals, and a blend of them."""
