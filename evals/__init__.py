"""How good the advice is: cases, simulated users, scorers, reports."""
