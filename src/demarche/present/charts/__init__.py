"""The charts of the analyses as Vega-Lite specifications with their data inside: the same for a file and for a page."""
