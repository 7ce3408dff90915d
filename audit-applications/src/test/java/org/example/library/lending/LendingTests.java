package org.example.library.lending;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.modulith.test.ApplicationModuleTest;
import org.springframework.modulith.test.Scenario;

@ApplicationModuleTest
class LendingTests {

	private final Lending lending;

	@Autowired
	LendingTests(Lending lending) {
		this.lending = lending;
	}

	@Test
	void whatIsLentIsTold(Scenario scenario) {
		scenario.stimulate(() -> this.lending.lend("978-0"))
			.andWaitForEventOfType(BookLent.class)
			.matching((event) -> event.isbn().equals("978-0"))
			.toArrive();
	}

}
