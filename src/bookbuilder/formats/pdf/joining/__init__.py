"""Join laid-out runs to one PDF, and write it: without WeasyPrint, from their records alone."""
