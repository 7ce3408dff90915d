package org.example.library;

import org.junit.jupiter.api.Test;

import org.springframework.modulith.core.ApplicationModules;

class ModularityTests {

	@Test
	void modulesKeepTheirBounds() {
		ApplicationModules.of(LibraryApplication.class).verify();
	}

}
