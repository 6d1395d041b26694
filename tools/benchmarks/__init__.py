"""Result files of benchmark tools, read into runs of the user's own."""
