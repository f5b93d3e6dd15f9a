"""``cuocthi verify``: whether a bundle is what was published, without a network and without the site."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from cuocthi.bundles.checking import check
from cuocthi.security.signing import from_pem
from cuocthi.text import T
from cuocthi.web.i18n import translate

#: The status where nothing contradicts the bundle and nothing shows whose it is.
_NOT_TOLD = 2
_ONLY_DATA = T(
    "Only the data (data.json) are shown to be the site's: pages and other files may be anybody's. Check them by the "
    "site's key."
)
_ONLY_ITSELF = T("This bundle only fits itself: check it by the key on the site.")


@click.command()
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option("--key", "keys", multiple=True, help="The site's public key: a PEM file, its digits, or its id.")
@click.option("--digest", default="", help="The release's digest as its site shows it.")
@with_appcontext
def verify(bundle: Path, keys: tuple[str, ...], digest: str) -> None:
    """Check a bundle, a ZIP file or a folder: name every file that was changed, is missing or was added, and exit 1.

    Without --key it is only found that the bundle fits itself, and with --digest that its data are the site's: whose
    the other files are, the key alone tells. Such a bundle exits 2.
    """
    checked = check(bundle, keys=[_digits(key) for key in keys], digest=digest)
    for fault in checked.faults:
        click.echo(translate(fault))
    click.echo(f"{checked.campaign}, {checked.release}: {checked.digest}")
    if checked.key:
        click.echo(translate(T("signed with the key %(key)s", key=checked.key)))
    if checked.faults:
        raise SystemExit(1)
    if not checked.trusted:
        click.echo(translate(_ONLY_DATA if checked.known_data else _ONLY_ITSELF))
        raise SystemExit(_NOT_TOLD)
    click.echo(f"OK ({checked.files})")


def _digits(key: str) -> str:
    """Return a key as hexadecimal digits, whichever way it was given."""
    file = Path(key)
    if not file.is_file():
        return key.strip().lower()
    try:
        return from_pem(file.read_text("utf-8")).hex()
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
