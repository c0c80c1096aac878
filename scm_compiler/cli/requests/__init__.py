"""What a verb is asked for, checked before what does the work, and torch with it, is loaded."""
