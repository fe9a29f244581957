"""Names of a package that are loaded when they are first asked for (PEP 562)."""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["lazy_names"]


def lazy_names(
    package: dict[str, object], homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Give a package's ``__getattr__`` and ``__dir__``.

    Parameters
    ----------
    package : dict
        Its `globals()`.
    homes : mapping of str
        The module below the package that has a name, for each of these.
    """

    def found(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f".{home}", str(package["__name__"])), name)
        package[name] = value  # from now on it is found without coming here
        return value

    def names() -> list[str]:
        return sorted({*package, *package["__all__"]})  # type: ignore[misc]

    return found, names
