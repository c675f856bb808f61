"""What the driver raises, in the words of the house: what happened, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schema.errors import StoreError, StoreUnavailable


class StoreRefused(StoreUnavailable):
    """The server is there and says no: a wrong password, a database that is not there. Trying again does not help."""

    def is_retryable(self) -> bool:
        return False


class StoreAway(StoreUnavailable):
    """Nobody answers at the address: down, restarting, or behind a broken line."""


class AlreadyMade(StoreError):
    """A constraint or index that somebody else made while we were about to; never shown."""


_ALREADY_MADE = ("SchemaRuleAlreadyExists", "IndexAlreadyExists", "ConstraintAlreadyExists", "NameAlreadyExists")

_REFUSALS = {
    "Neo.ClientError.Security.Unauthorized": "refuses the name or password; set NEO4J_USERNAME, and NEO4J_PASSWORD or NEO4J_PASSWORD_FILE",
    "Neo.ClientError.Security.AuthenticationRateLimit": "refuses after too many wrong passwords; wait a little and set the right one",
    "Neo.ClientError.Security.CredentialsExpired": "wants its first password changed: ALTER CURRENT USER SET PASSWORD FROM ... TO ...",
    "Neo.ClientError.Security.Forbidden": "does not allow this name to do that; give it the rights to read, write and make indexes",
    "Neo.ClientError.Database.DatabaseNotFound": "has no such database; name another with ?database=",
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": "is read-only; nothing was written",
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": "is read-only; nothing was written",
    "Neo.ClientError.Statement.AccessMode": "is read-only; nothing was written",
}


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turns the driver's errors into StoreUnavailable or StoreError, with the server named and no secret in the text."""
    from neo4j import exceptions as neo

    try:
        yield
    except neo.Neo4jError as fault:
        raise _of_server(name, fault) from fault
    except (neo.ServiceUnavailable, neo.SessionExpired, OSError) as fault:
        raise StoreAway(
            f"{name} does not answer ({type(fault).__name__}). Look whether the server is running and the address right, then try again."
        ) from fault
    except neo.ConfigurationError as fault:
        raise StoreRefused(f"{name} cannot be reached this way: {fault}") from fault
    except neo.DriverError as fault:
        raise StoreAway(f"The connection to {name} failed ({type(fault).__name__}); try again.") from fault


def _of_server(name: str, fault: Exception) -> StoreError:
    code = str(getattr(fault, "code", "") or "")
    message = str(getattr(fault, "message", "") or "")
    said = _REFUSALS.get(code)
    if said is not None:
        return StoreRefused(f"{name} {said}.")
    if code.startswith("Neo.ClientError.Schema") and code.endswith(_ALREADY_MADE):
        return AlreadyMade(f"{name} has it already ({code}).")
    if "TransactionTimedOut" in code or "TransactionTerminated" in code or "LockClientStopped" in code:
        return StoreUnavailable(f"{name} took longer than allowed and was stopped; nothing was changed. Ask for less, or try again.")
    if "MemoryPoolOutOfMemory" in code or "TransactionOutOfMemory" in code:
        return StoreUnavailable(f"{name} has too little memory for this; nothing was changed. Raise dbms.memory.transaction.total.max.")
    if code.startswith("Neo.TransientError") or "DatabaseUnavailable" in code:
        return StoreUnavailable(f"{name} is busy or starting ({code}); nothing was changed. Try again.")
    if code.startswith("Neo.DatabaseError"):
        return StoreUnavailable(f"{name} failed inside ({code}); nothing was changed. Look at its log, its disk and its memory.")
    if "AuthenticationRateLimit" in code or code.startswith("Neo.ClientError.Security"):
        return StoreRefused(f"{name} refuses: {code}.")
    return StoreError(f"{name} does not understand what caremap asks ({code}): {message[:300]}")
