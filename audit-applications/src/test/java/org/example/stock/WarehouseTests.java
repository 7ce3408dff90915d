package org.example.stock;

import java.math.BigDecimal;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
class WarehouseTests {

	@Autowired
	private Warehouse warehouse;

	@Test
	void anItemIsDisplayed() {
		this.warehouse.display(this.warehouse.store("lamp", new BigDecimal("12.50")));
	}

}
