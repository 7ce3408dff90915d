/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an entry says of the request.
 */
class ServletRequestLineTests {

	private static RequestLine line(MockHttpServletRequest request) {
		return new ServletRequestLine(new ServletRequestAttributes(request), null).get();
	}

	@Test
	void theMethodAndThePathAreTold() {
		RequestLine line = line(new MockHttpServletRequest("POST", "/orders/42"));
		assertThat(line.method()).isEqualTo("POST");
		assertThat(line.path()).isEqualTo("/orders/42");
	}

	/** Spring binds such a one in every test of a web application. */
	@Test
	void oneThatNobodyMadeIsNotTold() {
		assertThat(line(new MockHttpServletRequest())).isNull();
	}

}
