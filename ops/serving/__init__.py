"""The web server: granian, with processes that can be replaced without a request that goes unanswered."""
