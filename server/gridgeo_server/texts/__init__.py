"""Sentences that the server says, in English and Chinese: one table, `texts.json`, and nothing said in two places."""

from gridgeo_server.texts.language import language_of
from gridgeo_server.texts.sentences import Listed, Named, Text, one_of, recognised, say, table

__all__ = ["Listed", "Named", "Text", "language_of", "one_of", "recognised", "say", "table"]
