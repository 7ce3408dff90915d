/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.util.Locale;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import jakarta.persistence.AttributeConverter;
import org.jspecify.annotations.Nullable;

/**
 * Constants that are stored as their names in lower case.
 *
 * @param <E> the type of the constants
 */
public abstract class LowerCaseConverter<E extends Enum<E>> implements AttributeConverter<E, String> {

	private final Class<E> type;

	LowerCaseConverter(Class<E> type) {
		this.type = type;
	}

	@Override
	public @Nullable String convertToDatabaseColumn(@Nullable E constant) {
		return (constant != null) ? constant.name().toLowerCase(Locale.ROOT) : null;
	}

	@Override
	public @Nullable E convertToEntityAttribute(@Nullable String name) {
		return (name != null) ? Enum.valueOf(this.type, name.toUpperCase(Locale.ROOT)) : null;
	}

	public static final class OfActorType extends LowerCaseConverter<ActorType> {

		OfActorType() {
			super(ActorType.class);
		}

	}

	public static final class OfSeverity extends LowerCaseConverter<Severity> {

		OfSeverity() {
			super(Severity.class);
		}

	}

	public static final class OfOutcome extends LowerCaseConverter<Outcome> {

		OfOutcome() {
			super(Outcome.class);
		}

	}

}
