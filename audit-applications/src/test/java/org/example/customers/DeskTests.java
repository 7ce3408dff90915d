package org.example.customers;

import org.example.customers.logistics.Shipments;
import org.example.customers.sales.Customers;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
class DeskTests {

	@Autowired
	private Desk desk;

	@Autowired
	private Customers customers;

	@Autowired
	private Shipments shipments;

	@Test
	void eachDatabaseHasItsOwn() {
		Long customer = this.desk.register("Jane");
		Long shipment = this.desk.ship("books");
		assertThat(this.customers.findById(customer)).isPresent();
		assertThat(this.shipments.findById(shipment)).isPresent();
	}

}
