"""Keep the catalogues of translated texts: one domain per owner, named like it, in the owner's ``translations``.

usage: messages.py update | compile | check

update   collects the texts from code and templates and adds the new ones, untranslated, to each catalogue
compile  writes the binary catalogues that the application reads
check    fails, naming each text, when a catalogue lacks a text, keeps one that is gone, does not translate it, or
         translates it otherwise than another catalogue: on one page a text has one translation
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import TemplateSyntaxError

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "cuocthi": ROOT / "platform" / "cuocthi",
    "quiz": ROOT / "plugins" / "quiz" / "cuocthi_quiz",
    "prizes": ROOT / "plugins" / "prizes" / "cuocthi_prizes",
    "publishing": ROOT / "plugins" / "publishing" / "cuocthi_publishing",
    "inquiries": ROOT / "plugins" / "inquiries" / "cuocthi_inquiries",
    "overall": ROOT / "plugins" / "overall" / "cuocthi_overall",
    "guess": ROOT / "examples" / "plugins" / "guess" / "cuocthi_guess",
}
LANGUAGES = ["vi"]
TEMPLATE_OPTIONS = {"silent": "false", "trimmed": "true"}
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "T": None, "TN": (1, 2)}

# Line, text or its singular and plural, comments, context: as Babel gives them.
Extracted = tuple[int, str | tuple[str, ...], list[str], str | None]


def extract(owner: str) -> Catalog:
    """Return a template with all texts that the owner's code and templates mark for translation."""
    template = Catalog(domain=owner, project=owner)
    package = PACKAGES[owner]
    for source in sorted(package.rglob("*")):
        if source.suffix == ".py":
            found = extract_from_file("python", source, KEYWORDS, ("Note:",))
        elif source.is_file() and "templates" in source.relative_to(package).parts:
            found = extract_from_template(source)
        else:
            continue
        for _, text, comments, context in found:
            # Without line numbers a catalogue changes only when a text does.
            location = source.relative_to(package.parent).as_posix()
            template.add(text, locations=[(location, 0)], auto_comments=comments, context=context)
    return template


def extract_from_template(source: Path) -> list[Extracted]:
    """Return the texts of a Jinja template; its syntax errors name the file."""
    try:
        return extract_from_file("jinja2", source, KEYWORDS, ("Note:",), TEMPLATE_OPTIONS)
    except TemplateSyntaxError as error:
        error.add_note(f"in {source.relative_to(ROOT)}, line {error.lineno}")
        raise


def path(owner: str, language: str) -> Path:
    """Return where the owner's catalogue of a language is."""
    return PACKAGES[owner] / "translations" / language / "LC_MESSAGES" / f"{owner}.po"


def read(owner: str, language: str) -> Catalog:
    """Return the owner's catalogue of a language; an empty one when there is none yet."""
    try:
        with path(owner, language).open("rb") as file:
            return read_po(file, locale=language, domain=owner)
    except FileNotFoundError:
        header = f"# Texts of {owner} in the language {language}."
        return Catalog(locale=language, domain=owner, project=owner, header_comment=header, fuzzy=False)


def update(owner: str, language: str) -> None:
    """Add new texts to the catalogue and drop those that are gone."""
    template, catalogue = extract(owner), read(owner, language)
    if not len(template) and not len(catalogue):
        return
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    target = path(owner, language)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False, sort_by_file=True, ignore_obsolete=True)


def compile_catalogue(owner: str, language: str) -> None:
    """Write the binary form beside the catalogue, if there is one."""
    source = path(owner, language)
    if source.exists():
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(owner, language))


def faults(owner: str, language: str) -> Iterator[str]:
    """Yield what is wrong with the catalogue, a line for each text."""
    template, catalogue = extract(owner), read(owner, language)
    wanted, present = keys(template), keys(catalogue)
    for key in wanted - present:
        yield f"missing (run make messages): {key[0]!r}"
    for key in present - wanted:
        yield f"no longer used (run make messages): {key[0]!r}"
    for message in texts(catalogue):
        if message.fuzzy or not all(strings(message)):
            yield f"not translated: {message.id!r}"
        yield from (f"{error}: {message.id!r}" for error in message.check(catalogue))


def conflicts(language: str) -> Iterator[tuple[str, str]]:
    """Yield each owner, with a line for each text that an owner before it translates otherwise."""
    first: dict[tuple[object, str | None], tuple[str, Sequence[str]]] = {}
    for owner in PACKAGES:
        for message in texts(read(owner, language)):
            other, said = first.setdefault((message.id, message.context), (owner, strings(message)))
            if said != strings(message):
                yield owner, f"translated otherwise than in {other} (say it in other English words): {message.id!r}"


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Yield the catalogue's messages without its header."""
    return (message for message in catalogue if message.id)


def strings(message: Message) -> Sequence[str]:
    """Return the message's translations, one for each plural form."""
    return [message.string] if isinstance(message.string, str) else message.string or [""]


def keys(catalogue: Catalog) -> set[tuple[object, str | None]]:
    """Return what identifies each message."""
    return {(message.id, message.context) for message in texts(catalogue)}


def main(arguments: list[str]) -> int:
    """Carry out the command and return the exit status."""
    match arguments:
        case ["update"]:
            act = update
        case ["compile"]:
            act = compile_catalogue
        case ["check"]:
            return check()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for owner in PACKAGES:
        for language in LANGUAGES:
            act(owner, language)
    return 0


def check() -> int:
    """Print all faults of all catalogues and return the exit status."""
    found = [
        (path(owner, language), fault)
        for language in LANGUAGES
        for owner, fault in (
            *((owner, fault) for owner in PACKAGES for fault in sorted(faults(owner, language))),
            *conflicts(language),
        )
    ]
    for catalogue, fault in found:
        print(f"{catalogue.relative_to(ROOT)}: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
