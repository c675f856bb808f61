"""Public files as their publishers give them out: bytes in, typed rows out, with every fault of the file told.

Those that make a map by themselves are also formats, which are only read and only by their name: no ending tells them.
"""

from __future__ import annotations

from loaders.codec import Format

PUBLIC_FORMATS: tuple[Format, ...] = (
    Format(name="govuk_organisations", title="GOV.UK organisations, JSON", suffixes=(), module="loaders.public.govuk", writes=False),
    Format(name="mysociety_councils", title="mySociety's councils, CSV", suffixes=(), module="loaders.public.mysociety", writes=False),
    Format(name="ons_boards", title="Integrated care boards, CSV", suffixes=(), module="loaders.public.ons", writes=False),
    Format(name="cqc_directory", title="CQC care directory, CSV", suffixes=(), module="loaders.public.cqc", writes=False),
)


def public_format(name: str) -> Format | None:
    """The public format of a name, however spelled, or None."""
    plain = name.strip().lower().replace("-", "_")
    return next((known for known in PUBLIC_FORMATS if known.name == plain), None)
