"""What each verb takes: `configure(parser)`, importing nothing heavier than argparse."""
