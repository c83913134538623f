"""The small language of rules: parsed and typed once, then said in Python and in English."""
