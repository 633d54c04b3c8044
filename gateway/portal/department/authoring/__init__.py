"""Writing items, documents and drafts in the browser, for people who know the policy and no code."""
