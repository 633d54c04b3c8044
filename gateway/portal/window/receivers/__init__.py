"""Receivers that are no applicants: confirmed, named and corrected at the counter."""
