package org.example.dogs;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

@SpringBootApplication
public class DogsApplication {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(DogsApplication.class, args)) {
			Kennel kennel = context.getBean(Kennel.class);
			Dog dog = kennel.adopt("Rex");
			try {
				kennel.giveBack(dog.id());
				throw new AssertionError("It was given back");
			}
			catch (IllegalStateException ex) {
				// As it says
			}
			if (context.getBean(Dogs.class).count() != 1) {
				throw new AssertionError("The transaction was not rolled back");
			}
		}
	}

}
