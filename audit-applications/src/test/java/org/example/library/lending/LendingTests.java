package org.example.library.lending;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.modulith.test.ApplicationModuleTest;
import org.springframework.modulith.test.Scenario;

@ApplicationModuleTest
class LendingTests {

	@Autowired
	private Lending lending;

	@Test
	void whatIsLentIsTold(Scenario scenario) {
		scenario.stimulate(() -> this.lending.lend("978-0"))
			.andWaitForEventOfType(BookLent.class)
			.matching((event) -> event.isbn().equals("978-0"))
			.toArrive();
	}

}
