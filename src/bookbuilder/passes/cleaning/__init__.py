"""What the clean pass is made of: the model of valid XHTML5, and the repairs that lead there."""
