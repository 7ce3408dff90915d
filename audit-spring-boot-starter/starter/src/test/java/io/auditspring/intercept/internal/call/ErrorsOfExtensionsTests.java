package io.auditspring.intercept.internal.call;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ActorResolver;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.Audited;
import io.auditspring.GeoLocator;
import io.auditspring.TenantResolver;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.origin.RequestSource;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.domain.AuditorAware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Whatever an extension, an argument or a result throws when auditing asks it something:
 * the call is not broken, and has its entry.
 */
class ErrorsOfExtensionsTests {

	private static ConfigurableApplicationContext context;

	private static Calls calls;

	private static AuditLog log;

	/** Who throws now, and what. */
	private static volatile Place place;

	private static volatile Error error;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "audit.capture.arguments=true", "audit.capture.result=true",
					"audit.delivery=sync", "logging.level.io.auditspring=off")
			.run();
		calls = context.getBean(Calls.class);
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.before = (int) log.count();
	}

	@AfterEach
	void calm() {
		place = null;
	}

	private Map<String, Object> newEntry() {
		return log.await(this.before + 1).get(this.before);
	}

	static void mayThrow(Place here) {
		if (place == here) {
			throw error;
		}
	}

	static Stream<Arguments> everywhere() {
		return Stream.of(Place.values())
			.flatMap((place) -> Stream
				.of(new StackOverflowError(), new NoClassDefFoundError("a/Missing"), new AssertionError("no"))
				.map((error) -> Arguments.of(place, error)));
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void breakNoCall(Place here, Error what) {
		error = what;
		place = here;
		assertThat(calls.work(new Thing())).isNotNull();
		assertThat(newEntry()).containsEntry("action", "work").containsEntry("outcome", "success");
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void takeNothingFromAFailure(Place here, Error what) {
		error = what;
		place = here;
		assertThat(catchThrowable(() -> calls.fail(new Thing()))).isInstanceOf(OddException.class);
		assertThat(newEntry()).containsEntry("action", "fail").containsEntry("outcome", "failure");
	}

	@ParameterizedTest
	@EnumSource(value = Place.class, names = { "ACTOR", "TENANT", "CUSTOMIZER" })
	void thatLeaveNothingToRelyOnAreNotHidden(Place here) {
		error = new OutOfMemoryError("none left");
		place = here;
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> calls.work(new Thing()));
	}

	@Test
	void areNamedInTheEntryWhereTheyCostADetail() {
		error = new AssertionError("no");
		place = Place.BEAN;
		calls.work(new Thing());
		assertThat((String) newEntry().get("metadata")).contains("\"expressionErrors\": {\"message\"");
	}

	enum Place {

		ACTOR, AUDITOR, TENANT, REQUEST, LOCATION, CUSTOMIZER, BEAN, GETTER, TEXT, EQUALS, MESSAGE

	}

	@Configuration(proxyBeanMethods = false)
	static class Shop extends ShopConfiguration {

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		ActorResolver actors() {
			return () -> {
				mayThrow(Place.ACTOR);
				return null;
			};
		}

		@Bean
		AuditorAware<String> auditor() {
			return () -> {
				mayThrow(Place.AUDITOR);
				return Optional.empty();
			};
		}

		@Bean
		TenantResolver tenants() {
			return () -> {
				mayThrow(Place.TENANT);
				return "acme";
			};
		}

		@Bean
		RequestSource requests() {
			return () -> {
				mayThrow(Place.REQUEST);
				return new RequestDetails("10.0.0." + System.nanoTime() % 250, null, null, null, () -> null, null,
						() -> null);
			};
		}

		@Bean
		GeoLocator locator() {
			return (address) -> {
				mayThrow(Place.LOCATION);
				return Map.of("country", "CH");
			};
		}

		@Bean
		AuditRecordCustomizer customizer() {
			return (record, builder) -> mayThrow(Place.CUSTOMIZER);
		}

		@Bean
		Consumer<Object> teller() {
			return (thing) -> mayThrow(Place.BEAN);
		}

	}

	/**
	 * Throws when it is looked at.
	 */
	public static class Thing {

		public String getName() {
			mayThrow(Place.GETTER);
			return "a thing";
		}

		@Override
		public boolean equals(Object other) {
			mayThrow(Place.EQUALS);
			return this == other;
		}

		@Override
		public int hashCode() {
			mayThrow(Place.EQUALS);
			return 7;
		}

		@Override
		public String toString() {
			mayThrow(Place.TEXT);
			return "thing";
		}

	}

	static class OddException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			mayThrow(Place.MESSAGE);
			return "odd";
		}

	}

	static class Calls {

		@Audited(action = "work", targetType = "Thing", targetId = "#thing.name", targetName = "#thing",
				message = "#{@teller.accept(#thing)} #{#result}", metadata = "{thing: #thing}")
		public Object work(Thing thing) {
			AuditContext.current().target("Thing", thing).metadata("again", thing).related("Thing", thing);
			return thing;
		}

		@Audited(action = "fail", targetType = "Thing", targetId = "#thing.name", message = "#{@teller.accept(#thing)}",
				metadata = "{thing: #thing}")
		public Object fail(Thing thing) {
			AuditContext.current().related("Thing", thing);
			throw new OddException();
		}

	}

}
