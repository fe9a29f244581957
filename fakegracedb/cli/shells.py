"""Scripts by which shells complete a command, made from its grammar."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    _Answer = Callable[[list[str], str], str]

__all__ = ["script"]

_FOLDERS = ("DIR",)
_FILES = ("PATH",)


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Give the script for ``bash``, ``zsh`` or ``fish``."""
    return _SCRIPTS[shell](list(_places(parser, "")))


# What can be typed


@dataclass
class _Option:
    flags: list[str]
    help: str
    values: list[str] | None  # None: it takes none
    what: str  # of a value: "folders", "files" or ""


@dataclass
class _Place:
    """What can follow a verb, or the command itself.

    Attributes
    ----------
    path : str
        The words that lead there, each after a blank: `` store init``.
    verbs : dict of str to str
        The verbs that follow, with what they do.
    options : list of _Option
        Those that it takes.
    words : list of str
        What stands for a positional argument.
    what : str
        As of an option; or "command": what follows ``--`` is a command with its arguments.
    """

    path: str
    verbs: dict[str, str] = field(default_factory=dict)
    options: list[_Option] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    what: str = ""

    @property
    def flags(self) -> list[str]:
        return [flag for option in self.options for flag in option.flags]


def _places(parser: argparse.ArgumentParser, path: str) -> Iterator[_Place]:
    """Walk through a grammar."""
    place = _Place(path)
    below = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                place.verbs[choice.dest] = choice.help or ""
                below.append((action.choices[choice.dest], f"{path} {choice.dest}"))
        elif action.option_strings:
            takes = action.nargs != 0
            values = [str(one) for one in action.choices or ()] if takes else None
            option = _Option(list(action.option_strings), action.help or "", values, _what(action))
            place.options.append(option)
        else:
            place.words += [str(one) for one in action.choices or ()]
            place.what = place.what or _what(action)
    yield place
    for inner, where in below:
        yield from _places(inner, where)


def _what(action: argparse.Action) -> str:
    if action.nargs == argparse.REMAINDER:
        return "command"
    if action.metavar in _FOLDERS:
        return "folders"
    return "files" if action.metavar in _FILES else ""


def _quoted(text: str) -> str:
    """Quote a text; only fish is given any with a quote in it, and that is how fish has it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _taking(places: list[_Place]) -> list[str]:
    """Give the options, as any place has them, after which comes a value."""
    found = (o for place in places for o in place.options if o.values is not None)
    return sorted({flag for option in found for flag in option.flags})


# bash and zsh: a function that goes along the words and then looks up what may follow


def _bash(places: list[_Place]) -> str:
    return _FUNCTION.format(
        words='"${COMP_WORDS[@]:1:COMP_CWORD-1}"',
        begin='    local cur="${COMP_WORDS[COMP_CWORD]}"\n    COMPREPLY=()',
        known=_known(places),
        commands=_known([place for place in places if place.what == "command"]),
        taking="|".join(_taking(places)),
        values=_cases(_values(places), _bash_answer),
        verbs=_cases(_follow(places), _bash_answer),
        command='(( rest == COMP_CWORD )) && COMPREPLY=($(compgen -c -- "$cur"))',
        end="complete -o bashdefault -F _fakegracedb fakegracedb",
    )


def _zsh(places: list[_Place]) -> str:
    return _FUNCTION.format(
        words='"${(@)words[2,CURRENT-1]}"',
        begin='    local cur="${words[CURRENT]}"',
        known=_known(places),
        commands=_known([place for place in places if place.what == "command"]),
        taking="|".join(_taking(places)),
        values=_cases(_values(places), _zsh_answer),
        verbs=_cases(_follow(places), _zsh_answer),
        command="shift $((rest)) words; (( CURRENT -= rest )); _normal",
        end="compdef _fakegracedb fakegracedb",
    )


_FUNCTION = """\
_fakegracedb() {{
    local place="" value="" word rest=1
{begin}
    for word in {words}; do
        (( rest += 1 ))
        if [[ -n $value ]]; then value=""; continue; fi
        if [[ $word == -- ]]; then
            case "$place" in
                {commands}) {command} ;;
            esac
            return
        fi
        case "$word" in
            {taking}) value="$word"; continue ;;
        esac
        case "$place $word" in
            {known}) place="$place $word" ;;
        esac
    done
    if [[ -n $value ]]; then
        case "$place $value" in
{values}
        esac
        return
    fi
    case "$place" in
{verbs}
    esac
}}
{end}"""


def _known(places: list[_Place]) -> str:
    return "|".join(_quoted(place.path) for place in places if place.path)


def _values(places: list[_Place]) -> Iterator[tuple[str, list[str], str]]:
    """Give what may follow an option at each place."""
    for place in places:
        for option in place.options:
            if option.values or option.what:
                for flag in option.flags:
                    yield f"{place.path} {flag}", option.values or [], option.what


def _follow(places: list[_Place]) -> Iterator[tuple[str, list[str], str]]:
    """Give what may stand at each place."""
    for place in places:
        yield place.path, [*place.verbs, *place.words, *place.flags], place.what


def _cases(rows: Iterator[tuple[str, list[str], str]], answer: _Answer) -> str:
    lines = (f"            {_quoted(case)}) {answer(words, what)} ;;" for case, words, what in rows)
    return "\n".join(lines)


def _bash_answer(words: list[str], what: str) -> str:
    calls = []
    if words:
        calls.append(f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$cur"))')
    if what in ("folders", "files"):
        kind = "-d" if what == "folders" else "-f"
        calls.append(f"local IFS=$'\\n'; COMPREPLY+=($(compgen {kind} -- \"$cur\"))")
    return "; ".join(calls)


def _zsh_answer(words: list[str], what: str) -> str:
    calls = []
    if words:
        calls.append(f"compadd -- {' '.join(words)}")
    if what in ("folders", "files"):
        calls.append("_files -/" if what == "folders" else "_files")
    return "; ".join(calls)


# fish: a line for all that may be typed, with the place at which


def _fish(places: list[_Place]) -> str:
    lines = [
        _FISH.format(
            taking=" ".join(_taking(places)),
            known=" ".join(_quoted(place.path) for place in places if place.path),
        )
    ]
    for place in places:
        at = f"complete -c fakegracedb -n \"__fakegracedb_at '{place.path}'\""
        lines += [f"{at} -a {verb} -d {_quoted(text)}" for verb, text in place.verbs.items()]
        lines += [f"{at} -a {word}" for word in place.words]
        if place.what == "command":
            rest = f"complete -c fakegracedb -n \"__fakegracedb_at '{place.path} --'"
            first = "test (commandline -opc)[-1] = --"
            lines.append(f'{rest}" -F')
            lines.append(f"{rest}; and {first}\" -a '(__fish_complete_command)'")
        elif place.what:
            lines.append(f"{at} {_fish_files(place.what)}")
        lines += [f"{at} {_fish_option(option)}" for option in place.options]
    return "\n".join(lines)


_FISH = """\
function __fakegracedb_at
    set -l place ''
    set -l value 0
    for word in (commandline -opc)[2..-1]
        if test $value = 1
            set value 0
        else if test "$word" = --
            set place "$place --"
            break
        else if contains -- $word {taking}
            set value 1
        else if contains -- "$place $word" {known}
            set place "$place $word"
        end
    end
    test "$place" = "$argv[1]"
end
complete -c fakegracedb -f"""


def _fish_option(option: _Option) -> str:
    parts = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    ]
    if option.values is not None:
        parts.append("-r" if option.what == "files" else "-x")
        if option.values:
            parts.append(f"-a {_quoted(' '.join(option.values))}")
        if option.what:
            parts.append(_fish_files(option.what))
    return " ".join([*parts, f"-d {_quoted(option.help)}"])


def _fish_files(what: str) -> str:
    return "-F" if what == "files" else "-a '(__fish_complete_directories)'"


_SCRIPTS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
