/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure.internal.start;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Refuses to start with a Spring Boot that this starter does not work with, before that
 * shows as something else. Spring Boot 3 loads this class, too: it must not use anything
 * that only a later one has. Earlier than here a failure would be shown as a stack trace.
 */
final class BootVersionCheck implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	private static final Pattern VERSION = Pattern.compile("(\\d+)\\..*");

	private static final int MAJOR = 4;

	private final @Nullable String version;

	BootVersionCheck() {
		this(SpringBootVersion.getVersion());
	}

	BootVersionCheck(@Nullable String version) {
		this.version = version;
	}

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		Matcher matcher = VERSION.matcher((this.version != null) ? this.version : "");
		if (matcher.matches() && Integer.parseInt(matcher.group(1)) != MAJOR) {
			throw new AuditSetupException(
					"Found Spring Boot %s, the audit trail supports Spring Boot 4.0 and 4.1".formatted(this.version),
					"Upgrade Spring Boot, or remove audit-spring-boot-starter. To set audit.enabled=false does not "
							+ "help: it comes with parts of Spring Boot 4 that do not fit to others.");
		}
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
