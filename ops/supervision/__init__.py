"""Keeping the web server and the worker alive, and ending them completely."""
