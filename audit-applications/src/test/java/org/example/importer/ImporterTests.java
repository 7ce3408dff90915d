package org.example.importer;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(args = { "12.5", "13" })
class ImporterTests {

	@Autowired
	private Readings readings;

	@Test
	void everyLineIsRead() {
		assertThat(this.readings.findAll()).extracting(Reading::getLine).contains("12.5", "13");
	}

}
