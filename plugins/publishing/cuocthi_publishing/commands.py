"""The commands ``cuocthi publishing …``."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from cuocthi.web.i18n import translate
from cuocthi_publishing.domain.verification import verify as verify_bundle


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--digest", default="", help="The release's digest as its site shows it.")
@with_appcontext
def verify(path: Path, digest: str) -> None:
    """Check a bundle, a ZIP file or a folder: name every file that was changed, is missing or was added, and exit 1."""
    checked = verify_bundle(path, published_digest=digest)
    for fault in checked.faults:
        click.echo(translate(fault))
    click.echo(f"{checked.campaign}, {checked.release}: {checked.digest}")
    if checked.faults:
        raise SystemExit(1)
    click.echo(f"OK ({checked.files})")
