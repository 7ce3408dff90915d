/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.ActorResolver;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.Audited;
import io.auditspring.RequiresApproval;
import io.auditspring.intercept.internal.access.KnownTypes;
import io.auditspring.intercept.internal.access.Mocks;
import io.auditspring.intercept.internal.expression.AuditPointcut;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.data.domain.AuditorAware;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows which methods are audited: those with the annotation, found on the method, its
 * type, its interfaces and superclasses, and those that the configured pointcut matches.
 */
public final class AuditedMethods extends StaticMethodMatcher {

	private static final Logger logger = LoggerFactory.getLogger(AuditedMethods.class);

	private final AuditedMethodReader reader;

	private final @Nullable AuditPointcut pointcut;

	private final Map<MethodClassKey, Optional<AuditedMethod>> methods = new ConcurrentHashMap<>();

	private final Map<Class<?>, Boolean> classes = new ConcurrentHashMap<>();

	private final Set<Method> told = ConcurrentHashMap.newKeySet();

	private final Map<String, DeclaredAction> declared = new ConcurrentHashMap<>();

	private final Set<String> unnamed = ConcurrentHashMap.newKeySet();

	/**
	 * Creates the index.
	 * @param reader reads what the annotation says
	 * @param pointcut matches methods without annotation, or {@code null}
	 */
	AuditedMethods(AuditedMethodReader reader, @Nullable AuditPointcut pointcut) {
		this.reader = reader;
		this.pointcut = pointcut;
	}

	/**
	 * Reads all methods of a class, so that a mistake in one of them shows at once.
	 * @param type the class
	 * @return whether it has audited methods
	 * @throws AuditSetupException if an annotation is wrong
	 */
	public boolean anyIn(Class<?> type) {
		Class<?> userType = ClassUtils.getUserClass(type);
		Boolean known = this.classes.get(userType);
		if (known == null) {
			known = isCandidate(userType) && inspect(userType);
			this.classes.put(userType, known);
		}
		return known;
	}

	/**
	 * Whether a bean has annotated methods whose calls nobody sees: created before the
	 * post-processors were there, or registered as a finished object.
	 * @param bean the bean
	 * @return whether its calls are missed
	 */
	public boolean misses(Object bean) {
		Class<?> type = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
		Boolean known = this.classes.get(type);
		return ((known != null) ? known : isCandidate(type) && isAnnotated(type)) && !isIntercepted(bean)
				&& !Mocks.isMock(bean);
	}

	/**
	 * Whether a class has methods that say themselves that they need approval.
	 * @param type the class, or an interface
	 * @return whether one of them has the annotation
	 */
	static boolean needsApproval(Class<?> type) {
		return !isOfFramework(type) && AnnotationUtils.isCandidateClass(type, RequiresApproval.class)
				&& Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
					.anyMatch((method) -> AnnotatedElementUtils.hasAnnotation(method, RequiresApproval.class));
	}

	/**
	 * Whether calls of an object are sure to ask for approval themselves.
	 * @param object a bean, perhaps with somebody else's proxy around it
	 * @return {@code false} if that is not known
	 */
	public static boolean isSeenTo(Object object) {
		Object proxy = object;
		while (proxy instanceof Advised advised) {
			if (Arrays.stream(advised.getAdvisors())
				.anyMatch((advisor) -> advisor.getAdvice() instanceof AuditInterceptor)) {
				return true;
			}
			proxy = AopProxyUtils.getSingletonTarget(advised);
		}
		return false;
	}

	/**
	 * Whether somebody meant a class to be audited, whoever could do it.
	 * @param type the class
	 * @return whether it, or one of its methods, has the annotation
	 */
	public static boolean isMeant(Class<?> type) {
		return !isOfFramework(type) && AnnotationUtils.isCandidateClass(type, Audited.class) && isAnnotated(type);
	}

	private static boolean isAnnotated(Class<?> type) {
		return AnnotatedElementUtils.hasAnnotation(type, Audited.class)
				|| Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
					.anyMatch((method) -> AnnotatedElementUtils.hasAnnotation(method, Audited.class));
	}

	// One that cannot be asked may be.
	static boolean isIntercepted(Object bean) {
		if (!(bean instanceof Advised advised)) {
			return AopUtils.isAopProxy(bean);
		}
		return bean instanceof AopInfrastructureBean || Arrays.stream(advised.getAdvisors())
			.anyMatch((advisor) -> advisor.getAdvice() instanceof AuditInterceptor);
	}

	// Spring's own beans are many and never audited; those of its sample applications may
	// be.
	private static boolean isOfFramework(Class<?> type) {
		return type.getName().startsWith("org.springframework.")
				&& !type.getName().startsWith("org.springframework.samples.");
	}

	private boolean isCandidate(Class<?> type) {
		// What auditing itself asks would ask for ever.
		boolean asked = ActorResolver.class.isAssignableFrom(type) || AuditorAware.class.isAssignableFrom(type)
				|| AuditRecorder.class.isAssignableFrom(type) || AuditRecordCustomizer.class.isAssignableFrom(type);
		return !isOfFramework(type) && !asked
				&& (this.pointcut != null || AnnotationUtils.isCandidateClass(type, Audited.class));
	}

	private boolean inspect(Class<?> type) {
		boolean any = false;
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			if (find(method, type) != null) {
				checkInterceptable(method);
				any = true;
			}
		}
		return any;
	}

	private static void checkInterceptable(Method method) {
		int modifiers = method.getModifiers();
		if (isSuspending(method)) {
			throw new AuditSetupException(
					"@Audited method %s.%s is a suspending Kotlin function, whose end nobody here would see"
						.formatted(method.getDeclaringClass().getName(), method.getName()),
					"Let it return a Mono, or record the event with AuditRecorder.");
		}
		if (Proxy.isProxyClass(method.getDeclaringClass())) {
			// Its methods are final, but interceptors are added to it from within.
			return;
		}
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || Modifier.isFinal(modifiers)) {
			throw new AuditSetupException(
					"@Audited method %s.%s is %s, so no proxy can intercept it".formatted(
							method.getDeclaringClass().getName(), method.getName(),
							Modifier.toString(modifiers & (Modifier.PRIVATE | Modifier.STATIC | Modifier.FINAL))),
					"Make it an overridable instance method, or record the event with AuditRecorder.");
		}
	}

	// It seems to return when it is suspended first: every failure would be a success.
	private static boolean isSuspending(Method method) {
		Class<?>[] types = method.getParameterTypes();
		return types.length > 0 && types[types.length - 1].getName().equals("kotlin.coroutines.Continuation");
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return find(method, targetClass) != null;
	}

	/**
	 * What is known of a method.
	 * @param method the method, possibly that of an interface
	 * @param targetClass the class of the bean
	 * @return what its annotation says, or {@code null} where it is not audited
	 */
	@Nullable AuditedMethod find(Method method, Class<?> targetClass) {
		MethodClassKey key = new MethodClassKey(method, targetClass);
		Optional<AuditedMethod> known = this.methods.get(key);
		if (known == null) {
			// An interface's method and that of a proxy stand for the same one of the
			// bean.
			Class<?> userType = ClassUtils.getUserClass(targetClass);
			Method specific = AopUtils.getMostSpecificMethod(method, userType);
			boolean same = method.isSynthetic() || specific.equals(method) && userType == targetClass;
			known = Optional.ofNullable(same ? read(method, targetClass) : find(specific, userType));
			this.methods.put(key, known);
		}
		return known.orElse(null);
	}

	private @Nullable AuditedMethod read(Method method, Class<?> targetClass) {
		if (ReflectionUtils.isObjectMethod(method) || method.isSynthetic() && !method.isBridge()) {
			return null;
		}
		Class<?> userType = ClassUtils.getUserClass(targetClass);
		Method specific = BridgeMethodResolver.findBridgedMethod(AopUtils.getMostSpecificMethod(method, userType));
		Audited audited = audited(specific, userType);
		if (audited == null) {
			return null;
		}
		AuditedMethod known = this.reader.read(audited, specific, userType);
		if (known.arguments().stream().anyMatch(AuditedMethod.Argument::unnamed)) {
			tellUnnamed(specific, userType);
		}
		if (!userType.isInterface()) {
			DeclaredAction action = DeclaredAction.of(known.outline(), audited, KnownTypes.of(userType, specific),
					specific.getName());
			this.declared.put(action.place() + Arrays.toString(specific.getParameterTypes()), action);
		}
		return known;
	}

	AuditedMethod work(AuditRecord outline) {
		return this.reader.work(outline);
	}

	/**
	 * What the annotations of all methods say that have been looked at.
	 * @return them in the order of their places
	 */
	public List<DeclaredAction> declared() {
		return new TreeMap<>(this.declared).values().stream().toList();
	}

	// Nobody can compile what Java brings.
	private void tellUnnamed(Method method, Class<?> type) {
		Class<?> owner = method.getDeclaringClass();
		if (owner.isHidden() || Proxy.isProxyClass(owner)) {
			owner = ClassUtils.getInterfaceMethodIfPossible(method, type).getDeclaringClass();
		}
		if (!owner.getName().startsWith("java.")) {
			this.unnamed.add(owner.getName());
		}
	}

	/**
	 * Whose methods have arguments without names.
	 * @return the names of the classes, in their order
	 */
	Set<String> unnamed() {
		return new TreeSet<>(this.unnamed);
	}

	private @Nullable Audited audited(Method method, Class<?> type) {
		Audited audited = AnnotatedElementUtils.findMergedAnnotation(method, Audited.class);
		if (audited != null || !Modifier.isPublic(method.getModifiers())) {
			return audited;
		}
		audited = AnnotatedElementUtils.findMergedAnnotation(type, Audited.class);
		if (audited == null && this.pointcut != null && isOpen(type) && this.pointcut.matches(method, type)) {
			audited = AnnotationUtils.synthesizeAnnotation(Audited.class);
		}
		return (audited != null && isInterceptable(method)) ? audited : null;
	}

	// Who means a class, or many, means what can be intercepted in it: neither helpers
	// nor
	// what a superclass of a framework does not let anybody override.
	private boolean isInterceptable(Method method) {
		int modifiers = method.getModifiers();
		if (Proxy.isProxyClass(method.getDeclaringClass())) {
			return true;
		}
		if (Modifier.isStatic(modifiers)) {
			return false;
		}
		boolean interceptable = !Modifier.isFinal(modifiers) && !isSuspending(method);
		if (!interceptable && !isOfFramework(method.getDeclaringClass()) && this.told.add(method)) {
			logger.warn("Calls of {}.{} leave no entries, though its class, or audit.pointcut, means them: it is {}",
					method.getDeclaringClass().getName(), method.getName(),
					Modifier.isFinal(modifiers) ? "final" : "a suspending Kotlin function");
		}
		return interceptable;
	}

	// A pointcut over whole packages means their services: neither their values nor what
	// makes beans of them.
	private static boolean isOpen(Class<?> type) {
		return !type.isRecord() && !type.isEnum() && !AnnotatedElementUtils.hasAnnotation(type, Configuration.class);
	}

	/**
	 * Leaves a class alone that cannot be intercepted.
	 * @param type the class
	 */
	void leave(Class<?> type) {
		this.classes.put(ClassUtils.getUserClass(type), false);
	}

}
