/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.core.ResolvableType;
import org.springframework.data.repository.core.RepositoryInformation;

/**
 * Knows which methods of a Spring Data repository are audited: those of its interface,
 * and those of the class that the application has all repositories made of.
 */
final class AuditedRepository extends StaticMethodMatcher {

	private final AuditedMethods methods;

	private final RepositoryInformation repository;

	private final boolean any;

	private final Map<Method, Optional<AuditedMethod>> known = new ConcurrentHashMap<>();

	AuditedRepository(AuditedMethods methods, RepositoryInformation repository) {
		this.methods = methods;
		this.repository = repository;
		this.any = methods.anyIn(repository.getRepositoryInterface())
				| methods.anyIn(repository.getRepositoryBaseClass());
	}

	/**
	 * Whether there are any.
	 * @return {@code false} if calls of the repository leave no entries
	 */
	boolean isAny() {
		return this.any;
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return find(method) != null;
	}

	/**
	 * What is known of a method.
	 * @param method the method, of the interface or one above it
	 * @return what its annotation says, or {@code null} where it is not audited
	 */
	@Nullable AuditedMethod find(Method method) {
		return this.known.computeIfAbsent(method, (key) -> Optional.ofNullable(read(key))).orElse(null);
	}

	private @Nullable AuditedMethod read(Method method) {
		if (isAuditedElsewhere(method)) {
			return null;
		}
		AuditedMethod found = this.methods.find(method, this.repository.getRepositoryInterface());
		Class<?> base = this.repository.getRepositoryBaseClass();
		if (found == null && this.methods.anyIn(base)) {
			found = this.methods.find(method, base);
		}
		if (found == null) {
			return null;
		}
		if (takesEntities(method)) {
			return found.savingWhatIsChanged();
		}
		return isOfSpringData(method) ? found.settingNothing() : found;
	}

	private boolean isOfSpringData(Method method) {
		return this.repository.isQueryMethod(method) || (this.repository.isBaseClassMethod(method)
				&& this.repository.getRepositoryBaseClass().getName().startsWith("org.springframework.data."));
	}

	private boolean takesEntities(Method method) {
		return this.repository.isBaseClassMethod(method)
				&& IntStream.range(0, method.getParameterCount()).anyMatch((index) -> isOfEntities(method, index));
	}

	private boolean isOfEntities(Method method, int parameter) {
		ResolvableType type = ResolvableType.forMethodParameter(method, parameter,
				this.repository.getRepositoryInterface());
		Class<?> element = (type.as(Iterable.class) != ResolvableType.NONE) ? type.as(Iterable.class).resolveGeneric()
				: type.resolve();
		return element != null && this.repository.getDomainType().isAssignableFrom(element);
	}

	// The implementation of a fragment is a bean, and tells of its calls itself.
	private boolean isAuditedElsewhere(Method method) {
		return this.repository.getFragments()
			.stream()
			.filter((fragment) -> fragment.hasMethod(method))
			.flatMap((fragment) -> fragment.getImplementation().stream())
			.anyMatch((implementation) -> AuditedMethods.isIntercepted(implementation)
					&& this.methods.find(method, AopUtils.getTargetClass(implementation)) != null);
	}

}
