package org.example.stock;

import java.math.BigDecimal;

import io.auditspring.Audited;

import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
public class Warehouse {

	private final StockItems items;

	Warehouse(StockItems items) {
		this.items = items;
	}

	@Transactional
	public long store(String name, BigDecimal price) {
		return this.items.save(new StockItem(name, price)).getId();
	}

	@Audited
	@Transactional
	public void display(long id) {
		this.items.findById(id).orElseThrow().display();
	}

}
