package io.auditspring.capture.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.domain.AuditorAware;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.util.ClassUtils;

/**
 * An application with entities of every kind.
 */
final class StateApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final AuditLog log;

	StateApplication(String... properties) {
		this.context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.jpa.open-in-view=false", "audit.relay.poll-interval=20ms")
			.properties(properties)
			.run();
		this.log = new AuditLog(this.context.getBean(DataSource.class));
	}

	void prepare(Consumer<EntityManager> work) {
		this.context.getBean(Work.class).unaudited(work);
	}

	void apart(Consumer<EntityManager> work) {
		this.context.getBean(Work.class).apart(work);
	}

	/**
	 * Calls an audited method.
	 * @param work what it does
	 * @return the entries that it left
	 */
	List<Map<String, Object>> call(Consumer<EntityManager> work) {
		int earlier = this.log.settled();
		callOnly(work);
		Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> this.log.staged() == 0);
		return this.log.entriesAfter(earlier);
	}

	void callOnly(Consumer<EntityManager> work) {
		this.context.getBean(Work.class).audited(work);
	}

	EntityManagerFactory factory() {
		return this.context.getBean(EntityManagerFactory.class);
	}

	AuditTrail trail() {
		return this.context.getBean(AuditTrail.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	AuditRecorder recorder() {
		return this.context.getBean(AuditRecorder.class);
	}

	/**
	 * Lets somebody act.
	 * @param auditor whom the application's auditor gives, or {@code null} for nobody
	 */
	void actBy(Object auditor) {
		this.context.getBean(Desk.class).auditor = auditor;
	}

	AuditLog log() {
		return this.log;
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * Knows who acts.
	 */
	static final class Desk implements AuditorAware<Object> {

		private volatile Object auditor;

		@Override
		public Optional<Object> getCurrentAuditor() {
			return Optional.ofNullable(this.auditor);
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		// Not the entities of the packages below.
		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.")
					|| ClassUtils.getPackageName(name).equals(StateApplication.class.getPackageName());
		}

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(new RecordedDataSource(TestDatabase.migrated()));
		}

		@Bean
		Desk desk() {
			return new Desk();
		}

		@Bean
		Work work(EntityManager entityManager) {
			return new Work(entityManager);
		}

	}

}
