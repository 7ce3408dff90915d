/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Texts that may be JSON.
 */
class BasicValuesTests {

	@Test
	void aTextThatIsJsonIsReadAsThat() {
		assertThat(BasicValues.parsed("{\"rate\": 1.50}")).hasToString("{\"rate\":1.50}");
	}

	/** A column of the type json takes any exponent. */
	@ParameterizedTest
	@ValueSource(strings = { "Oslo, 7", "{\"rate\": ", "9007191e9254740993", "{\"rate\": 9007191e9254740993}" })
	void oneThatIsNoneIsAText(String text) {
		assertThat(BasicValues.parsed(text)).isNull();
	}

}
