/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.auditspring.Actor;
import io.auditspring.ApprovalPolicy;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.capture.internal.actor.SubscriberActor;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.SessionFactoryExtension;
import io.auditspring.capture.internal.value.CaptureProperties;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.value.MaskingProperties;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.internal.transaction.AsynchronousResults;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.intercept.internal.access.AccessRefusal;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.expression.AuditPointcut;
import io.auditspring.intercept.internal.expression.ExpressionContexts;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what stands around audited calls.
 */
public final class InterceptConfiguration {

	private InterceptConfiguration() {
	}

	/**
	 * Calls of the application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ EntryProperties.class, Properties.class })
	public static class Calls {

		// Properties are bound directly here and nothing else is injected: what a bean
		// post-processor needs is created too early to be processed by the others. Only
		// what is needed: to bind all of them takes as long again as the bean takes.
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static AuditedMethods auditedMethods(Environment environment, ListableBeanFactory beanFactory) {
			Binder binder = Binder.get(environment);
			Delivery delivery = binder.bind("audit.delivery", Delivery.class)
				.orElseGet(() -> Delivery.valueOf(EntryProperties.DEFAULT_DELIVERY.toUpperCase(Locale.ROOT)));
			MaskingProperties masking = binder.bindOrCreate("audit.masking", MaskingProperties.class);
			CaptureProperties capture = binder.bindOrCreate("audit.capture", CaptureProperties.class);
			boolean stateAvailable = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
					SessionFactoryExtension.class, false, false).length > 0;
			AuditPointcut pointcut = binder.bind("audit.pointcut", String.class).map(AuditPointcut::new).orElse(null);
			return new AuditedMethods(new AuditedMethodReader(delivery, stateAvailable, new Masking(masking.keys()),
					capture.arguments(), capture.result()), pointcut);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static AuditAdvisingPostProcessor auditBoundaryPostProcessor(AuditedMethods auditedMethods,
				ObjectProvider<Auditing> auditing) {
			return AuditAdvisingPostProcessor.outermost(auditedMethods, SingletonSupplier.of(auditing::getObject));
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static AuditAdvisingPostProcessor auditInterceptorPostProcessor(AuditedMethods auditedMethods) {
			return AuditAdvisingPostProcessor.innermost(auditedMethods);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static AuditedRepositories auditedRepositories(AuditedMethods auditedMethods) {
			return new AuditedRepositories(auditedMethods);
		}

		// Nobody asks for what works by itself, or checks something at the start.
		@Bean
		static LazyInitializationExcludeFilter auditLazyInitializationExcludeFilter() {
			return (name, definition, type) -> type.getName().startsWith("io.auditspring.")
					&& (Lifecycle.class.isAssignableFrom(type)
							|| SmartInitializingSingleton.class.isAssignableFrom(type));
		}

		@Bean
		static AuditedMethodsCheck auditedMethodsCheck(AuditedMethods auditedMethods,
				ConfigurableListableBeanFactory beanFactory) {
			return new AuditedMethodsCheck(auditedMethods, beanFactory);
		}

		@Bean
		Customizers auditCustomizers(ListableBeanFactory beanFactory) {
			return new Customizers(() -> {
				Map<AuditRecordCustomizer, String> names = new IdentityHashMap<>();
				beanFactory.getBeansOfType(AuditRecordCustomizer.class).forEach((name, one) -> names.put(one, name));
				Map<String, AuditRecordCustomizer> ordered = new LinkedHashMap<>();
				beanFactory.getBeanProvider(AuditRecordCustomizer.class)
					.orderedStream()
					.forEach((one) -> ordered.put(names.getOrDefault(one, one.getClass().getName()), one));
				return ordered;
			});
		}

		@Bean
		Auditing auditing(Origins auditOrigins, AuditTransactions auditTransactions, EntryFactory auditEntryFactory,
				ObjectProvider<AccessRefusal> auditAccessRefusal, Customizers auditCustomizers, BeanFactory beanFactory,
				AsynchronousResults auditAsynchronousResults, ObjectProvider<AsynchronousPublishers> publishers,
				Masking auditMasking, Texts auditTexts, Properties properties, ObjectProvider<CallApproval> approvals) {
			return new Auditing(auditOrigins, auditTransactions, auditEntryFactory,
					auditAccessRefusal.getIfAvailable(() -> (failure) -> false), auditCustomizers,
					new ExpressionContexts(beanFactory, auditMasking, auditTexts), auditAsynchronousResults,
					publishers.getIfAvailable(), auditTexts, properties.skipped(),
					SingletonSupplier.ofNullable(approvals::getIfAvailable));
		}

		@Bean
		AuditedWork auditAuditedWork(AuditedMethods auditedMethods, ObjectProvider<Auditing> auditing) {
			return new AuditedWork(auditedMethods, SingletonSupplier.of(auditing::getObject));
		}

		@Bean
		@ConditionalOnMissingBean
		AuditRecorder auditRecorder(Origins auditOrigins, AuditTransactions auditTransactions,
				EntryFactory auditEntryFactory, Customizers auditCustomizers, EntryProperties properties,
				ObjectProvider<Receipts> auditReceipts) {
			return new EventRecorder(auditOrigins, auditTransactions, auditEntryFactory, auditCustomizers,
					properties.delivery(), auditReceipts.getIfAvailable());
		}

	}

	/**
	 * Calls that need approval where nothing is audited: they must not pass for that.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Unaudited {

		// Nothing else is touched.
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static AuditAdvisingPostProcessor auditApprovalPostProcessor(Environment environment,
				ListableBeanFactory beanFactory, ObjectProvider<CallApproval> approvals) {
			AuditedMethods methods = Calls.auditedMethods(environment, beanFactory);
			boolean asked = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, ApprovalPolicy.class, true,
					false).length > 0;
			return AuditAdvisingPostProcessor.refusing(methods, asked ? methods::anyIn : AuditedMethods::needsApproval,
					new ApprovedCalls.Refusal(methods, SingletonSupplier.of(approvals::getObject)));
		}

	}

	/**
	 * Calls that Spring Security refuses.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Security {

		@Bean
		AccessRefusal auditAccessRefusal() {
			return (failure) -> failure instanceof AccessDeniedException
					|| failure instanceof AuthenticationCredentialsNotFoundException;
		}

	}

	/**
	 * Calls that return publishers of Reactor.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Reactor {

		@Bean
		ReactorPublishers auditReactorPublishers(ObjectProvider<SubscriberActor> auditSubscriberActor) {
			SubscriberActor actor = auditSubscriberActor.getIfAvailable();
			return new ReactorPublishers((actor != null) ? actor.actor() : Mono.<Actor>empty());
		}

	}

	/**
	 * Which calls are audited.
	 *
	 * @param pointcut an AspectJ expression; public methods that it matches are audited
	 * without annotation
	 * @param skipped what happens to audited calls that something around the method left
	 * out, without an answer of its own
	 */
	@ConfigurationProperties("audit")
	record Properties(@Nullable String pointcut, @DefaultValue("ignore") SkippedCalls skipped) {
	}

}
