"""The chat page: questions on the left, the bulletin's own words on the right."""
