"""The needs interview: questions, answers, coverage gaps and the report of them."""
