package org.example.plain;

import java.math.BigDecimal;

import io.auditspring.query.AuditTrail;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

@SpringBootApplication
public class PlainApplication {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(PlainApplication.class, args)) {
			Invoices invoices = context.getBean(Invoices.class);
			long id = invoices.create(BigDecimal.TEN).getId();
			invoices.payLater(id);
			try {
				invoices.cancel(id);
				throw new AssertionError("It was not cancelled");
			}
			catch (IllegalStateException ex) {
				// As it says
			}
			if (!context.getBean(AuditTrail.class).verify().valid()) {
				throw new AssertionError("The trail is not as it was written");
			}
		}
	}

}
