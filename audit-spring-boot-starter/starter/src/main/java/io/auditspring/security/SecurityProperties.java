/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * What Spring Security tells.
 *
 * @param enabled whether logins, failed logins, logouts, expired sessions, switched users
 * and denied access leave entries
 * @param failedLoginLimit how many failed logins a minute and address leave an entry
 * each; further ones are counted in a single one
 * @param unknownNames what a failed login shows of a name that is no user's, as far as
 * anybody can tell: it may be a password
 */
@ConfigurationProperties("audit.security")
record SecurityProperties(@DefaultValue("true") boolean enabled, @DefaultValue("20") int failedLoginLimit,
		@DefaultValue("digest") UnknownNames unknownNames) {

	SecurityProperties {
		Assert.isTrue(failedLoginLimit >= 0,
				() -> "audit.security.failed-login-limit takes a number of 0 or more, not " + failedLoginLimit);
	}

}
