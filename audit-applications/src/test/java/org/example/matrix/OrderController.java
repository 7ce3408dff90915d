package org.example.matrix;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OrderController {

	private final OrderDesk desk;

	OrderController(OrderDesk desk) {
		this.desk = desk;
	}

	@GetMapping("/place")
	PlacedOrder place(@RequestParam String article, @RequestParam int pieces) {
		return this.desk.place(article, pieces);
	}

}
