package io.auditspring.sample.kafka;

import java.util.concurrent.atomic.AtomicLong;

import io.auditspring.Audited;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.annotation.Transactional;

/**
 * A service that does something each second, and knows nothing of Kafka but properties.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
class ServiceApplication {

	@Bean
	Desk desk(@Value("${spring.application.name}") String name) {
		return new Desk(name);
	}

	@Bean
	Bell bell(Desk desk) {
		return new Bell(desk);
	}

	/** Does what is audited. */
	static class Desk {

		private final String name;

		Desk(String name) {
			this.name = name;
		}

		@Audited(action = "request.serve", targetType = "Request", targetId = "#number",
				message = "Request #{#number} was served")
		@Transactional
		public String serve(long number) {
			return "Request %s was served by %s".formatted(number, this.name);
		}

	}

	/** Rings each second. */
	static class Bell {

		private final AtomicLong number = new AtomicLong();

		private final Desk desk;

		Bell(Desk desk) {
			this.desk = desk;
		}

		@Scheduled(fixedRate = 1_000)
		void ring() {
			this.desk.serve(this.number.incrementAndGet());
		}

	}

}
