"""What people may ask of us about their own data: a copy of it, its erasure, and what they agreed to."""
