"""From source text to tree and back: grammar loading, parser, printer. Only here lives lark."""
