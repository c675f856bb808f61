"""The GraphQL door. Strawberry is known to this folder only, and is imported with its first use."""
