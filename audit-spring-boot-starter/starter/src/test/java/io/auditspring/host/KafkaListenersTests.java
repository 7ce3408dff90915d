package io.auditspring.host;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.PurchaseOrderRepository;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaHandler;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.util.backoff.FixedBackOff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Listeners of Kafka are audited and named, whether Spring Boot enables them or the
 * application itself, so that their post-processor comes before those of auditing.
 */
class KafkaListenersTests {

	private static final EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);

	private final String run = UUID.randomUUID().toString();

	private ConfigurableApplicationContext context;

	private AuditLog log;

	@BeforeAll
	static void startBroker() {
		broker.brokerProperty("group.initial.rebalance.delay.ms", "0");
		broker.afterPropertiesSet();
	}

	@AfterAll
	static void stopBroker() {
		broker.destroy();
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	private void start(Class<?> host) {
		broker.addTopics(this.run);
		this.context = new SpringApplicationBuilder(host).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off", "topic=" + this.run,
					"spring.kafka.bootstrap-servers=" + broker.getBrokersAsString(),
					"spring.kafka.consumer.auto-offset-reset=earliest")
			.run();
		this.log = new AuditLog(this.context.getBean(DataSource.class));
	}

	@SuppressWarnings("unchecked")
	private List<Map<String, Object>> send(String... messages) {
		KafkaTemplate<Object, Object> kafka = this.context.getBean(KafkaTemplate.class);
		Arrays.stream(messages).forEach((message) -> kafka.send(this.run, message).join());
		return this.log.await(messages.length);
	}

	@ParameterizedTest
	@ValueSource(classes = { PlainByBoot.class, PlainByItself.class })
	void aListenerLeavesOneEntryUnderItsOwnName(Class<?> host) {
		start(host);
		assertThat(send("arrived", "broken", "arrived too"))
			.extracting("action", "message", "outcome", "actor_type", "actor_name")
			.containsExactly(tuple("stock", "arrived", "success", "system", "StockListener.onMessage"),
					tuple("stock", "broken", "failure", "system", "StockListener.onMessage"),
					tuple("stock", "arrived too", "success", "system", "StockListener.onMessage"));
	}

	@ParameterizedTest
	@ValueSource(classes = { TransactionalByBoot.class, TransactionalByItself.class })
	void aListenersTransactionHasItsState(Class<?> host) {
		start(host);
		List<Map<String, Object>> entries = send("A-1", "broken");
		assertThat(entries).extracting("action", "outcome", "actor_type", "actor_name")
			.containsExactly(tuple("order.arrive", "success", "system", "OrderListener.onOrder"),
					tuple("order.arrive", "failure", "system", "OrderListener.onOrder"));
		assertThat(entries.get(0)).containsEntry("target_type", "PurchaseOrder");
		assertThat(entries.get(0).get("after_state")).asString().contains("\"reference\": \"A-1\"");
		assertThat(entries.get(0).get("revision")).isNotNull();
		assertThat(this.context.getBean(PurchaseOrderRepository.class).count()).isOne();
	}

	@ParameterizedTest
	@ValueSource(classes = { NamedByBoot.class, NamedByItself.class })
	void whatAListenerCallsIsDoneInItsName(Class<?> host) {
		start(host);
		assertThat(send("handed on")).extracting("action", "message", "actor_type", "actor_name")
			.containsExactly(tuple("work", "handed on", "system", "ForwardingListener.onMessage"));
	}

	/**
	 * Spring Boot enables the listeners.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class ByBoot {

		@Bean
		DefaultErrorHandler noSecondTry() {
			return new DefaultErrorHandler(new FixedBackOff(0, 0));
		}

	}

	/**
	 * The application does so itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableKafka
	static class ByItself extends ByBoot {

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainByBoot extends ByBoot {

		@Bean
		StockListener stockListener() {
			return new StockListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainByItself extends ByItself {

		@Bean
		StockListener stockListener() {
			return new StockListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TransactionalByBoot extends ByBoot {

		@Bean
		OrderListener orderListener(PurchaseOrderRepository orders) {
			return new OrderListener(orders);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TransactionalByItself extends ByItself {

		@Bean
		OrderListener orderListener(PurchaseOrderRepository orders) {
			return new OrderListener(orders);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NamedByBoot extends ByBoot {

		@Bean
		ForwardingListener forwardingListener(Work work) {
			return new ForwardingListener(work);
		}

		@Bean
		Work work() {
			return new Work();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NamedByItself extends ByItself {

		@Bean
		ForwardingListener forwardingListener(Work work) {
			return new ForwardingListener(work);
		}

		@Bean
		Work work() {
			return new Work();
		}

	}

	static class StockListener {

		@Audited(action = "stock", message = "#{#message}")
		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		public void onMessage(String message) {
			if (message.equals("broken")) {
				throw new IllegalStateException("Cannot take it");
			}
		}

	}

	static class OrderListener {

		private final PurchaseOrderRepository orders;

		OrderListener(PurchaseOrderRepository orders) {
			this.orders = orders;
		}

		@Audited("order.arrive")
		@Transactional
		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		public void onOrder(String reference) {
			this.orders.saveAndFlush(new PurchaseOrder(reference, BigDecimal.TEN));
			if (reference.equals("broken")) {
				throw new IllegalStateException("Cannot take it");
			}
		}

	}

	@KafkaListener(topics = "${topic}", groupId = "${topic}")
	static class ForwardingListener {

		private final Work work;

		ForwardingListener(Work work) {
			this.work = work;
		}

		@KafkaHandler
		public void onMessage(String message) {
			this.work.run(message);
		}

	}

	static class Work {

		@Audited(action = "work", message = "#{#what}")
		public void run(String what) {
		}

	}

}
