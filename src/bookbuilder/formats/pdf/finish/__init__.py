"""What is done to a PDF when its pages are joined."""
