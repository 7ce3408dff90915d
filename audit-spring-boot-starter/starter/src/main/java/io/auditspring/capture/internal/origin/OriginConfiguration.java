/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import com.maxmind.db.Reader;
import io.auditspring.ActorResolver;
import io.auditspring.AuditSetupException;
import io.auditspring.GeoLocator;
import io.auditspring.TenantResolver;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.capture.internal.actor.SecurityContexts;
import io.auditspring.capture.internal.request.ServedRequestFilter;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Sole;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import jakarta.servlet.DispatcherType;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.core.context.ReactiveSecurityContextHolderThreadLocalAccessor;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.WebFilter;

/**
 * Wires what knows where a call comes from.
 */
public final class OriginConfiguration {

	private OriginConfiguration() {
	}

	/**
	 * All of it together.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ GeolocationProperties.class, RequestProperties.class })
	public static class Calls {

		@Bean
		@ConditionalOnBean(GeoLocator.class)
		Locations auditLocations(ObjectProvider<GeoLocator> locators, JsonValues auditJsonValues,
				GeolocationProperties properties) {
			GeoLocator locator = Sole.of(locators, "GeoLocator beans", "Mark the one to ask as @Primary.");
			return new Locations(Objects.requireNonNull(locator), auditJsonValues, properties.timeout());
		}

		// After those who signed in on the task's own thread, before those who guess.
		@Bean
		@Order(1)
		CapturedContext auditCapturedContext(ObjectProvider<SecurityContexts> auditSecurityContexts) {
			return new CapturedContext(auditSecurityContexts.getIfAvailable());
		}

		@Bean
		static ApplicationThreads auditApplicationThreads() {
			return new ApplicationThreads();
		}

		@Bean
		Origins auditOrigins(ObjectProvider<ActorResolver> resolvers, ObjectProvider<ActorSource> sources,
				ObjectProvider<TenantResolver> tenants, ObjectProvider<RequestSource> requests,
				ObjectProvider<Locations> auditLocations, CapturedContext auditCapturedContext,
				ApplicationThreads auditApplicationThreads) {
			return new Origins(() -> actorSources(resolvers, sources), () -> tenants.orderedStream().toList(),
					requests.getIfAvailable(() -> () -> RequestDetails.NONE), auditLocations.getIfAvailable(),
					auditCapturedContext, auditApplicationThreads);
		}

		private static List<ActorSource> actorSources(ObjectProvider<ActorResolver> resolvers,
				ObjectProvider<ActorSource> sources) {
			Stream<ActorSource> own = resolvers.orderedStream().map((resolver) -> resolver::resolveActor);
			return Stream.concat(own, sources.orderedStream()).toList();
		}

	}

	/**
	 * Requests in a servlet container.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(RequestProperties.class)
	public static class Servlet {

		@Bean
		ServletRequestSource auditServletRequestSource(RequestProperties request) {
			return new ServletRequestSource(new TrustedProxies(request.trustedProxies(), request.forwardingHeader()),
					request.deviceHeader(), request.idHeader());
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
		static class WebConfiguration {

			@Bean
			FilterRegistrationBean<ServedRequestFilter> auditServedRequestFilter(Environment environment) {
				FilterRegistrationBean<ServedRequestFilter> filter = new FilterRegistrationBean<>(
						new ServedRequestFilter());
				filter.setName("auditServedRequestFilter");
				filter.setOrder(ServedRequestFilter.order(environment));
				filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
				return filter;
			}

		}

	}

	/**
	 * Reactive requests.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Reactive {

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(WebFilter.class)
		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
		@EnableConfigurationProperties(RequestProperties.class)
		static class WebConfiguration {

			@Bean
			ReactiveRequests auditReactiveRequests(RequestProperties request,
					ObjectProvider<CapturedContext> auditCapturedContext) {
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

	}

	/**
	 * Tasks on other threads.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Tasks {

		// Spring Boot's executors take every decorator there is. An application that
		// injects the one of its own by type still gets that one.
		@Bean
		@Fallback
		ContextPropagatingTaskDecorator auditTaskDecorator(ObjectProvider<Origins> auditOrigins,
				CapturedContext auditCapturedContext) {
			return new ContextPropagatingTaskDecorator(SingletonSupplier.of(auditOrigins::getObject),
					auditCapturedContext);
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(ContextRegistry.class)
		static class PropagationConfiguration {

			@Bean
			CapturedContextAccessor auditCapturedContextAccessor(Origins auditOrigins,
					CapturedContext auditCapturedContext) {
				return new CapturedContextAccessor(auditOrigins, auditCapturedContext);
			}

			@Bean
			static LazyInitializationExcludeFilter auditInheritanceLazyInitializationExcludeFilter() {
				return LazyInitializationExcludeFilter.forBeanTypes(CapturedContextAccessor.class);
			}

		}

	}

	/**
	 * Clients that a database in MaxMind's format locates.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(GeolocationProperties.class)
	public static class Geo {

		private static final String LOCATOR = "auditGeoLocator";

		@Bean
		static LazyInitializationExcludeFilter auditGeoLocatorExcludeFilter() {
			return (name, definition, type) -> name.equals(LOCATOR);
		}

		private static String setting(Path database) {
			return "The property 'audit.geolocation.database' names '%s', ".formatted(database);
		}

		private static Path database(GeolocationProperties properties) {
			return Objects.requireNonNull(properties.database());
		}

		/**
		 * With MaxMind's library.
		 */
		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(Reader.class)
		static class WithLibrary {

			@Bean(LOCATOR)
			@ConditionalOnMissingBean
			GeoLocator auditGeoLocator(GeolocationProperties properties) {
				Path database = database(properties);
				try {
					return new MaxMindLocator(database);
				}
				catch (IOException | RuntimeException ex) {
					throw new AuditSetupException(
							setting(database) + "which cannot be used as a database: " + ex.getMessage(),
							"Name a readable file in MaxMind's format, such as GeoLite2-City.mmdb, or remove the property.",
							ex);
				}
			}

		}

		/**
		 * Without it the setting could only be ignored, and nobody would notice.
		 */
		@Configuration(proxyBeanMethods = false)
		@ConditionalOnMissingClass("com.maxmind.db.Reader")
		static class WithoutLibrary {

			@Bean(LOCATOR)
			@ConditionalOnMissingBean
			GeoLocator auditGeoLocator(GeolocationProperties properties) {
				throw new AuditSetupException(
						setting(database(properties)) + "but the library that reads it is not on the class path",
						"Add com.maxmind.geoip2:geoip2, or com.maxmind.db:maxmind-db alone, or remove the property.");
			}

		}

	}

}
