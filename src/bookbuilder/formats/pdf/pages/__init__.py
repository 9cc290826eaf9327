"""Describe runs before and after layout, as data that all other packages share."""
