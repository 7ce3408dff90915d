package io.auditspring.host;

import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorResolver;
import io.auditspring.AuditLog;
import io.auditspring.AuditSetupException;
import io.auditspring.Audited;
import io.auditspring.AuthenticationEvents;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.RequiresApproval;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Applications of several contexts, one above the other.
 */
@ExtendWith(OutputCaptureExtension.class)
class ParentAndChildTests {

	private final Set<Thread> before = Thread.getAllStackTraces().keySet();

	private final ConfigurableApplicationContext parent = new SpringApplicationBuilder(ShopConfiguration.class)
		.web(WebApplicationType.NONE)
		.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
				"spring.flyway.enabled=false")
		.run();

	@AfterEach
	void close() {
		this.parent.close();
	}

	@Test
	void aChildsCallsHaveTheStateOfTheParentsEntities() {
		try (ConfigurableApplicationContext child = child(Child.class);
				ConfigurableApplicationContext other = child(Child.class)) {
			this.parent.getBean(OrderService.class).create("P", BigDecimal.ONE);
			child.getBean(Desk.class).place("C");
			other.getBean(Desk.class).place("D");
			assertThat(entries(3)).extracting("action", "actor_id", "outcome", "target_type")
				.containsExactly(tuple("order.create", "system", "success", "PurchaseOrder"),
						tuple("desk", "of the child", "success", "PurchaseOrder"),
						tuple("desk", "of the child", "success", "PurchaseOrder"));
			assertThat(entries(3)).extracting("after_state").doesNotContainNull();
		}
	}

	@Test
	void childrenHaveNoThreadsOfTheirOwn() {
		long threads = threads();
		try (ConfigurableApplicationContext child = child(Child.class)) {
			child.getBean(Desk.class).place("C");
			assertThat(threads()).isEqualTo(threads);
		}
		this.parent.getBean(OrderService.class).create("P", BigDecimal.ONE);
		entries(2);
	}

	private long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("audit-") && !this.before.contains(thread))
			.count();
	}

	@Test
	void aChildMayHaveADatabaseOfItsOwn() {
		try (ConfigurableApplicationContext child = child(Apart.class)) {
			child.getBean(Clerk.class).place("C");
			assertThat(new AuditLog(child.getBean(DataSource.class)).await(1)).extracting("after_state")
				.doesNotContainNull();
		}
		assertThat(entries(0)).isEmpty();
	}

	@Test
	void whatAChildWithoutAutoConfigurationMissesIsSaid(CapturedOutput output) {
		try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
			child.setParent(this.parent);
			child.register(Plain.class);
			child.refresh();
			assertThat(output).contains("Calls of @Audited methods of [desk] leave no entries")
				.contains("let it import AuditAutoConfiguration");
		}
	}

	@Test
	void aChildWithoutAutoConfigurationDoesNotStartWhereItsCallsNeedApproval() {
		try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
			child.setParent(this.parent);
			child.register(Vault.class);
			assertThatExceptionOfType(AuditSetupException.class).isThrownBy(child::refresh)
				.withMessageContaining("would pass without approval");
		}
	}

	@Test
	void aChildThatImportsAuditingMissesNothing(CapturedOutput output) {
		try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
			child.setParent(this.parent);
			child.register(Importing.class);
			child.refresh();
			child.getBean(Desk.class).place("I");
			assertThat(entries(1)).extracting("after_state").doesNotContainNull();
			assertThat(output).doesNotContain("leave no entries");
		}
	}

	@Test
	void whoTriesToSignInToAWebChildIsRecordedOnce() throws Exception {
		try (ConfigurableApplicationContext child = child(WebChild.class, WebApplicationType.SERVLET)) {
			String credentials = Base64.getEncoder().encodeToString("joe:guessed".getBytes(StandardCharsets.UTF_8));
			HttpRequest request = HttpRequest
				.newBuilder(
						URI.create("http://localhost:" + child.getEnvironment().getProperty("local.server.port") + '/'))
				.header("Authorization", "Basic " + credentials)
				.build();
			assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(401);
			child.getBean(Desk.class).place("after");
			assertThat(entries(2)).extracting("action", "outcome", "target_type")
				.containsExactly(tuple("login", "failure", null), tuple("desk", "success", "PurchaseOrder"));
			assertThat(entries(2).get(0)).containsEntry("ip", "127.0.0.1");
		}
	}

	@Test
	void whoSignsInToAWebChildIsNamedByTheChildAndRecordedOnce() throws Exception {
		try (ConfigurableApplicationContext child = child(WebChild.class, WebApplicationType.SERVLET)) {
			Authentication jane = UsernamePasswordAuthenticationToken.authenticated("jane", null, List.of());
			child.publishEvent(new InteractiveAuthenticationSuccessEvent(jane, getClass()));
			child.publishEvent(new LogoutSuccessEvent(jane));
			child.getBean(AuthenticationEvents.class).signedIn(Actor.user("joe", "Joe"));
			this.parent.publishEvent(new LogoutSuccessEvent(jane));
			child.getBean(Desk.class).place("after");
			assertThat(entries(5)).extracting("action", "actor_id")
				.containsExactlyInAnyOrder(tuple("login", "of the child"), tuple("logout", "of the child"),
						tuple("login", "joe"), tuple("logout", "jane"), tuple("desk", "of the child"));
		}
	}

	static class Vault {

		@RequiresApproval
		public void open() {
		}

	}

	private ConfigurableApplicationContext child(Class<?> configuration) {
		return child(configuration, WebApplicationType.NONE);
	}

	private ConfigurableApplicationContext child(Class<?> configuration, WebApplicationType web) {
		return new SpringApplicationBuilder(configuration).parent(this.parent)
			.web(web)
			// springdoc needs Kotlin, which the tests do not have.
			.properties("server.port=0", "springdoc.api-docs.enabled=false", "spring.jpa.hibernate.ddl-auto=create",
					"spring.main.banner-mode=off", "spring.flyway.enabled=false")
			.run();
	}

	private List<Map<String, Object>> entries(int count) {
		return new AuditLog(this.parent.getBean(DataSource.class)).await(count);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class Plain {

		@Bean
		Desk desk(PurchaseOrderRepository orders) {
			return new Desk(orders);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(AuditAutoConfiguration.class)
	static class Importing extends Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Child extends Plain {

		@Bean
		ActorResolver resolver() {
			return () -> Actor.user("of the child", "Child");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WebChild extends Child {

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager();
		}

	}

	static class Desk {

		private final PurchaseOrderRepository orders;

		Desk(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited("desk")
		@Transactional
		public void place(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableTransactionManagement
	static class Apart {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(EntityManagerFactoryBuilder builder,
				DataSource dataSource) {
			return builder.dataSource(dataSource)
				.packages(PurchaseOrder.class)
				.properties(Map.of("hibernate.hbm2ddl.auto", "create"))
				.build();
		}

		@Bean
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

		@Bean
		Clerk clerk() {
			return new Clerk();
		}

	}

	static class Clerk {

		@PersistenceContext
		private EntityManager entities;

		@Audited("clerk")
		@Transactional
		public void place(String reference) {
			this.entities.persist(new PurchaseOrder(reference, BigDecimal.ONE));
		}

	}

}
