"""The site: everything that was found as pages of plain HTML that lead to each other, from the table to the experiment."""
