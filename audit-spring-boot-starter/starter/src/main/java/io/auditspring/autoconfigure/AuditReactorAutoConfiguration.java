package io.auditspring.autoconfigure;

import io.auditspring.Actor;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.capture.internal.actor.SubscriberActor;
import io.auditspring.capture.internal.origin.CapturedContext;
import io.auditspring.capture.internal.origin.PropagatedActor;
import io.auditspring.capture.internal.origin.ReactiveRequests;
import io.auditspring.capture.internal.origin.ReactiveThreads;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.origin.RequestSource;
import io.auditspring.capture.internal.origin.TrustedProxies;
import io.auditspring.intercept.ReactorPublishers;
import io.micrometer.context.ThreadLocalAccessor;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.ReactiveSecurityContextHolderThreadLocalAccessor;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.WebFilter;

/**
 * Records calls that return Reactor's publishers when these end.
 */
@AutoConfiguration(before = AuditAutoConfiguration.class, after = AuditSecurityAutoConfiguration.class)
@ConditionalOnClass(Mono.class)
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
public final class AuditReactorAutoConfiguration {

	@Bean
	ReactorPublishers auditReactorPublishers(ObjectProvider<SubscriberActor> auditSubscriberActor) {
		SubscriberActor actor = auditSubscriberActor.getIfAvailable();
		return new ReactorPublishers((actor != null) ? actor.actor() : Mono.<Actor>empty());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebFilter.class)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@EnableConfigurationProperties(AuditProperties.class)
	static class WebConfiguration {

		@Bean
		ReactiveRequests auditReactiveRequests(AuditProperties properties,
				ObjectProvider<CapturedContext> auditCapturedContext) {
			AuditProperties.Request request = properties.request();
			boolean propagating = ClassUtils.isPresent("io.micrometer.context.ContextRegistry", null);
			return new ReactiveRequests(new TrustedProxies(request.trustedProxies(), request.forwardingHeader()),
					request.deviceHeader(), request.idHeader(),
					propagating ? auditCapturedContext.getIfAvailable() : null);
		}

		@Bean
		@ConditionalOnMissingBean
		RequestSource auditReactiveThreads(Environment environment) {
			boolean told = "auto".equalsIgnoreCase(environment.getProperty(ReactiveThreads.PROPAGATION));
			return told ? () -> RequestDetails.NONE : new ReactiveThreads();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ReactiveSecurityContextHolderThreadLocalAccessor.class, ThreadLocalAccessor.class })
	@ConditionalOnBean(SecurityActorSource.class)
	static class PropagationConfiguration {

		@Bean
		@Order(0)
		PropagatedActor auditPropagatedActor(SecurityActorSource source) {
			return new PropagatedActor(source);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ReactiveSecurityContextHolder.class)
	@ConditionalOnBean(name = "auditSecurityActorSource")
	static class SecurityConfiguration {

		@Bean
		SubscriberActor auditSubscriberActor(SecurityActorSource auditSecurityActorSource) {
			return new SubscriberActor(auditSecurityActorSource);
		}

	}

}
