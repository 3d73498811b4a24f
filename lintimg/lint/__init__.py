"""The rule table, target detection, the engine and suppressions. Knows no rule."""
