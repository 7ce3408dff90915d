package io.auditspring.autoconfigure;

import io.auditspring.AuditSetupException;
import io.auditspring.intercept.AuditedMethods;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Says why a bean of ours that the application injects is not there.
 */
final class MissingTrailFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException>
		implements Ordered {

	private final BeanFactory beanFactory;

	MissingTrailFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		Class<?> type = (cause.getResolvableType() != null) ? cause.getResolvableType().resolve() : null;
		if (type == null || cause instanceof NoUniqueBeanDefinitionException
				|| !type.getName().startsWith("io.auditspring.")
				|| !(this.beanFactory instanceof ListableBeanFactory beans)) {
			return null;
		}
		AuditSetupException reason = reason(type, beans);
		return (reason != null) ? new FailureAnalysis(reason.getMessage(), reason.getRemedy(), cause) : null;
	}

	private static @Nullable AuditSetupException reason(Class<?> type, ListableBeanFactory beans) {
		if (beans.getBeanNamesForType(AuditedMethods.class, false, false).length == 0) {
			return MissingDataSourceCheck.missing("A bean of the type %s is needed".formatted(type.getName()), beans);
		}
		if (type == AuditTrail.class || type == AuditRedaction.class) {
			return new AuditSetupException(
					"A bean of the type %s is needed, but there is no EntityManagerFactory through which the trail "
						.formatted(type.getName()) + "could be read",
					"Let Spring Boot configure JPA, or define an EntityManagerFactory bean.");
		}
		return null;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
