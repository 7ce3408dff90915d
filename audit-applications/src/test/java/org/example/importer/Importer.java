package org.example.importer;

import io.auditspring.Audited;

import org.springframework.stereotype.Component;

@Component
class Importer {

	private final Readings readings;

	Importer(Readings readings) {
		this.readings = readings;
	}

	@Audited
	public void read(String line) {
		this.readings.save(new Reading(line));
	}

}
