"""What every backend that draws shares: font, inks, pieces of SVG, its PNG and PDF, safe pages."""
