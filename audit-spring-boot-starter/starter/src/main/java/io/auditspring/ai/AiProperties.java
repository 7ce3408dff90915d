/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What agents leave in the trail.
 *
 * @param enabled whether calls of tools leave entries; they need approval all the same
 * @param agent the id of agents that nobody names otherwise; the application's name by
 * default
 * @param content what entries tell of prompts, answers and outputs of tools: none (of
 * outputs digest and length), digest (of prompts and answers, too), or masked (their
 * texts without secrets)
 */
@ConfigurationProperties("audit.ai")
public record AiProperties(@DefaultValue("true") boolean enabled, @Nullable String agent,
		@DefaultValue("none") Content content) {

	/**
	 * What entries tell of prompts, answers and outputs of tools.
	 */
	public enum Content {

		/** Of outputs their digest and length, of the others nothing. */
		NONE,

		/** Of each its digest and length. */
		DIGEST,

		/** Of each its text, too, without secrets. */
		MASKED

	}

}
