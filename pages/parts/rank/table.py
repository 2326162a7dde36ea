"""The ranking as files to take away: its table, and its figures."""

from __future__ import annotations

from lwise_core._utils.csv_lines import guarded
from lwise_core.batch.ranking_figures import ranking_figures_zip
from lwise_core.batch.score_table import ODDITY_COLUMNS, SCORE_COLUMNS, WOBBLE_COLUMNS, wobble_columns
from lwise_core.batch.tables import csv_lines
from lwise_core.guides.guide import GuideModel
from pages.parts.rank.state import GuideRanking


def as_csv(ranked: GuideRanking, guide: GuideModel) -> bytes:
    """Return the ranking as the table that score-set writes, with doubtful labels, duplicates and wobbles asked for.

    Texts that a spreadsheet would compute get an apostrophe in front: names are other people's, and this table goes
    from the browser to a spreadsheet.
    """
    columns = {**SCORE_COLUMNS, **ODDITY_COLUMNS}
    rows = [
        {name: guarded(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in ranked.ranking.as_table(guide)
    ]
    if not ranked.wobbles:
        return b"".join(csv_lines(columns, rows))
    found = {sha: wobble_columns(lowest=w.lowest, highest=w.highest, seen=w.seen) for sha, w in ranked.wobbles.items()}
    nothing = dict.fromkeys(WOBBLE_COLUMNS)
    wobbled = ({**row, **found.get(str(row["source_sha256"]), nothing)} for row in rows)
    return b"".join(csv_lines({**columns, **WOBBLE_COLUMNS}, wobbled))


def as_figures(ranked: GuideRanking, guide: GuideModel) -> bytes:
    """Return the figures of a ranking as one ZIP, its map among them once a person has asked for that."""
    return ranking_figures_zip(ranked.ranking, ranked.map, guide=guide.name, chosen=ranked.chosen)
