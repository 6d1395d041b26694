"""The consultation: the graph of one turn, the interview, language in and out, sessions."""
