/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.expression;

import java.util.List;

import io.auditspring.capture.internal.value.FailureText;
import io.auditspring.capture.internal.value.Masking;
import org.jspecify.annotations.Nullable;

import org.springframework.core.convert.TypeDescriptor;
import org.springframework.expression.AccessException;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.MethodExecutor;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.ReflectiveMethodResolver;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;

/**
 * Shows expressions of arguments and results what an entry may show of them.
 */
final class MaskedMembers {

	private MaskedMembers() {
	}

	private static TypedValue masked(TypedValue value) {
		return (value.getValue() != null) ? new TypedValue(Masking.MASK) : value;
	}

	// Exceptions tell of the rows that a database refused.
	private static TypedValue withoutValues(@Nullable Object target, TypedValue value) {
		return (target instanceof Throwable failure && value.getValue() instanceof String text)
				? new TypedValue(FailureText.withoutValues(failure, text)) : value;
	}

	static final class OfMaps extends MapAccessor {

		private final Masking masking;

		OfMaps(Masking masking) {
			this.masking = masking;
		}

		@Override
		public TypedValue read(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
			TypedValue value = super.read(context, target, name);
			return this.masking.hides(name) ? masked(value) : value;
		}

	}

	// Not one itself: Spring would replace it by a faster one that passes by this.
	static final class OfObjects implements PropertyAccessor {

		private final ReflectivePropertyAccessor properties = new ReflectivePropertyAccessor(false);

		private final Masking masking;

		OfObjects(Masking masking) {
			this.masking = masking;
		}

		@Override
		public Class<?> @Nullable [] getSpecificTargetClasses() {
			return this.properties.getSpecificTargetClasses();
		}

		@Override
		public boolean canRead(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
			return this.properties.canRead(context, target, name);
		}

		@Override
		public TypedValue read(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
			TypedValue value = this.properties.read(context, target, name);
			return (target != null && this.masking.hidesRead(target.getClass(), name)) ? masked(value)
					: withoutValues(target, value);
		}

		@Override
		public boolean canWrite(EvaluationContext context, @Nullable Object target, String name) {
			return false;
		}

		@Override
		public void write(EvaluationContext context, @Nullable Object target, String name, @Nullable Object value) {
			throw new UnsupportedOperationException("An audit changes nothing");
		}

	}

	static final class ByMethods extends ReflectiveMethodResolver {

		private final Masking masking;

		ByMethods(Masking masking) {
			this.masking = masking;
		}

		@Override
		public @Nullable MethodExecutor resolve(EvaluationContext context, Object target, String name,
				List<TypeDescriptor> arguments) throws AccessException {
			MethodExecutor executor = super.resolve(context, target, name, arguments);
			if (executor == null) {
				return null;
			}
			if (arguments.isEmpty() && this.masking.hidesResultOf(target.getClass(), name)) {
				return (evaluation, object, values) -> masked(executor.execute(evaluation, object, values));
			}
			return (target instanceof Throwable) ? (evaluation, object, values) -> withoutValues(object,
					executor.execute(evaluation, object, values)) : executor;
		}

	}

}
