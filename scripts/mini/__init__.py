"""Paints, captions and trains the embedded model `mini`; see README.md."""
