"""What a laid-out run is, as data that crosses processes and is kept."""
