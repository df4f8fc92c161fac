"""The product while processes, servers and networks fail."""
