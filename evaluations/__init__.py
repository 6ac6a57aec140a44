"""How well parks serve (园区评价, 以评促优): schemes a community sets, rounds by period, objections, and what one indicator would change."""
