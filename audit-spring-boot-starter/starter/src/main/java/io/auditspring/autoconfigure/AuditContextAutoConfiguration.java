package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.origin.CapturedContext;
import io.auditspring.capture.internal.origin.CapturedContextAccessor;
import io.auditspring.capture.internal.origin.ContextPropagatingTaskDecorator;
import io.auditspring.capture.internal.origin.Origins;
import io.micrometer.context.ContextRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.util.function.SingletonSupplier;

/**
 * Lets tasks on other threads act for whoever handed them over.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditOrigins")
public final class AuditContextAutoConfiguration {

	// Spring Boot's executors take every decorator there is. An application that injects
	// the one of its own by type still gets that one.
	@Bean
	@Fallback
	ContextPropagatingTaskDecorator auditTaskDecorator(ObjectProvider<Origins> auditOrigins,
			CapturedContext auditCapturedContext) {
		return new ContextPropagatingTaskDecorator(SingletonSupplier.of(auditOrigins::getObject), auditCapturedContext);
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
