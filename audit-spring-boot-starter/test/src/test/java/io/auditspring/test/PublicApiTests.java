/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.auditspring.PublicApi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All that applications may use of this module, so that a change of it is seen. API.txt
 * is written by {@code -Daudit.docs=write}.
 */
class PublicApiTests {

	private static final Path DOCUMENT = Path.of("API.txt");

	@Test
	void itIsTheDocumentedOne() throws IOException {
		String api = PublicApi.of(AuditTest.class, DOCUMENT);
		assertThat(Files.readString(DOCUMENT)).as("written anew with -Daudit.docs=write").isEqualTo(api);
	}

}
