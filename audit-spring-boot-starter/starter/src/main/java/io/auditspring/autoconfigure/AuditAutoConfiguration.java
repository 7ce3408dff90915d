/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.AuditDataSource;
import io.auditspring.approval.ApprovalConfiguration;
import io.auditspring.capture.internal.entry.CaptureConfiguration;
import io.auditspring.database.internal.DatabaseConfiguration;
import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.delivery.DeliveryConfiguration;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.delivery.internal.transaction.TransactionConfiguration;
import io.auditspring.intercept.internal.call.InterceptConfiguration;
import io.auditspring.intercept.internal.catalogue.CatalogueConfiguration;
import io.auditspring.query.QueryConfiguration;
import io.auditspring.signing.SigningConfiguration;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Audits the calls of an application with a PostgreSQL database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = DataSourceAutoConfiguration.class,
		afterName = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration")
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@Conditional(AuditAutoConfiguration.OnDestination.class)
@Import({ DeliveryConfiguration.class, SigningConfiguration.Verifier.class, QueryConfiguration.Trail.class,
		InterceptConfiguration.Calls.class, CatalogueConfiguration.class, CaptureConfiguration.class,
		TransactionConfiguration.class, QueryConfiguration.Summary.class, ApprovalConfiguration.class })
@ImportRuntimeHints(AuditRuntimeHints.class)
public final class AuditAutoConfiguration {

	/**
	 * Whether there is anything that could take the entries.
	 */
	static final class OnDestination extends AnyNestedCondition {

		OnDestination() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnBean(DataSource.class)
		static class OfTheApplication {

		}

		@Conditional(OnMarked.class)
		static class OfTheLedger {

		}

		@ConditionalOnBean(Handover.class)
		static class OfSomebodyElse {

		}

	}

	/**
	 * Comes first, as the others look for the database; none where somebody else takes
	 * the entries, as the module for tests does.
	 */
	@Configuration(proxyBeanMethods = false)
	@OncePerDatabase
	@ConditionalOnMissingBean(value = Handover.class, search = SearchStrategy.CURRENT)
	@Import(DatabaseConfiguration.class)
	static class Database {

	}

	/**
	 * Matches where a data source is marked, whether or not it is a default candidate.
	 */
	static final class OnMarked extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition(AuditDataSource.class.getSimpleName());
			return isMarked(context.getBeanFactory())
					? ConditionOutcome.match(message.because("a bean has the annotation"))
					: ConditionOutcome.noMatch(message.because("no bean has the annotation"));
		}

		// To find all beans with an annotation would begin the application's factory
		// beans before their time.
		private static boolean isMarked(@Nullable BeanFactory beans) {
			return beans instanceof ListableBeanFactory listable && (Arrays.stream(listable.getBeanDefinitionNames())
				.anyMatch((name) -> listable.findAnnotationOnBean(name, AuditDataSource.class, false) != null)
					|| (beans instanceof HierarchicalBeanFactory child && isMarked(child.getParentBeanFactory())));
		}

	}

	/**
	 * Reads and verifies the classes of the trail's beans on Spring Boot's thread for
	 * that, while the main one is still busy with others: they are most of what the trail
	 * adds to a start. None is initialized, so that nobody waits for another.
	 */
	static final class Preinitializer implements BackgroundPreinitializer {

		private final Set<Class<?>> seen = new HashSet<>();

		@Override
		public void preinitialize() {
			configuration(Database.class);
			configuration(AuditAutoConfiguration.class);
		}

		private void configuration(Class<?> type) {
			Import imported = type.getAnnotation(Import.class);
			if (imported != null) {
				Arrays.stream(imported.value()).forEach(this::configuration);
			}
			for (Method bean : type.getDeclaredMethods()) {
				bean(bean.getReturnType());
			}
		}

		// To ask for its fields makes the JVM verify a class, and read their types.
		private void bean(Class<?> type) {
			if (type.getName().startsWith("io.auditspring.") && this.seen.add(type)) {
				for (Field field : type.getDeclaredFields()) {
					bean(field.getType());
				}
			}
		}

	}

}
