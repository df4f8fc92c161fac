"""Practice items that a model writes: asked for, read, and checked before anybody is given one."""
