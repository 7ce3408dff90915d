package org.example.customers.logistics;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

@Entity
public class Shipment {

	@Id
	@GeneratedValue
	private Long id;

	private String name;

	protected Shipment() {
	}

	public Shipment(String name) {
		this.name = name;
	}

	public Long getId() {
		return this.id;
	}

	public String getName() {
		return this.name;
	}

}
