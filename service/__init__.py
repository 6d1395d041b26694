"""Other programs' way to the advisor: HTTP, MCP and Slack, and the workers that answer for them."""
