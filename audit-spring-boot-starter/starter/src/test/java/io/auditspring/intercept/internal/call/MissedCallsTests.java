package io.auditspring.intercept.internal.call;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that no proxy sees are told of at start-up.
 */
@ExtendWith(OutputCaptureExtension.class)
class MissedCallsTests {

	@Test
	void beansThatNobodyInterceptsAreNamed(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Host.class)
			.web(WebApplicationType.NONE)
			.initializers((target) -> {
				target.getBeanFactory().registerSingleton("finished", new Work());
				target.getBeanFactory().registerScope("thread", new SimpleThreadScope());
				target.getBeanFactory().registerSingleton("proxied", new ProxyFactory(new Work()).getProxy());
			})
			.properties("spring.main.banner-mode=off")
			.run()) {
			assertThat(context.getBean("regular", Work.class).getClass()).isNotEqualTo(Work.class);
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("leave no entries"))).singleElement()
			.asString()
			.contains("early", "finished", "proxied")
			.doesNotContain("regular", "scoped", "other");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		static Work early() {
			return new Work();
		}

		@Bean
		static BeanPostProcessor needy(@Qualifier("early") Work early) {
			return new BeanPostProcessor() {
			};
		}

		@Bean
		Work regular() {
			return new Work();
		}

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Work scoped() {
			return new Work();
		}

		@Bean
		StringBuilder other() {
			return new StringBuilder();
		}

	}

	static class Work {

		@Audited("work")
		public void run() {
		}

	}

}
