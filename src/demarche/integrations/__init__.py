"""Demarche inside other people's tools: a component of a spaCy pipeline, and a display in notebooks."""
