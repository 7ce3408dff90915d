/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.Resource;
import io.auditspring.Sensitive;
import io.auditspring.query.AuditEntryMapping;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * Names for native images what is found by its name or by reflection. What expressions of
 * an application see of its own types only the application knows.
 */
final class AuditRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern("io/auditspring/db/**")
			.registerPattern("io/auditspring/web/page/**")
			.registerPattern("io/auditspring/web/openapi.json")
			.registerResourceBundle("io.auditspring.capture.sentences");
		// The entity is added by Hibernate's own means, past Spring's scanning.
		AuditEntryMapping.types()
			.forEach((type) -> hints.reflection()
				.registerType(type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS, MemberCategory.ACCESS_DECLARED_FIELDS,
						MemberCategory.INVOKE_DECLARED_METHODS));
		hints.reflection()
			.registerTypes(TypeReference.listOf(Audited.class, AuditTarget.class, Sensitive.class),
					(annotation) -> annotation.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS))
			// What expressions see in #actor
			.registerTypes(TypeReference.listOf(Actor.class, ActorType.class, Resource.class),
					(type) -> type.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS));
		for (String asked : new String[] { "tools.jackson.dataformat.csv.CsvMapper",
				"org.springframework.security.web.csrf.CsrfToken" }) {
			hints.reflection().registerTypeIfPresent(classLoader, asked);
		}
		hints.proxies()
			.registerJdkProxy(Connection.class)
			.registerJdkProxy(PreparedStatement.class)
			.registerJdkProxy(Array.class)
			.registerJdkProxy(EntityManager.class);
	}

}
