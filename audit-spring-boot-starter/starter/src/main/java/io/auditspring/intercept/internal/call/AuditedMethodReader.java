/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.auditspring.AuditRecord;
import io.auditspring.AuditSetupException;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.RequiresApproval;
import io.auditspring.Sensitive;
import io.auditspring.Severity;
import io.auditspring.StateCapture;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.value.PlainTypes;
import io.auditspring.intercept.internal.access.KnownTypes;
import io.auditspring.intercept.internal.call.AuditedMethod.Argument;
import io.auditspring.intercept.internal.call.AuditedMethod.Contents;
import io.auditspring.intercept.internal.expression.ParameterNames;
import io.auditspring.intercept.internal.result.ResultKind;
import io.auditspring.ledger.internal.entry.ControlActions;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Reads what the annotation of a method says.
 */
final class AuditedMethodReader {

	private final Delivery defaultDelivery;

	private final boolean stateAvailable;

	private final Masking masking;

	private final boolean capturesArguments;

	private final boolean capturesResult;

	AuditedMethodReader(Delivery defaultDelivery, boolean stateAvailable, Masking masking, boolean capturesArguments,
			boolean capturesResult) {
		this.defaultDelivery = defaultDelivery;
		this.stateAvailable = stateAvailable;
		this.masking = masking;
		this.capturesArguments = capturesArguments;
		this.capturesResult = capturesResult;
	}

	AuditedMethod read(Audited audited, Method method, Class<?> type) {
		List<MethodParameter> parameters = List.of(new AnnotatedMethod(method).getMethodParameters());
		List<Argument> arguments = arguments(new ParameterNames(method, type), parameters);
		AuditedAttributes attributes = new AuditedAttributes(method, arguments);
		MethodParameter target = target(audited, parameters);
		attributes.targetId(emptyToNull(targetType(audited, target)), audited.targetId(),
				(target != null) ? target.getParameterIndex() : -1);
		attributes.add(audited);
		return new AuditedMethod(outline(audited, method, type, targetType(audited, target)),
				this.stateAvailable && audited.state() == StateCapture.AUTO, this.capturesArguments,
				this.capturesResult && method.getReturnType() != void.class,
				AnnotatedElementUtils.hasAnnotation(method, Sensitive.class), arguments,
				ResultKind.of(method.getReturnType()), attributes.condition(audited.condition()), attributes.all(),
				false, false, false, approval(method));
	}

	/**
	 * What stands for work that is no method.
	 * @param outline what is known of it beforehand
	 * @return the same as of a method
	 */
	AuditedMethod work(AuditRecord outline) {
		AuditRecord delivered = (outline.delivery() == Delivery.DEFAULT)
				? outline.toBuilder().delivery(this.defaultDelivery).build() : outline;
		return new AuditedMethod(delivered, this.stateAvailable, false, false, false, AuditedWork.Step.ARGUMENTS,
				ResultKind.AT_ONCE, null, List.of(), false, false, true, null);
	}

	private static @Nullable String approval(Method method) {
		RequiresApproval approval = AnnotatedElementUtils.findMergedAnnotation(method, RequiresApproval.class);
		if (approval != null && isDeferred(method.getReturnType())) {
			throw new AuditSetupException(
					"@RequiresApproval method %s.%s returns %s, of which nobody here sees how often it is subscribed to"
						.formatted(method.getDeclaringClass().getName(), method.getName(),
								method.getReturnType().getName()),
					"Let it return a Mono or a Flux.");
		}
		return (approval != null) ? approval.value() : null;
	}

	// Reactor's publishers are seen to.
	private static boolean isDeferred(Class<?> type) {
		ReactiveAdapter adapter = (ResultKind.of(type) != ResultKind.PUBLISHER)
				? ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) : null;
		return adapter != null && adapter.getDescriptor().isDeferred();
	}

	private static @Nullable MethodParameter target(Audited audited, List<MethodParameter> parameters) {
		return parameters.stream()
			.filter((parameter) -> audited.targetId().isEmpty() && parameter.hasParameterAnnotation(AuditTarget.class))
			.findFirst()
			.orElse(null);
	}

	private static String targetType(Audited audited, @Nullable MethodParameter target) {
		AuditTarget annotation = (target != null) ? target.getParameterAnnotation(AuditTarget.class) : null;
		return (annotation != null && audited.targetType().isEmpty()) ? annotation.value() : audited.targetType();
	}

	private AuditRecord outline(Audited audited, Method method, Class<?> type, String targetType) {
		String action = audited.action();
		if (ControlActions.include(action)) {
			throw new AuditSetupException(
					"@Audited method %s.%s has the action '%s', but actions that begin with 'audit.' are the ledger's own"
						.formatted(method.getDeclaringClass().getName(), method.getName(), action),
					"Let it begin with another word, such as 'auditing.'.");
		}
		return AuditRecord.action(action.isBlank() ? KnownTypes.call(type, method) : action)
			.category(emptyToNull(audited.category()))
			.severity(audited.severity())
			.failureSeverity(failureSeverity(audited, method))
			.target(emptyToNull(targetType), null)
			.delivery((audited.delivery() == Delivery.DEFAULT) ? this.defaultDelivery : audited.delivery())
			.build();
	}

	private static @Nullable Severity failureSeverity(Audited audited, Method method) {
		Severity[] severities = audited.failureSeverity();
		if (severities.length > 1) {
			throw new AuditSetupException(
					"@Audited method %s.%s, attribute failureSeverity, has %s severities"
						.formatted(method.getDeclaringClass().getName(), method.getName(), severities.length),
					"Name one, such as failureSeverity = Severity.CRITICAL.");
		}
		return (severities.length == 1) ? severities[0] : null;
	}

	private List<Argument> arguments(ParameterNames names, List<MethodParameter> parameters) {
		List<Argument> arguments = new ArrayList<>();
		for (MethodParameter parameter : parameters) {
			int index = parameter.getParameterIndex();
			Set<String> all = names.all(index);
			MergedAnnotations annotations = MergedAnnotations.from(parameter.getParameterAnnotations());
			boolean secret = annotations.isPresent(Sensitive.class) || all.stream().anyMatch(this.masking::hides);
			boolean unnamed = all.isEmpty() && !secret && !annotations.isPresent(AuditTarget.class);
			String name = all.stream().findFirst().orElse("p" + index);
			arguments.add(new Argument(name, all.isEmpty() ? Set.of(name) : names.usable(index), secret, unnamed,
					contents(ResolvableType.forMethodParameter(parameter), secret, unnamed)));
		}
		return arguments;
	}

	private Contents contents(ResolvableType type, boolean secret, boolean unnamed) {
		Class<?> raw = type.toClass();
		boolean text = CharSequence.class.isAssignableFrom(raw);
		if (text ? raw == String.class : PlainTypes.include(raw)) {
			return Contents.FIXED;
		}
		boolean bare = raw.isArray() && raw.componentType().isPrimitive();
		return (secret || (unnamed && bare) || this.masking.mayHoldSecrets(type)) ? Contents.SECRETS : Contents.UNTOLD;
	}

	private static @Nullable String emptyToNull(String text) {
		return text.isEmpty() ? null : text;
	}

}
