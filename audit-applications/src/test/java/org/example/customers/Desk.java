package org.example.customers;

import io.auditspring.Audited;
import org.example.customers.logistics.Shipment;
import org.example.customers.logistics.Shipments;
import org.example.customers.sales.Customer;
import org.example.customers.sales.Customers;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class Desk {

	private final Customers customers;

	private final Shipments shipments;

	public Desk(Customers customers, Shipments shipments) {
		this.customers = customers;
		this.shipments = shipments;
	}

	@Audited
	@Transactional
	public Long register(String name) {
		return this.customers.save(new Customer(name)).getId();
	}

	@Audited
	@Transactional("logisticsTransactionManager")
	public Long ship(String what) {
		return this.shipments.save(new Shipment(what)).getId();
	}

}
