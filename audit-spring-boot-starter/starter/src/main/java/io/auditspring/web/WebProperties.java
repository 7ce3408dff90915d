/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Reading the trail over HTTP.
 *
 * @param enabled whether the trail can be read over HTTP
 * @param basePath the path below which the trail can be read
 * @param authority who has this authority reads all entries; with Spring Security only
 * @param monitorAuthority who has this authority, and not the other one, may follow the
 * signed checkpoints and hashes of the ledger, and reads no entry; with Spring Security
 * only; by default nobody
 * @param ownFailedLogins whether those who read what they did themselves also read of
 * failed logins under their name: somebody else's address, but a warning to them
 * @param embed the page of one thing's history, for pages of the application
 * @since 0.1.0
 */
@ConfigurationProperties("audit.web")
public record WebProperties(@DefaultValue("false") boolean enabled, @DefaultValue("/audit") String basePath,
		@DefaultValue("ROLE_AUDITOR") String authority, @Nullable String monitorAuthority,
		@DefaultValue("false") boolean ownFailedLogins, @DefaultValue Embed embed) {

	private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

	public WebProperties {
		Assert.isTrue(PATH.matcher(basePath).matches(),
				() -> "audit.web.base-path takes a path such as /audit, without a slash at its end, not '%s'"
					.formatted(basePath));
		Assert.isTrue(!authority.isBlank(), "audit.web.authority takes an authority such as ROLE_AUDITOR");
	}

	/**
	 * The page of one thing's history.
	 *
	 * @param frameAncestors the origins whose pages may show the page of one thing's
	 * history in a frame, such as https://shop.example.org, or self for the application's
	 * own; by default none
	 */
	public record Embed(@DefaultValue List<String> frameAncestors) {

		private static final Pattern ORIGIN = Pattern.compile(
				"self|https?://(?:[A-Za-z0-9-]+\\.)*[A-Za-z0-9-]+(?::[0-9]{1,5})?|https?://\\[[0-9A-Fa-f:.]+\\](?::[0-9]{1,5})?");

		public Embed {
			frameAncestors.forEach((origin) -> Assert.isTrue(ORIGIN.matcher(origin).matches(),
					() -> "audit.web.embed.frame-ancestors takes origins such as https://shop.example.org, or self, not '%s'"
						.formatted(origin)));
		}

	}

}
