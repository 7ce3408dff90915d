package io.auditspring.test;

import java.math.BigDecimal;

import io.auditspring.Audited;
import io.auditspring.intercept.internal.call.AuditedMethods;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

/**
 * Audited beans that a test replaces: what a stub answers was not done.
 */
@DirtiesContext
@AuditTest
@SpringBootTest(classes = MockedBeansTests.Shop.class, webEnvironment = WebEnvironment.NONE,
		properties = { "spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false" })
class MockedBeansTests {

	@MockitoBean
	private Mocked mocked;

	@MockitoSpyBean
	private OrderService orders;

	@Autowired
	private Handmade handmade;

	@Autowired
	private ApplicationContext context;

	@Autowired
	private RecordedEntries trail;

	@Test
	void aMockIsNoMistake() {
		assertThat(this.context.getBean(AuditedMethods.class).misses(this.mocked)).isFalse();
		assertThat(this.context.getBean(AuditedMethods.class).misses(new Mocked())).isTrue();
	}

	@Test
	void whatAMockAnswersLeavesNoEntry() {
		given(this.mocked.work()).willReturn("stubbed");
		assertThat(this.mocked.work()).isEqualTo("stubbed");
		assertThat(this.trail).hasNoEntry();
	}

	@Test
	void whatAMockThatIsDefinedAsABeanAnswersLeavesNoEntry() {
		assertThat(this.handmade.work()).isNull();
		assertThat(this.trail).hasNoEntry();
	}

	@Test
	void whatASpyPassesOnIsRecordedOnce() {
		PurchaseOrder order = this.orders.create("A-" + System.nanoTime(), BigDecimal.ONE);
		assertThat(this.trail).hasEntries(1).hasEntry().doing("order.create").on("PurchaseOrder", order.getId());
	}

	@Configuration(proxyBeanMethods = false)
	static class Shop extends ShopConfiguration {

		@Bean
		Mocked mocked() {
			return new Mocked();
		}

		@Bean
		Handmade handmade() {
			return Mockito.mock(Handmade.class);
		}

	}

	static class Mocked {

		@Audited("mocked")
		public String work() {
			return "done";
		}

	}

	static class Handmade {

		@Audited("handmade")
		public String work() {
			return "done";
		}

	}

}
