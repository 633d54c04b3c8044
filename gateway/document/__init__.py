"""What the OpenAPI document says in words and examples, and how programs that make clients of it can read it.

It owns the sentences about fields (`fields.toml`, `meanings.toml`), the values that examples are put together from
(`examples.toml`), and no route and no contract: those are described as they are (`gateway.openapi`).
"""
