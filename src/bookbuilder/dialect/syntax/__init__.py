"""What authors write beyond CommonMark, one extension a file."""
