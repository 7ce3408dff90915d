package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.Persons;
import io.auditspring.capture.internal.actor.ServletActorSource;
import io.auditspring.capture.internal.origin.ServletRequestSource;
import io.auditspring.capture.internal.origin.TrustedProxies;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Takes the actor and the details of the request from the servlet container: also where
 * the web is in a child context, and the database in its parent.
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnClass({ HttpServletRequest.class, RequestContextHolder.class })
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@EnableConfigurationProperties(AuditProperties.class)
public final class AuditServletAutoConfiguration {

	@Bean
	ServletRequestSource auditServletRequestSource(AuditProperties properties) {
		AuditProperties.Request request = properties.request();
		return new ServletRequestSource(new TrustedProxies(request.trustedProxies(), request.forwardingHeader()),
				request.deviceHeader(), request.idHeader());
	}

	@Bean
	@Order(3)
	ServletActorSource auditServletActorSource(ObjectProvider<Persons> auditPersons) {
		return new ServletActorSource(auditPersons::getObject);
	}

}
