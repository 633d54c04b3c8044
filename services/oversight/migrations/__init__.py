"""The history of oversight's own tables."""
