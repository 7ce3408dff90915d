package io.auditspring.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

import com.maxmind.db.Reader;
import io.auditspring.AuditSetupException;
import io.auditspring.GeoLocator;
import io.auditspring.capture.internal.origin.MaxMindLocator;

import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Locates clients by a database in MaxMind's format.
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnProperty("audit.geolocation.database")
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@EnableConfigurationProperties(AuditProperties.class)
public final class AuditGeoAutoConfiguration {

	private static final String LOCATOR = "auditGeoLocator";

	@Bean
	static LazyInitializationExcludeFilter auditGeoLocatorExcludeFilter() {
		return (name, definition, type) -> name.equals(LOCATOR);
	}

	private static String setting(Path database) {
		return "The property 'audit.geolocation.database' names '%s', ".formatted(database);
	}

	private static Path database(AuditProperties properties) {
		return Objects.requireNonNull(properties.geolocation().database());
	}

	/**
	 * With MaxMind's library.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Reader.class)
	static class WithLibrary {

		@Bean(LOCATOR)
		@ConditionalOnMissingBean
		GeoLocator auditGeoLocator(AuditProperties properties) {
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
		GeoLocator auditGeoLocator(AuditProperties properties) {
			throw new AuditSetupException(
					setting(database(properties)) + "but the library that reads it is not on the class path",
					"Add com.maxmind.geoip2:geoip2, or com.maxmind.db:maxmind-db alone, or remove the property.");
		}

	}

}
