"""What every backend that draws shares: the font, inks, pieces of SVG, and PNG and PDF of one."""
