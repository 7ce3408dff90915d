package org.example.importer;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

@Entity
public class Reading {

	@Id
	@GeneratedValue
	private Long id;

	private String line;

	protected Reading() {
	}

	Reading(String line) {
		this.line = line;
	}

	public String getLine() {
		return this.line;
	}

}
