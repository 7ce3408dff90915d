/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.ProxyFactory;

/**
 * Audits work that is no method of a bean, as if it were one. What the work calls belongs
 * to the same operation.
 */
public final class AuditedWork {

	private final AuditedMethods methods;

	private final Supplier<Auditing> auditing;

	AuditedWork(AuditedMethods methods, Supplier<Auditing> auditing) {
		this.methods = methods;
		this.auditing = auditing;
	}

	/**
	 * Does the work.
	 * @param <T> what the work gives
	 * @param outline what is known of it beforehand
	 * @param input what it is given: what is secret in it is not repeated by the entry of
	 * a failure
	 * @param work what to do; {@code AuditContext.current()} takes what it learns
	 * @return what the work gave
	 * @throws Throwable what the work threw
	 */
	@SuppressWarnings("unchecked")
	public <T extends @Nullable Object> T call(AuditRecord outline, @Nullable Object input, Work<T> work)
			throws Throwable {
		AuditedMethod method = this.methods.work(outline);
		ProxyFactory factory = new ProxyFactory();
		factory.setInterfaces(Step.class);
		factory.setTarget((Step) (given) -> work.call());
		factory.addAdvice(new AuditBoundary((called, type) -> method, this.auditing, ProxyCalls.SINGLE));
		factory.addAdvice(new AuditInterceptor());
		return (T) ((Step) factory.getProxy(Step.class.getClassLoader())).run(input);
	}

	/**
	 * Something to do.
	 *
	 * @param <T> what it gives
	 */
	@FunctionalInterface
	public interface Work<T extends @Nullable Object> {

		T call() throws Throwable;

	}

	/**
	 * What stands in place of a method.
	 */
	@FunctionalInterface
	interface Step {

		List<AuditedMethod.Argument> ARGUMENTS = List
			.of(new AuditedMethod.Argument("input", Set.of("input"), false, false, AuditedMethod.Contents.SECRETS));

		@Nullable Object run(@Nullable Object input) throws Throwable;

	}

}
