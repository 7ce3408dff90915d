/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.handler;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.util.ClassUtils;

/**
 * The dispatch by which an answer ends that is given piece by piece. Spring Security
 * looks at it as at the request itself, but an application's own filters, such as one
 * that reads a token, are left out by default. Then nobody is signed in, access is denied
 * though the answer is complete, and the server logs an error.
 */
public final class LaterDispatch {

	private static final boolean SECURED = ClassUtils.isPresent(
			"org.springframework.security.web.context.RequestAttributeSecurityContextRepository",
			LaterDispatch.class.getClassLoader());

	private LaterDispatch() {
	}

	/**
	 * Lets it know who is signed in now, unless it will anyway.
	 * @param request the request that is answered
	 */
	public static void remember(HttpServletRequest request) {
		if (SECURED) {
			SignedIn.remember(request);
		}
	}

	/**
	 * Is loaded with Spring Security only.
	 */
	private static final class SignedIn {

		private static final String ATTRIBUTE = RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME;

		static void remember(HttpServletRequest request) {
			SecurityContext context = SecurityContextHolder.getContext();
			if (context.getAuthentication() != null && request.getAttribute(ATTRIBUTE) == null) {
				request.setAttribute(ATTRIBUTE, context);
			}
		}

	}

}
