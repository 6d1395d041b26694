"""One module for each verb of the command, imported when the verb is used."""
