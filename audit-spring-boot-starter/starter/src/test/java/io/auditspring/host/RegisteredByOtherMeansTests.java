package io.auditspring.host;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AdviceMode;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Beans that are not found by scanning, nor proxied by the one creator that Spring Boot
 * brings: each call leaves its one entry.
 */
class RegisteredByOtherMeansTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.application.name=shop",
					"spring.jpa.hibernate.ddl-auto=create", "spring.jpa.properties.hibernate.jdbc.batch_size=20",
					"spring.jpa.properties.hibernate.order_inserts=true",
					"spring.jpa.properties.hibernate.generate_statistics=true",
					"spring.jpa.properties.hibernate.enable_lazy_load_no_trans=true")
			.initializers((one) -> ((GenericApplicationContext) one).registerBean("supplied", Desk.class,
					() -> new Desk(one.getBean(PurchaseOrderRepository.class))))
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static void assertAudited(Desk desk, String reference) {
		desk.place(reference);
		assertThat(entries(reference)).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("action", "desk.place")
				.containsEntry("outcome", "success"))
			.satisfies((entry) -> assertThat(entry.get("after_state")).asString().contains(reference));
	}

	private static List<Map<String, Object>> entries(String reference) {
		log.settled();
		return log.entries().stream().filter((entry) -> reference.equals(entry.get("message"))).toList();
	}

	@Test
	void oneWithASupplier() {
		assertAudited(context.getBean("supplied", Desk.class), "supplied");
	}

	@Test
	void oneOfARegistrar() {
		assertAudited(context.getBean("registered", Desk.class), "registered");
	}

	@Test
	void oneOfAFactory() {
		assertAudited(context.getBean("made", Desk.class), "made");
	}

	@Test
	void prototypesThatAreLookedUp() {
		assertAudited(context.getBean(Hall.class).desk(), "looked up");
		assertAudited(context.getBean(Hall.class).desk(), "looked up again");
	}

	@Test
	void oneThatSeveralCreatorsOfProxiesFind() {
		assertAudited(context.getBean("named", Desk.class), "named");
	}

	@Test
	void aProxyThatIsABeanAroundAnother() {
		assertAudited(context.getBean("wrapped", Desk.class), "wrapped");
	}

	@Test
	void oneWhoseInnerProxyBeginsATransactionOfItsOwn() {
		context.getBean("named", Desk.class).placeAnew("anew");
		assertThat(entries("anew")).singleElement()
			.satisfies((entry) -> assertThat(entry.get("after_state")).asString().contains("anew"));
	}

	@Test
	void aFailureWithinSeveralProxies() {
		assertThatIllegalStateException().isThrownBy(() -> context.getBean("named", Desk.class).refuse("refused"));
		assertThat(entries("refused")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("outcome", "failure"));
	}

	/**
	 * Nothing weaves here, so that it stays on the caller's thread.
	 */
	@Test
	void callsThatAreToBeWoven() {
		context.getBean("supplied", Desk.class).later("woven");
		assertThat(entries("woven")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("action", "desk.later"));
	}

	@Test
	void aClientThatIsAnInterface() {
		assertThatExceptionOfType(ResourceAccessException.class)
			.isThrownBy(() -> context.getBean(Shop.class).order("nobody listens"));
		assertThat(entries("nobody listens")).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("action", "shop.order")
				.containsEntry("outcome", "failure"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync(mode = AdviceMode.ASPECTJ)
	@Import(Registrar.class)
	static class Application extends ShopConfiguration {

		// As Shiro's documentation has it
		@Bean
		static DefaultAdvisorAutoProxyCreator advisors() {
			DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
			creator.setProxyTargetClass(true);
			return creator;
		}

		@Bean
		static BeanNameAutoProxyCreator names() {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setBeanNames("named");
			creator.setProxyTargetClass(true);
			return creator;
		}

		@Bean
		Desk named(PurchaseOrderRepository orders) {
			return new Desk(orders);
		}

		// As it was done before annotations
		@Bean
		ProxyFactoryBean wrapped() {
			ProxyFactoryBean proxy = new ProxyFactoryBean();
			proxy.setTargetName("named");
			proxy.setProxyTargetClass(true);
			return proxy;
		}

		@Bean
		@Scope("prototype")
		Seat seat(PurchaseOrderRepository orders) {
			return new Seat(orders);
		}

		@Bean
		FactoryBean<Desk> made(PurchaseOrderRepository orders) {
			return new FactoryBean<>() {

				@Override
				public Desk getObject() {
					return new Desk(orders);
				}

				@Override
				public Class<?> getObjectType() {
					return Desk.class;
				}

			};
		}

		@Bean
		Shop shop() {
			RestClient nobody = RestClient.create("http://localhost:1");
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(nobody))
				.build()
				.createClient(Shop.class);
		}

	}

	static class Registrar implements BeanRegistrar {

		@Override
		public void register(BeanRegistry registry, Environment environment) {
			registry.registerBean("registered", Desk.class,
					(bean) -> bean.supplier((beans) -> new Desk(beans.bean(PurchaseOrderRepository.class))));
			registry.registerBean("hall", Hall.class);
		}

	}

	interface Shop {

		@Audited(action = "shop.order", message = "#{#reference}")
		@PostExchange("/orders")
		void order(@RequestParam String reference);

	}

	abstract static class Hall {

		@Lookup
		abstract Seat desk();

	}

	static class Seat extends Desk {

		Seat(PurchaseOrderRepository orders) {
			super(orders);
		}

	}

	static class Desk {

		private final PurchaseOrderRepository orders;

		Desk(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited(action = "desk.place", message = "#{#reference}")
		@Transactional
		public void place(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

		@Audited(action = "desk.anew", message = "#{#reference}")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void placeAnew(String reference) {
			this.orders.save(new PurchaseOrder(reference, BigDecimal.ONE));
		}

		@Audited(action = "desk.refuse", message = "#{#reference}")
		@Transactional
		public void refuse(String reference) {
			throw new IllegalStateException("closed");
		}

		@Async
		@Audited(action = "desk.later", message = "#{#reference}")
		public void later(String reference) {
		}

	}

}
