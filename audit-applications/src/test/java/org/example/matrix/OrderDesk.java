package org.example.matrix;

import io.auditspring.Audited;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class OrderDesk {

	private final PlacedOrders orders;

	OrderDesk(PlacedOrders orders) {
		this.orders = orders;
	}

	@Audited(action = "order.place", targetType = "PlacedOrder", targetId = "#result.id",
			message = "Order of #{#pieces} #{#article} placed")
	@Transactional
	public PlacedOrder place(String article, int pieces) {
		return this.orders.save(new PlacedOrder(article, pieces));
	}

}
