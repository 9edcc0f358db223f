"""Replicas: small servers that speak as the sources do, with made-up pages around real labels and real facts."""
