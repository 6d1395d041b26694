"""The advisor in Slack: messages in, replies out, each once, whatever Slack, the network or this process does.

A message is stored before Slack is told that it arrived; what is to be posted is a row of `postings`, so that
a process that dies leaves nothing undone that the next one doesn't find.
"""
